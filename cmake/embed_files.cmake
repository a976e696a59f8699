# Files as string constants of the program.
#
# As a module: spinneret_embed_sql(OUT SQL file… QUERIES file… STATISTICS file… LOOKUPS file… EXPORTS file… DIFFS file… REPORTS file…) makes OUT, a source that defines what storage/embedded_sql.h declares.
# As a script: does the writing, at build time. Paths do not enter the output.
if(CMAKE_SCRIPT_MODE_FILE)
  set(content "// Made by cmake/embed_files.cmake from the .sql files of storage/.\n")
  string(APPEND content "#include \"storage/embedded_sql.h\"\n\nnamespace spinneret {\n\n")

  # A raw string's delimiter must not occur in the text; the files are this project's own, so that one check is enough.
  function(read_checked path out)
    file(READ "${path}" text)
    if(text MATCHES "\\)spnr\"")
      message(FATAL_ERROR "${path} contains the delimiter of the string that would hold it")
    endif()
    set(${out} "${text}" PARENT_SCOPE)
  endfunction()

  foreach(path IN LISTS SQL)
    read_checked("${path}" text)
    get_filename_component(name "${path}" NAME_WE)
    string(REPLACE "_" ";" words "${name}")
    set(constant "k")
    foreach(word IN LISTS words)
      string(SUBSTRING "${word}" 0 1 first)
      string(SUBSTRING "${word}" 1 -1 rest)
      string(TOUPPER "${first}" first)
      string(APPEND constant "${first}${rest}")
    endforeach()
    string(APPEND content "const std::string_view ${constant}Sql = R\"spnr(${text})spnr\";\n\n")
  endforeach()

  foreach(list IN ITEMS Queries Statistics Lookups Exports Diffs Reports)
    string(APPEND content "namespace {\nconstexpr NamedQuery k${list}[] = {\n")
    string(TOUPPER "${list}" files)
    foreach(path IN LISTS ${files})
      read_checked("${path}" text)
      get_filename_component(name "${path}" NAME_WE)
      if(NOT text MATCHES "^-- ([^\n\"\\]+)\n")
        message(FATAL_ERROR "${path}: the first line must be `-- description`, without quotes and backslashes")
      endif()
      string(APPEND content "    {\"${name}\", \"${CMAKE_MATCH_1}\",\n     R\"spnr(${text})spnr\"},\n")
    endforeach()
    string(APPEND content "};\n}  // namespace\nconst std::span<const NamedQuery> kEmbedded${list}{k${list}};\n\n")
  endforeach()
  string(APPEND content "}  // namespace spinneret\n")
  file(WRITE "${OUT}" "${content}")
  return()
endif()

set(SPINNERET_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(spinneret_embed_sql out)
  cmake_parse_arguments(ARG "" "" "SQL;QUERIES;STATISTICS;LOOKUPS;EXPORTS;DIFFS;REPORTS" ${ARGN})
  foreach(list IN ITEMS SQL QUERIES STATISTICS LOOKUPS EXPORTS DIFFS REPORTS)
    list(TRANSFORM ARG_${list} PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  endforeach()
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DSQL=${ARG_SQL}" "-DQUERIES=${ARG_QUERIES}" "-DSTATISTICS=${ARG_STATISTICS}"
      "-DLOOKUPS=${ARG_LOOKUPS}" "-DEXPORTS=${ARG_EXPORTS}" "-DDIFFS=${ARG_DIFFS}" "-DREPORTS=${ARG_REPORTS}" -P "${SPINNERET_EMBED_SCRIPT}"
    DEPENDS ${ARG_SQL} ${ARG_QUERIES} ${ARG_STATISTICS} ${ARG_LOOKUPS} ${ARG_EXPORTS} ${ARG_DIFFS} ${ARG_REPORTS} "${SPINNERET_EMBED_SCRIPT}"
    COMMENT "Embedding SQL"
    VERBATIM)
endfunction()

# Text files as string constants of the program.
#
# As a module: spinneret_embed_text(OUT HEADER name=file…) makes OUT, a source that defines `extern const std::string_view name`
# of HEADER for each file. As a script: does the writing, at build time. Paths do not enter the output.
if(CMAKE_SCRIPT_MODE_FILE)
  set(content "// Made by cmake/embed_text.cmake.\n#include \"${HEADER}\"\n\nnamespace spinneret::cli {\n\n")
  foreach(pair IN LISTS FILES)
    string(REGEX MATCH "^([A-Za-z]+)=(.+)$" matched "${pair}")
    set(name "${CMAKE_MATCH_1}")
    file(READ "${CMAKE_MATCH_2}" text)
    if(text MATCHES "\\)spnr\"")
      message(FATAL_ERROR "${CMAKE_MATCH_2} contains the delimiter of the string that would hold it")
    endif()
    string(APPEND content "const std::string_view ${name} = R\"spnr(${text})spnr\";\n\n")
  endforeach()
  string(APPEND content "}  // namespace spinneret::cli\n")
  file(WRITE "${OUT}" "${content}")
  return()
endif()

set(SPINNERET_EMBED_TEXT_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(spinneret_embed_text out header)
  set(files "")
  foreach(pair IN LISTS ARGN)
    string(REGEX REPLACE "^[A-Za-z]+=" "" file "${pair}")
    list(APPEND files "${file}")
  endforeach()
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DHEADER=${header}" "-DFILES=${ARGN}" -P "${SPINNERET_EMBED_TEXT_SCRIPT}"
    DEPENDS ${files} "${SPINNERET_EMBED_TEXT_SCRIPT}"
    COMMENT "Embedding ${header}"
    VERBATIM)
endfunction()

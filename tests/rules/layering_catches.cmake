# cmake -DCHECK=…/check_layering.cmake -DSCRATCH=folder -P layering_catches.cmake
#
# The layering check, run over small trees made here: it must pass the one that keeps the rules and fail each that breaks one.
cmake_minimum_required(VERSION 3.25)

# expect(NAME passes|fails PATTERN PATH TEXT [PATH TEXT]…): the tree of these files, and what the check says of it.
function(expect name verdict pattern)
  file(REMOVE_RECURSE "${SCRATCH}/${name}")
  set(files ${ARGN})
  while(files)
    list(POP_FRONT files path text)
    file(WRITE "${SCRATCH}/${name}/${path}" "${text}\n")
  endwhile()
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${SCRATCH}/${name}" -P "${CHECK}"
    RESULT_VARIABLE status OUTPUT_VARIABLE words ERROR_VARIABLE words)
  if(verdict STREQUAL "passes" AND NOT status EQUAL 0)
    message(SEND_ERROR "${name}: refused, although it keeps the rules:\n${words}")
  elseif(verdict STREQUAL "fails" AND status EQUAL 0)
    message(SEND_ERROR "${name}: passed, although it breaks a rule")
  endif()
  string(REGEX REPLACE "[ \n]+" " " words "${words}")  # messages are wrapped at some width
  if(NOT words MATCHES "${pattern}")
    message(SEND_ERROR "${name}: expected \"${pattern}\" in:\n${words}")
  endif()
endfunction()

expect(in_order passes "2 files, 0 faults"
  crawler/crawl.cc "#include \"parser/url.h\"" base/clock.cc "#include <curl/options.h>")
expect(reversed fails "parser may not include crawler"
  parser/url.cc "#include \"crawler/crawl.h\"")
expect(sideways fails "storage may not include parser"
  storage/rows.h "#include \"parser/url.h\"")
expect(leaf fails "base may not include parser"
  base/log.cc "#include \"parser/url.h\"")
expect(inner_room fails "crawler/worker_threads may not include crawler/fetch"
  crawler/worker_threads/worker.cc "#include \"crawler/fetch/fetcher.h\"")
expect(relative fails "not written from the project"
  parser/url.cc "#include \"url.h\"")
expect(foreign_library fails "<curl/curl.h> belongs to"
  parser/url.cc "#include <curl/curl.h>")
expect(nothing_to_check fails "no sources"
  README.md "no code")

# Installs the component, moves it, builds the outside project against it, and looks at what its programs say.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${code}\n${out}")
  endif()
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
run("${CMAKE_COMMAND}" --build "${BUILD}" --target spinneret_base spinneret_worker_threads
    spinneret_worker_threads_accounting)
run("${CMAKE_COMMAND}" --install "${BUILD}" --component worker_threads --prefix "${SCRATCH}/installed")
# A package that knew where it was installed would not be found here.
file(RENAME "${SCRATCH}/installed" "${SCRATCH}/moved")

run("${CMAKE_COMMAND}" -S "${OUTSIDE}" -B "${SCRATCH}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_BUILD_TYPE=${CONFIG}"
    "-DCMAKE_PREFIX_PATH=${SCRATCH}/moved")
run("${CMAKE_COMMAND}" --build "${SCRATCH}/build")

foreach(program IN ITEMS echo counts_new)
  execute_process(COMMAND "${SCRATCH}/build/${program}" RESULT_VARIABLE code OUTPUT_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${program}: ${code}, said: ${said}")
  endif()
  message(STATUS "${program}: ${said}")
endforeach()

# What must not compile does not, and for its own reason.
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${SCRATCH}/build" --target sends_a_view
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code EQUAL 0 OR NOT said MATCHES "owns what it holds")
  message(FATAL_ERROR "a message with a view: ${code}, said: ${said}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${SCRATCH}/build" --target sends_the_wrong_type
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code EQUAL 0 OR NOT said MATCHES "PostMessage")
  message(FATAL_ERROR "a message of the wrong type: ${code}, said: ${said}")
endif()

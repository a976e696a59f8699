# add_component(NAME SOURCES … HEADERS … DEPENDS … PRIVATE_DEPENDS …)
#
# A static library spinneret_NAME with the alias spinneret::NAME. Includes are written from the project's root. Each header of the
# component is compiled alone (target all_verify_interface_header_sets, ctest: headers).
function(add_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(spinneret_${name} STATIC ${ARG_SOURCES})
  add_library(spinneret::${name} ALIAS spinneret_${name})
  target_sources(spinneret_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${ARG_HEADERS})
  target_include_directories(spinneret_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_link_libraries(spinneret_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS} $<BUILD_INTERFACE:spinneret::build_flags>)
  set_target_properties(spinneret_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# add_room_tests(ROOM SOURCES … DEPENDS …): one doctest program ROOM_tests, each case a ctest "ROOM.<case>".
function(add_room_tests room)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${room}_tests ${ARG_SOURCES})
  target_link_libraries(${room}_tests PRIVATE ${ARG_DEPENDS} spinneret_test_main doctest::doctest spinneret::build_flags)
  # What is tested keeps its optimisation; the cases themselves need none, and compiling them is most of a build.
  target_compile_options(${room}_tests PRIVATE -O0)
  target_include_directories(${room}_tests PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${room}_tests PRIVATE SPINNERET_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  doctest_discover_tests(${room}_tests TEST_PREFIX "${room}." PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

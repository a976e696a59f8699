# How everything is compiled: standard, warnings, sanitizers. Third-party headers are SYSTEM, so warnings are ours alone.
option(SPINNERET_WERROR "Treat warnings as errors (the CI presets do)" OFF)
option(SPINNERET_BENCH "Build the benchmarks" ON)
option(SPINNERET_FUZZ "Build the libFuzzer targets (clang)" OFF)
option(SPINNERET_TIDY "Run clang-tidy while compiling" OFF)
set(SPINNERET_SANITIZE "" CACHE STRING "Sanitizers for everything: address;undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(spinneret_build_flags INTERFACE)
add_library(spinneret::build_flags ALIAS spinneret_build_flags)
# g++ 12 is wrong about every std::variant that is moved (GCC bug 80635 and its kin) and every "literal" + std::string (105651).
target_compile_options(spinneret_build_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized -Wno-restrict>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wthread-safety>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${SPINNERET_WERROR}>>:-Werror>)

if(SPINNERET_SANITIZE)
  string(REPLACE ";" "," _sanitizers "${SPINNERET_SANITIZE}")
  add_compile_options(-fsanitize=${_sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${_sanitizers})
  if("undefined" IN_LIST SPINNERET_SANITIZE)
    # The checks before every access cost a quarter of the build; what they find, but for alignment, the address sanitizer stops at.
    add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
  endif()
endif()
if(SPINNERET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SPINNERET_TIDY)
  find_program(CLANG_TIDY_PROGRAM clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY "${CLANG_TIDY_PROGRAM};--quiet")
endif()
set(SPINNERET_CONFORMANCE "" CACHE PATH "Folder of the conformance cases; without it their tests are skipped")

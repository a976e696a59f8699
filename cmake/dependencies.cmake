# Debian bookworm's packages; scripts/packages.txt lists them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)

pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(UCHARDET REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(XML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(BROTLI REQUIRED IMPORTED_TARGET libbrotlidec)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)

# gumbo is linked statically: calls into the tree builder are a large part of a page's cost.
find_path(GUMBO_INCLUDE_DIR gumbo.h REQUIRED)
find_library(GUMBO_STATIC_LIBRARY NAMES libgumbo.a REQUIRED)
add_library(gumbo_static STATIC IMPORTED)
set_target_properties(gumbo_static PROPERTIES
  IMPORTED_LOCATION "${GUMBO_STATIC_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${GUMBO_INCLUDE_DIR}")

# Boost: boost::unordered_flat_map (≥ 1.81), headers only.
find_path(BOOST_UNORDERED_DIR boost/unordered/unordered_flat_map.hpp)
if(NOT BOOST_UNORDERED_DIR)
  message(FATAL_ERROR "boost/unordered/unordered_flat_map.hpp not found: install libboost1.81-dev or later (scripts/setup does)")
endif()
add_library(boost_unordered INTERFACE)
target_include_directories(boost_unordered SYSTEM INTERFACE "${BOOST_UNORDERED_DIR}")

if(BUILD_TESTING)
  find_package(doctest REQUIRED)
  pkg_check_modules(BROTLIENC REQUIRED IMPORTED_TARGET libbrotlienc)
  include(doctest)
endif()

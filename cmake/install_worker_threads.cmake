# cmake --install DIR --component worker_threads: the runtime alone, as a CMake package.
#
#   find_package(spinneret_worker_threads REQUIRED)
#   target_link_libraries(mine PRIVATE spinneret::worker_threads)
#
# It needs libuv and threads, and the few headers of base/ that its own headers name. Headers keep their paths from the
# project's root, below include/spinneret.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(_package "${CMAKE_INSTALL_LIBDIR}/cmake/spinneret_worker_threads")
set(_headers "${CMAKE_INSTALL_INCLUDEDIR}/spinneret")

set(_installed spinneret_base spinneret_worker_threads)
set_target_properties(spinneret_base PROPERTIES EXPORT_NAME base)
set_target_properties(spinneret_worker_threads PROPERTIES EXPORT_NAME worker_threads)
get_target_property(_accounting_type spinneret_worker_threads_accounting TYPE)
if(_accounting_type STREQUAL "OBJECT_LIBRARY")
  list(APPEND _installed spinneret_worker_threads_accounting)
  set_target_properties(spinneret_worker_threads_accounting PROPERTIES EXPORT_NAME worker_threads_accounting)
endif()

install(TARGETS ${_installed}
  EXPORT spinneret_worker_threads
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT worker_threads
  OBJECTS DESTINATION "${CMAKE_INSTALL_LIBDIR}/spinneret" COMPONENT worker_threads
  FILE_SET HEADERS DESTINATION "${_headers}" COMPONENT worker_threads
  INCLUDES DESTINATION "${_headers}")
install(EXPORT spinneret_worker_threads
  NAMESPACE spinneret::
  DESTINATION "${_package}"
  COMPONENT worker_threads)

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/spinneret_worker_threads-config.cmake.in"
  "${PROJECT_BINARY_DIR}/spinneret_worker_threads-config.cmake"
  INSTALL_DESTINATION "${_package}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/spinneret_worker_threads-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/spinneret_worker_threads-config.cmake"
  "${PROJECT_BINARY_DIR}/spinneret_worker_threads-config-version.cmake"
  DESTINATION "${_package}"
  COMPONENT worker_threads)

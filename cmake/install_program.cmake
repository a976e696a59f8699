# cmake --install DIR --component program: the program with its man pages and completions, which it makes itself from what --help says.
# cpack -G DEB in the build folder: the same as a Debian package.
#
# As a script: writes pages and completions into OUT by PROGRAM, pages as gzip without name and time.
if(CMAKE_SCRIPT_MODE_FILE)
  function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  file(REMOVE_RECURSE "${OUT}")
  file(MAKE_DIRECTORY "${OUT}/man1")
  run("${PROGRAM}" man --all "${OUT}/man1")
  file(GLOB pages "${OUT}/man1/*.1")
  run(gzip -9n ${pages})
  foreach(shell IN ITEMS bash zsh fish)
    run("${PROGRAM}" completion ${shell} OUTPUT_FILE "${OUT}/spinneret.${shell}")
  endforeach()
  file(COPY_FILE "${CHANGES}" "${OUT}/changelog")
  # Debian's own list of what changed between two packages of one version.
  file(WRITE "${OUT}/changelog.Debian" "spinneret (${VERSION}-1) unstable; urgency=medium\n\n"
    "  * Packaged by CPack. What is new: changelog.gz.\n\n"
    " -- Spinneret <spinneret@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n")
  run(gzip -9n "${OUT}/changelog" "${OUT}/changelog.Debian")
  return()
endif()

include(GNUInstallDirs)

set(_manual "${PROJECT_BINARY_DIR}/manual")
add_custom_command(
  OUTPUT "${_manual}/changelog.gz"
  COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:spinneret>" "-DOUT=${_manual}" "-DCHANGES=${PROJECT_SOURCE_DIR}/CHANGELOG.md"
    "-DVERSION=${PROJECT_VERSION}"
    -P "${CMAKE_CURRENT_LIST_FILE}"
  DEPENDS spinneret "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${CMAKE_CURRENT_LIST_FILE}"
  COMMENT "Man pages and completions"
  VERBATIM)
add_custom_target(manual ALL DEPENDS "${_manual}/changelog.gz")

install(TARGETS spinneret RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT program)
install(DIRECTORY "${_manual}/man1" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT program)
install(FILES "${_manual}/spinneret.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME spinneret COMPONENT program)
install(FILES "${_manual}/spinneret.zsh" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" RENAME _spinneret COMPONENT program)
install(FILES "${_manual}/spinneret.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT program)
install(FILES "${_manual}/changelog.gz" "${_manual}/changelog.Debian.gz" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/spinneret" COMPONENT program)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/copyright" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/spinneret" COMPONENT program)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/seeds" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/spinneret/examples" COMPONENT program)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_PACKAGE_NAME spinneret)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "Spinneret <spinneret@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME spinneret)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, sqlite3, less")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "web crawler and scraper that leaves an SQLite database")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
"Spinneret starts at seeds, follows links politely over many worker
threads, takes typed records from pages by recipes, and leaves pages,
links, attempts and all that it left out, with the reason, in one SQLite
file. A crawl that is stopped or killed goes on where it was.")
include(CPack)

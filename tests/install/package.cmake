# Makes the Debian package, and looks at it as its users do: lintian's word where it is installed, and with SPINNERET_LONG=1 and
# mmdebstrap an installation into a clean system, where the program is used. What cannot be done is said.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${code}\n${out}")
  endif()
  set(said "${out}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")
run("${CMAKE_COMMAND}" --build "${BUILD}" --target manual)
run("${CPACK}" -G DEB --config "${BUILD}/CPackConfig.cmake" -B "${SCRATCH}")
file(GLOB package "${SCRATCH}/*.deb")

run(dpkg-deb -c "${package}")
foreach(path IN ITEMS /usr/bin/spinneret /usr/share/man/man1/spinneret-crawl.1.gz /usr/share/bash-completion/completions/spinneret)
  if(NOT said MATCHES "\\.${path}\n")
    message(FATAL_ERROR "the package has no ${path}\n${said}")
  endif()
endforeach()

find_program(LINTIAN lintian)
if(LINTIAN)
  # It is no upload to Debian, which would close a bug there.
  run("${LINTIAN}" --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "${package}")
  message(STATUS "lintian accepts it")
else()
  message(STATUS "skip: no lintian to look at it")
endif()

find_program(MMDEBSTRAP mmdebstrap)
if(MMDEBSTRAP AND "$ENV{SPINNERET_LONG}")
  file(WRITE "${SCRATCH}/use" "set -e
spinneret version
spinneret simweb --pages 20 --port 8123 --for 60s >/dev/null 2>&1 &
sleep 1
spinneret crawl http://127.0.0.1:8123/ --allow-private --host-delay 0 --progress none -o /tmp/crawl.db
spinneret query /tmp/crawl.db 'SELECT count(*) AS pages FROM v_pages'
spinneret report /tmp/crawl.db -o /tmp/report.html
kill $!
")
  get_filename_component(name "${package}" NAME)
  run("${MMDEBSTRAP}" --variant=apt "--customize-hook=copy-in ${package} ${SCRATCH}/use /"
      "--customize-hook=chroot \"$1\" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends /${name}"
      "--customize-hook=chroot \"$1\" sh /use" bookworm /dev/null)
  if(NOT said MATCHES "pages[^0-9]+20")
    message(FATAL_ERROR "in a clean system: ${said}")
  endif()
  message(STATUS "installed and used in a clean system")
else()
  message(STATUS "skip: a clean system is made with SPINNERET_LONG=1 where mmdebstrap is installed")
endif()

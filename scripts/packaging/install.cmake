# What `cmake --install` and `cpack` put where. Destinations are relative, so that --prefix and DESTDIR hold.
find_program(GZIP gzip REQUIRED)
set(perfwrap_man_page ${PROJECT_BINARY_DIR}/perfwrap.1.gz)
add_custom_command(OUTPUT ${perfwrap_man_page}
  COMMAND ${GZIP} -9 --no-name --stdout ${CMAKE_CURRENT_LIST_DIR}/perfwrap.1 > ${perfwrap_man_page}
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/perfwrap.1
  VERBATIM)
add_custom_target(perfwrap_man_page ALL DEPENDS ${perfwrap_man_page})

install(TARGETS perfwrap RUNTIME)
install(FILES ${perfwrap_man_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/perfwrap.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME perfwrap)
install(FILES ${PROJECT_SOURCE_DIR}/exporters/perfwrap-result.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/perfwrap)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# cpack --config build/release/CPackConfig.cmake, or: cmake --build --preset release --target package
set(PERFWRAP_MAINTAINER "The perfwrap authors <perfwrap@localhost>" CACHE STRING "Maintainer field of the Debian package; set it when you publish one")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The perfwrap authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "process-level resource profiler for benchmarked workloads")
set(CPACK_PACKAGE_DESCRIPTION
"perfwrap starts a command, watches its whole process tree until it ends,
and tells what it cost: wall time, CPU, peak and average memory, I/O,
faults, scheduling, and which processes spent it. It uses eBPF where
allowed and /proc elsewhere, says how exact each number is, and writes
JSON and Prometheus files beside a summary for people.")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${PERFWRAP_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS bash-completion)
include(CPack)

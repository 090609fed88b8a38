# What `cmake --install`, and so scripts/package, installs. Destinations are relative, so that --prefix and DESTDIR work.
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
foreach(room probes profiler exporters scripts/benchmark)
  install(FILES ${PROJECT_SOURCE_DIR}/${room}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/${room})
endforeach()

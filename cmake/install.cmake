# SPDX-License-Identifier: Apache-2.0
# Where things go (FHS): `cmake --install BUILD [--prefix /usr]`, and the Debian packages that CPack makes of the same.
# Two components: `server` is muniment with all that a machine of the firm needs, `client` is muniment-cli alone.
if(MUNIMENT_SANITIZE OR NOT TARGET muniment OR NOT TARGET muniment-cli)
    return()
endif()
include(GNUInstallDirs)
set(packaging ${CMAKE_SOURCE_DIR}/packaging)

# Manual pages and completion are what the programs say of themselves.
set(pages ${CMAKE_BINARY_DIR}/pages)
foreach(program muniment muniment-cli)
    add_custom_command(OUTPUT ${pages}/${program}/completion.zsh
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}/${program}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}/${program}/man1
        COMMAND ${program} manual --folder ${pages}/${program}/man1
        COMMAND sh -c "gzip -9n ${pages}/${program}/man1/*.1"
        COMMAND ${program} completion bash > ${pages}/${program}/completion.bash
        COMMAND ${program} completion zsh > ${pages}/${program}/completion.zsh
        COMMAND sh -c "gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${pages}/${program}/changelog.gz"
        COMMAND sh -c "gzip -9nc ${packaging}/debian/changelog > ${pages}/${program}/changelog.Debian.gz"
        DEPENDS ${program} ${CMAKE_SOURCE_DIR}/CHANGELOG.md ${packaging}/debian/changelog VERBATIM)
endforeach()
add_custom_target(pages ALL DEPENDS ${pages}/muniment/completion.zsh ${pages}/muniment-cli/completion.zsh)

function(muniment_install program component)
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
    install(DIRECTORY ${pages}/${program}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT ${component})
    install(FILES ${pages}/${program}/completion.bash RENAME ${program}
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
    install(FILES ${pages}/${program}/completion.zsh RENAME _${program}
            DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
    set(doc ${CMAKE_INSTALL_DATADIR}/doc/${program})
    install(FILES ${packaging}/debian/copyright ${CMAKE_SOURCE_DIR}/NOTICE ${pages}/${program}/changelog.gz
            ${pages}/${program}/changelog.Debian.gz DESTINATION ${doc} COMPONENT ${component})
endfunction()
muniment_install(muniment server)
muniment_install(muniment-cli client)

install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/muniment COMPONENT server)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/muniment COMPONENT server)
install(FILES ${packaging}/muniment.sysusers RENAME muniment.conf DESTINATION lib/sysusers.d COMPONENT server)
# The prefix is known when it is installed; and a configuration that is there is somebody's work.
install(CODE "
    configure_file(\"${packaging}/muniment.service.in\" \"${CMAKE_BINARY_DIR}/muniment.service\" @ONLY)
    file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\" TYPE FILE FILES \"${CMAKE_BINARY_DIR}/muniment.service\")
    if(NOT EXISTS \"\$ENV{DESTDIR}/etc/muniment/muniment.toml\")
        file(INSTALL DESTINATION /etc/muniment TYPE FILE FILES \"${packaging}/muniment.toml\")
    endif()
" COMPONENT server)

# The packages: cpack -G DEB in the build folder.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The Muniment authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)                     # /etc and /usr, whatever the build's prefix is
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL server client)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Muniment authors <muniment@example.org>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME muniment)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA ${packaging}/debian/postinst ${packaging}/debian/prerm ${packaging}/debian/postrm
    ${packaging}/debian/conffiles)
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "strongroom for a law firm's files, on its own machine")
set(CPACK_COMPONENT_SERVER_DESCRIPTION
    "Keeps the clients' files sealed, open only to those who work on the matter,
with a record of who saw what that nobody can quietly change. This package
has the server and every command.")
set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME muniment-cli)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION net)
set(CPACK_COMPONENT_CLIENT_DESCRIPTION
    "This package has the command line alone, which files papers in a firm's
strongroom and takes them out, from any computer.")
include(CPack)

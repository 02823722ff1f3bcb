# SPDX-License-Identifier: Apache-2.0
# How every source is compiled: warnings are errors, and what a modern compiler offers against memory errors is on.
find_program(CCACHE ccache)
if(CCACHE)
    # Relative paths let a fresh clone in another folder reuse what was compiled before; the rest is for the prefixes (prefix.cmake).
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_PCH_EXTSUM=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -Wnon-virtual-dtor -Woverloaded-virtual -Werror=return-type -Werror=unused-result -Werror=switch
                    -Wno-missing-field-initializers -Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
add_link_options(-fuse-ld=lld)
include_directories(${CMAKE_SOURCE_DIR}/src)
if(MUNIMENT_SANITIZE)
    add_compile_options(-fsanitize=${MUNIMENT_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${MUNIMENT_SANITIZE})
    add_compile_definitions(MUNIMENT_SANITIZED=1)
else()
    add_compile_options(-D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
        add_compile_options(-fcf-protection)
    endif()
    add_link_options(-pie -Wl,-z,relro -Wl,-z,now)
endif()
# Assertions stay on in what ships: they are for our bugs, and a bug must not go on.
add_compile_definitions(_GLIBCXX_ASSERTIONS)

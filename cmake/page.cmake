# SPDX-License-Identifier: Apache-2.0
# The browser's part (web/) goes into the program. It is built once for all presets, in build/page. Without npm, or with
# -DMUNIMENT_PAGE=OFF, a plain page takes its place that says so; everything else is the same.
find_program(NPM npm)
if(NPM)
    set(npm_there ON)
else()
    set(npm_there OFF)
endif()
option(MUNIMENT_PAGE "Build the browser's part into the program (needs node and npm)" ${npm_there})

if(NOT TARGET muniment_server)
    return()
endif()
if(NOT MUNIMENT_PAGE)
    target_sources(muniment_server PRIVATE ${CMAKE_SOURCE_DIR}/cmake/plain_page.cpp)
    return()
endif()

set(page ${CMAKE_SOURCE_DIR}/build/page)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*)
list(FILTER page_sources EXCLUDE REGEX "_test\\.tsx?$|schema\\.d\\.ts$")
set(page_rest index.html vite.config.ts embed.mjs routes.json package-lock.json)
list(TRANSFORM page_rest PREPEND ${CMAKE_SOURCE_DIR}/web/)
add_custom_command(OUTPUT ${page}/page_files.cpp
    COMMAND ${CMAKE_SOURCE_DIR}/tools/page ${page}
    DEPENDS ${page_sources} ${page_rest} ${CMAKE_SOURCE_DIR}/tools/page
    COMMENT "Building the page" VERBATIM)
target_sources(muniment_server PRIVATE ${page}/page_files.cpp)

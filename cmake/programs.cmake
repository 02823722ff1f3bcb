# SPDX-License-Identifier: Apache-2.0
# The programs.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/app/main.cpp AND TARGET muniment_app)
    add_executable(muniment src/app/main.cpp)
    target_link_libraries(muniment PRIVATE muniment_app)
endif()
if(EXISTS ${CMAKE_SOURCE_DIR}/src/cli/main.cpp AND TARGET muniment_cli)
    add_executable(muniment-cli src/cli/main.cpp)
    target_link_libraries(muniment-cli PRIVATE muniment_cli)
endif()

# What parses what strangers send, without the modules that act on it: for builds (with sanitizers) that leave those out.
if(NOT TARGET muniment_server AND TARGET muniment_audit)
    file(GLOB_RECURSE parsers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/server/http/*.cpp)
    file(GLOB beside CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/server/multipart*.cpp ${CMAKE_SOURCE_DIR}/src/server/range*.cpp
         ${CMAKE_SOURCE_DIR}/src/server/etag*.cpp ${CMAKE_SOURCE_DIR}/src/server/problem_json*.cpp
         ${CMAKE_SOURCE_DIR}/src/server/routes/input*.cpp)
    list(APPEND parsers ${beside})
    set(parsers_tests ${parsers})
    list(FILTER parsers EXCLUDE REGEX "_test\\.cpp$")
    list(FILTER parsers_tests INCLUDE REGEX "_test\\.cpp$")
    add_library(muniment_parsers STATIC ${parsers})
    target_link_libraries(muniment_parsers PUBLIC muniment_crypto ${muniment_server_needs})
    target_compile_definitions(muniment_parsers PUBLIC ${muniment_server_definitions})
endif()

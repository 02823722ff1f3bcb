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

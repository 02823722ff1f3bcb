# SPDX-License-Identifier: Apache-2.0
# Each bench/*.cpp is a program in build/<preset>/bench/. bench/strongroom runs them all, and what measures whole programs.
file(GLOB benchmarks CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.cpp)
add_custom_target(benchmarks)
foreach(source IN LISTS benchmarks)
    get_filename_component(name ${source} NAME_WE)
    add_executable(bench_${name} ${source})
    set_target_properties(bench_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    target_link_libraries(bench_${name} PRIVATE muniment_app)
    add_dependencies(benchmarks bench_${name})
endforeach()

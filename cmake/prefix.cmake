# SPDX-License-Identifier: Apache-2.0
# Two precompiled headers for all targets: muniment_prefix(TARGET library) and muniment_prefix(TARGET test).
# Measured on one processor: a source of a module compiles in 0.75 of the time, a unit test in 0.5 (with -O0).

# What a unit test itself does is quickly done, what it tests is in the libraries: so its own code need not be optimised.
set(muniment_test_options -fPIC)
if(NOT MUNIMENT_SANITIZE)
    list(APPEND muniment_test_options -O0 -U_FORTIFY_SOURCE)
endif()

# What is compiled ahead is all that a source needs of it. CMake would name the header beside it a second time, by its whole path,
# and ccache would find nothing of what another folder compiled.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -Xclang -include-pch -Xclang <PCH_FILE>)
endif()

function(muniment_prefix_target kind)
    set(header ${CMAKE_SOURCE_DIR}/cmake/prefix/${kind}.hpp)
    add_library(muniment_prefix_${kind} OBJECT ${CMAKE_SOURCE_DIR}/cmake/prefix/prefix.cpp)
    target_precompile_headers(muniment_prefix_${kind} PRIVATE ${header})
    # A precompiled header names the folder it was made in, so ccache looks at this sum instead: a clone elsewhere then finds
    # what was compiled here (CCACHE_PCH_EXTSUM, hardening.cmake).
    set(common ${CMAKE_SOURCE_DIR}/cmake/prefix/library.hpp)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${common} ${header})
    file(SHA256 ${common} library)
    file(SHA256 ${header} own)
    file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/muniment_prefix_${kind}.dir/cmake_pch.hxx.pch.sum
         "${library} ${own} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_RELEASE} ${MUNIMENT_SANITIZE}\n")
endfunction()

muniment_prefix_target(library)
if(MUNIMENT_TESTS)
    muniment_prefix_target(test)
    target_link_libraries(muniment_prefix_test PRIVATE GTest::gtest)
    target_compile_options(muniment_prefix_test PRIVATE ${muniment_test_options})
endif()

function(muniment_prefix target kind)
    target_precompile_headers(${target} REUSE_FROM muniment_prefix_${kind})
    if(kind STREQUAL test)
        target_compile_options(${target} PRIVATE ${muniment_test_options})
    endif()
endfunction()

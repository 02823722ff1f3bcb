# SPDX-License-Identifier: Apache-2.0
# The tests beside the modules' own: the layer table, the sources' form, the README's commands, the promises.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(muniment_source_test name)
    add_test(NAME ${name} COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/tidy/${name}.py ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 60 LABELS unit)
endfunction()
if(NOT MUNIMENT_SANITIZE)
    muniment_source_test(layers)
    muniment_source_test(sources)
    muniment_source_test(fuzz_targets)
endif()

# What must not get into the operations log does not compile.
add_test(NAME loggable COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/tidy/loggable.py ${CMAKE_SOURCE_DIR} ${CMAKE_CXX_COMPILER})
set_tests_properties(loggable PROPERTIES TIMEOUT 120 LABELS unit)

# The turn of the epoch, walked through every state; and without two of its rules, where the walk must find the firm lost.
add_test(NAME model-turn COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/model/turn.py fixed 3)
add_test(NAME model-turn-naive COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/model/turn.py naive 2)
set_tests_properties(model-turn model-turn-naive PROPERTIES TIMEOUT 900 LABELS unit)

if(TARGET muniment_parsers)
    add_executable(parsers_test ${parsers_tests})
    target_link_libraries(parsers_test PRIVATE muniment_parsers GTest::gtest_main GTest::gmock)
    target_compile_definitions(parsers_test PRIVATE MUNIMENT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME parsers COMMAND parsers_test --gtest_brief=1)
    set_tests_properties(parsers PROPERTIES TIMEOUT 900 LABELS unit)
endif()

if(NOT TARGET muniment OR NOT TARGET muniment-cli)
    return()
endif()

# The power is cut at any operation on the disk (tests/powercut/README.md); and with each sync left out in turn, which must lose
# something. Each call of each port and of the disk fails in turn (tests/faults/README.md).
set(powercut ${CMAKE_SOURCE_DIR}/tests/powercut)
file(GLOB parts CONFIGURE_DEPENDS ${powercut}/*.cpp)
list(REMOVE_ITEM parts ${powercut}/powercut.cpp)
add_library(powercut_parts OBJECT ${parts})
target_include_directories(powercut_parts PUBLIC ${powercut})
target_link_libraries(powercut_parts PUBLIC muniment_app GTest::gtest)
target_compile_definitions(powercut_parts PUBLIC MUNIMENT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
muniment_prefix(powercut_parts library)
add_executable(powercut ${powercut}/powercut.cpp)
add_executable(faults ${CMAKE_SOURCE_DIR}/tests/faults/faults.cpp)
target_link_libraries(powercut PRIVATE powercut_parts)
target_link_libraries(faults PRIVATE powercut_parts)
add_test(NAME powercut COMMAND powercut --cuts 2000)
add_test(NAME powercut-omissions COMMAND powercut --omissions)
add_test(NAME faults COMMAND faults)
set_tests_properties(powercut powercut-omissions faults PROPERTIES TIMEOUT 1200 LABELS powercut)

# Muniment without the one safeguard of promise N (base/safeguards.hpp): the sources that ask broken(N) are compiled into the
# program with -DMUNIMENT_BREAK=N, and so are not taken from the libraries.
function(muniment_broken number)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.cpp)
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    set(weakened)
    foreach(source IN LISTS sources)
        file(STRINGS ${source} asks REGEX "broken\\(${number}\\)")
        if(asks)
            list(APPEND weakened ${source})
        endif()
    endforeach()
    if(NOT weakened)
        message(FATAL_ERROR "No source leaves out the safeguard of promise ${number}: its scenario could not be tried.")
    endif()
    add_executable(muniment-broken-${number} src/app/main.cpp ${weakened})
    target_compile_definitions(muniment-broken-${number} PRIVATE MUNIMENT_BREAK=${number} ${muniment_server_definitions})
    target_link_libraries(muniment-broken-${number} PRIVATE muniment_app)
endfunction()

# A scenario is tests/promises/<number>_<name>.sh, called with a folder to work in, muniment and muniment-cli. It must hold with
# what ships, and tests/support/must_notice must see it fail, for the right reason, without the safeguard.
file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/promises/[0-9]_*.sh)
set(weakened_numbers)
foreach(scenario IN LISTS scenarios)
    get_filename_component(name ${scenario} NAME_WE)
    string(SUBSTRING ${name} 0 1 number)
    list(APPEND weakened_numbers ${number})
    add_test(NAME promise_${name} COMMAND ${scenario} $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
    add_test(NAME promise_${name}_broken COMMAND ${CMAKE_SOURCE_DIR}/tests/support/must_notice ${scenario}
             $<TARGET_FILE:muniment-broken-${number}> $<TARGET_FILE:muniment-cli>)
    set_tests_properties(promise_${name} promise_${name}_broken PROPERTIES TIMEOUT 600 LABELS promises)
    set_tests_properties(promise_${name} PROPERTIES COST 100)    # the longest begin first
endforeach()
# The same with the rows in a PostgreSQL that each scenario starts for itself, and that syncs.
foreach(scenario IN LISTS scenarios)
    get_filename_component(name ${scenario} NAME_WE)
    string(SUBSTRING ${name} 0 1 number)
    set(on ${CMAKE_SOURCE_DIR}/tests/support/on_postgresql)
    add_test(NAME promise_${name}_postgresql COMMAND ${on} ${scenario} $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
    add_test(NAME promise_${name}_postgresql_broken COMMAND ${on} ${CMAKE_SOURCE_DIR}/tests/support/must_notice ${scenario}
             $<TARGET_FILE:muniment-broken-${number}> $<TARGET_FILE:muniment-cli>)
    # The core of promise 1 is taken after a minute on SQLite; what the database is changes nothing about that.
    set_tests_properties(promise_${name}_postgresql promise_${name}_postgresql_broken PROPERTIES TIMEOUT 300 LABELS promises
                         ENVIRONMENT MUNIMENT_CORE_AFTER=1)
endforeach()
list(REMOVE_DUPLICATES weakened_numbers)
foreach(number IN LISTS weakened_numbers)
    muniment_broken(${number})
endforeach()

# Data are brought forward by the program of a later day: this one, with more steps of the schema in place of the two schema.cpp.
add_executable(muniment-tomorrow src/app/main.cpp tests/upgrade/tomorrow.cpp)
target_compile_definitions(muniment-tomorrow PRIVATE ${muniment_server_definitions})
target_link_libraries(muniment-tomorrow PRIVATE muniment_app)
add_test(NAME upgrade COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/upgrade/upgrade.py ${CMAKE_SOURCE_DIR}
         $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli> $<TARGET_FILE:muniment-tomorrow>)
# What whoever runs a server sees of it: the doctor, numbers, one request in answer, log and record.
add_test(NAME operations-seen COMMAND ${CMAKE_SOURCE_DIR}/tests/operations/seen.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
# And the data of every release are opened for ever.
add_test(NAME data-of-releases COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/data/opens.py ${CMAKE_SOURCE_DIR}
         $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
set_tests_properties(upgrade operations-seen data-of-releases PROPERTIES TIMEOUT 300 LABELS promises)

# What is written is read by another program; and a hostile client costs little.
add_test(NAME second-reader COMMAND ${CMAKE_SOURCE_DIR}/tests/reader/second_reader.sh $<TARGET_FILE:muniment>
         $<TARGET_FILE:muniment-cli>)
add_test(NAME bounds COMMAND ${CMAKE_SOURCE_DIR}/tests/bounds/bounds.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
set_tests_properties(second-reader bounds PROPERTIES TIMEOUT 600 LABELS promises)
# Large papers, by the command line. By tus-js-client: ./test deep, since it needs npm.
add_test(NAME put_goes_on COMMAND ${CMAKE_SOURCE_DIR}/tests/tus/put_goes_on.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
set_tests_properties(put_goes_on PROPERTIES TIMEOUT 600 LABELS promises)
# The server is killed under load; and without the safeguard of promise 5 that is noticed.
set(kill9 ${CMAKE_SOURCE_DIR}/tests/crashes/kill9.py ${CMAKE_SOURCE_DIR})
add_test(NAME kill9 COMMAND Python3::Interpreter ${kill9} $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli> 25)
add_test(NAME kill9_broken COMMAND ${CMAKE_SOURCE_DIR}/tests/support/must_notice ${kill9} $<TARGET_FILE:muniment-broken-5>
         $<TARGET_FILE:muniment-cli> 5)
set_tests_properties(kill9 kill9_broken PROPERTIES TIMEOUT 600 LABELS promises)
# Several servers on one PostgreSQL and one folder of packs.
add_test(NAME nodes COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/nodes/nodes.py ${CMAKE_SOURCE_DIR} $<TARGET_FILE:muniment>
         $<TARGET_FILE:muniment-cli>)
set_tests_properties(nodes PROPERTIES TIMEOUT 600 LABELS promises COST 95)
# A firm whose papers lie in a bucket, on a server of our own that checks signatures; ./test deep plays it on a real one.
add_test(NAME firm_in_a_bucket COMMAND ${CMAKE_SOURCE_DIR}/tests/s3/firm_in_a_bucket.sh $<TARGET_FILE:muniment>
         $<TARGET_FILE:muniment-cli>)
set_tests_properties(firm_in_a_bucket PROPERTIES TIMEOUT 600 LABELS promises COST 90)

if(EXISTS ${CMAKE_SOURCE_DIR}/README.md)
    add_test(NAME readme COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/readme/readme.py ${CMAKE_SOURCE_DIR}
             $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
    set_tests_properties(readme PROPERTIES TIMEOUT 600 LABELS promises)
endif()
# The machine's configuration, on a running server.
add_test(NAME config-reload COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/config/reload.py $<TARGET_FILE:muniment>)
set_tests_properties(config-reload PROPERTIES TIMEOUT 300 LABELS promises)
# What `cmake --install` makes of a build. The packages themselves are tried by ./test deep (tests/package/machine.sh).
if(TARGET pages)
    add_test(NAME package-staged COMMAND ${CMAKE_SOURCE_DIR}/tests/package/staged.sh ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    set_tests_properties(package-staged PROPERTIES TIMEOUT 300 LABELS promises)
endif()
# What Muniment does by itself, after a crash as well.
add_test(NAME jobs-after-a-crash COMMAND ${CMAKE_SOURCE_DIR}/tests/jobs/after_a_crash.sh $<TARGET_FILE:muniment>
         $<TARGET_FILE:muniment-cli>)
set_tests_properties(jobs-after-a-crash PROPERTIES TIMEOUT 300 LABELS promises)
# A founding that is killed at any moment.
add_test(NAME setup-cut-off COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/setup/cut_off.py $<TARGET_FILE:muniment>)
set_tests_properties(setup-cut-off PROPERTIES TIMEOUT 300 LABELS promises)
# The page: its logic, and every story in a real browser against the real server.
if(MUNIMENT_PAGE)
    add_test(NAME page_logic COMMAND ${CMAKE_SOURCE_DIR}/tests/page/logic)
    add_test(NAME page COMMAND ${CMAKE_SOURCE_DIR}/tests/page/run $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
    set_tests_properties(page_logic page PROPERTIES TIMEOUT 600 LABELS page)
    set_tests_properties(page PROPERTIES COST 90)
endif()
# Recovery shares: their whole life, and npm's slip39 as a second reader.
add_test(NAME recovery-shares COMMAND ${CMAKE_SOURCE_DIR}/tests/shares/recovery.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
add_test(NAME recovery-shares-second-reader COMMAND ${CMAKE_SOURCE_DIR}/tests/shares/run $<TARGET_FILE:muniment>
         $<TARGET_FILE:muniment-cli>)
add_test(NAME recovery-shares-terminal COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tests/shares/terminal.py
         $<TARGET_FILE:muniment>)
set_tests_properties(recovery-shares recovery-shares-second-reader recovery-shares-terminal PROPERTIES TIMEOUT 600 LABELS promises)
# Databases that are not the firm any more: adopt, keys mend, and what the programs say.
add_test(NAME adopt COMMAND ${CMAKE_SOURCE_DIR}/tests/adopt/adopt.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
add_test(NAME adopt-copies COMMAND ${CMAKE_SOURCE_DIR}/tests/adopt/copies.sh $<TARGET_FILE:muniment> $<TARGET_FILE:muniment-cli>)
set_tests_properties(adopt adopt-copies PROPERTIES TIMEOUT 600 LABELS promises)
add_test(NAME demo COMMAND ${CMAKE_SOURCE_DIR}/demo/play --once)
set_tests_properties(demo PROPERTIES TIMEOUT 600 LABELS promises ENVIRONMENT
    "MUNIMENT=$<TARGET_FILE:muniment>;MUNIMENT_CLI=$<TARGET_FILE:muniment-cli>;MUNIMENT_DEMO=${CMAKE_BINARY_DIR}/demo")

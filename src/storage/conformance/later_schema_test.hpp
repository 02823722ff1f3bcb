// SPDX-License-Identifier: Apache-2.0
// For tests: format 1 is the first there is, so what comes after it is made up here. Step 2 expands, step 3 expands, step 4
// contracts, and asks for a program that knows step 2.
#pragma once
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "storage/migration.hpp"

namespace muniment::storage::testing {

inline std::array<Migration, 4> later_steps(const Migration& first) {
    return {{first,
             {2, "ALTER TABLE packs ADD COLUMN later INTEGER NOT NULL DEFAULT 7", 1, "adds a column"},
             {3, "CREATE TABLE later (a INTEGER NOT NULL); INSERT INTO later SELECT later FROM packs", 1, "adds a table"},
             {4, "DROP INDEX fields_of_owner", 2, "drops an index that only the first needed"}}};
}
/// The same, where a database's types have other names.
template <std::size_t N>
std::array<Migration, N> with_sql(std::array<Migration, N> steps, std::int64_t version, const char* sql) {
    steps[static_cast<std::size_t>(version) - 1].sql = sql;
    return steps;
}

/// In a process of its own that is killed when `tell` is called for the n-th time; true where it came to its end before that.
inline bool killed_at(int nth, const std::function<void(const TellMigration&)>& work) {
    pid_t child = ::fork();
    require(child >= 0, "no process");
    if (child == 0) {
        int calls = 0;
        work([&](MigrationStage, std::int64_t) {
            if (++calls == nth) ::raise(SIGKILL);
        });
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace muniment::storage::testing

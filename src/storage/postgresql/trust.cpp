// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/trust.hpp"

#include <cstdlib>

namespace muniment::storage::postgresql {
namespace {

// 15 is Debian 12's, and what the tests run on. Newer ones are those whose release notes were read.
constexpr int oldest_version = 15, newest_version = 18;

std::unexpected<Error> unsafe(std::string_view setting) {
    return fail(Problem::conflict, "the database may lose what it has acknowledged: set " + std::string(setting) +
                                       " in its postgresql.conf and reload it");
}

}  // namespace

Result<void> known_version(int number) {
    auto major = number / 10'000;
    auto version = "PostgreSQL " + std::to_string(major);
    if (major < oldest_version)
        return fail(Problem::conflict, "the database is " + version + ", and must be at least " + std::to_string(oldest_version));
    if (major > newest_version)
        return fail(Problem::conflict, "the database is " + version + ", and this program knows up to " + std::to_string(newest_version));
    return {};
}

Result<PostgresqlFacts> facts_of(Connection& connection) {
    TRY(auto answer, connection.run("SELECT current_setting('server_version_num'), current_setting('fsync'),"
                                    " current_setting('full_page_writes'), current_setting('synchronous_commit'),"
                                    " current_setting('data_checksums'), current_setting('synchronous_standby_names'),"
                                    " pg_is_in_recovery(), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"));
    if (answer.rows() != 1 || PQnfields(answer.raw()) != 8) return fail(Problem::conflict, "the server is not PostgreSQL");
    auto said = [&](int column) { return std::string_view(PQgetvalue(answer.raw(), 0, column)); };
    return PostgresqlFacts{.version = std::atoi(said(0).data()) / 10'000,
                           .fsync = said(1) == "on",
                           .full_page_writes = said(2) == "on",
                           .synchronous_commit = said(3) == "on",
                           .checksums = said(4) == "on",
                           .standby_confirms = !said(5).empty(),
                           .standby = said(6) == "t",
                           .superuser = said(7) == "t",
                           .tls = PQsslInUse(connection.raw()) != 0};
}

Result<void> trusted(Connection& connection, const Settings& settings) {
    TRY(auto facts, facts_of(connection));
    if (facts.standby) return fail(Problem::unavailable, "this database is a standby, which takes no writes");
    if (!facts.synchronous_commit) return unsafe("synchronous_commit = on");
    if (!settings.durable) return {};
    if (!facts.fsync) return unsafe("fsync = on");
    if (!facts.full_page_writes) return unsafe("full_page_writes = on");
    return {};
}

}  // namespace muniment::storage::postgresql

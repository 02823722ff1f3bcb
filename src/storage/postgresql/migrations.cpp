// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/migrations.hpp"

#include "base/clock.hpp"
#include "base/journal.hpp"
#include "storage/open.hpp"

namespace muniment::storage::postgresql {
namespace {

#define MUNIMENT_NOW "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

std::string numbers_of(const Migration& step) {
    return "; INSERT INTO muniment_schema (version, least, taken) VALUES (" + std::to_string(step.version) + ", " +
           std::to_string(step.least) + ", " MUNIMENT_NOW ")";
}

/// As in SQLite (sqlite/migrations.cpp).
std::string left_for_the_record(std::int64_t from, std::int64_t to) {
    return "; INSERT INTO singles (name, number, value) VALUES ('" + std::string(migrated_single) + "', " + std::to_string(to) +
           ", '\\x" + to_hex(Writer().u64(static_cast<std::uint64_t>(from)).written()) +
           "') ON CONFLICT (name) DO UPDATE SET number = excluded.number";
}

void told(const TellMigration& tell, MigrationStage stage, std::int64_t version) {
    if (tell) tell(stage, version);
}

/// Whoever stands in the way, by the name of its machine: alone with the database, or at work without knowing what the step
/// asks for. Leases that ran out are ended first, so that their nodes do not come back beneath what is done.
Result<void> nobody_in_the_way(Connection& connection, const Migration& step) {
    CHECK(connection.ask(Statement{"UPDATE nodes SET ended = 2 WHERE ended = 0 AND until < " MUNIMENT_NOW}));
    auto least = static_cast<std::uint64_t>(step.least);
    TRY(auto there,
        connection.ask(Statement{"SELECT name FROM nodes WHERE ended = 0 AND (alone = 1 OR knows < $1) ORDER BY since LIMIT 1",
                                 Parameters::of(least)}));
    if (there.rows() == 0) return {};
    Row row(there, 0);
    auto name = row.text();
    CHECK(row.sound());
    return fail(Problem::in_use, "the database; a process on " + name + " has it open, which could not go on after step " +
                                     std::to_string(step.version) + ": bring the program there forward, or stop it");
}

Result<void> take_within(Connection& connection, const Migration& step, std::int64_t from, const TellMigration& tell) {
    CHECK(
        connection.ask(Statement{"LOCK TABLE writers IN EXCLUSIVE MODE"}));  // between two batches, and nobody comes meanwhile
    CHECK(nobody_in_the_way(connection, step));
    CHECK(connection.run(std::string(step.sql) + numbers_of(step) + left_for_the_record(from, step.version)));
    told(tell, MigrationStage::written, step.version);
    CHECK(connection.ask(Statement{"COMMIT"}));
    return {};
}

Result<void> take(Connection& connection, const Migration& step, std::int64_t from, const TellMigration& tell) {
    told(tell, MigrationStage::begun, step.version);
    CHECK(connection.ask(Statement{"BEGIN ISOLATION LEVEL READ COMMITTED"}));
    auto done = take_within(connection, step, from, tell);
    if (!done) {
        static_cast<void>(connection.ask(Statement{"ROLLBACK"}).has_value());
        return done;
    }
    told(tell, MigrationStage::done, step.version);
    return {};
}

/// One call is one transaction.
Result<void> make(Connection& connection, const Settings& settings, std::span<const Migration> steps) {
    auto all = "CREATE SCHEMA IF NOT EXISTS \"" + settings.schema +
               "\"; CREATE TABLE muniment_schema (version bigint PRIMARY KEY, least bigint NOT NULL, taken bigint NOT NULL)";
    for (const auto& step : steps) all += "; " + std::string(step.sql) + numbers_of(step);
    CHECK(connection.run(all));
    return {};
}

}  // namespace

Result<SchemaNow> schema_of(Connection& connection, const Settings& settings) {
    auto table = Parameters::of(std::string_view(settings.schema));
    TRY(auto there, connection.ask({"SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'muniment_schema'", table}));
    if (there.rows() == 0) return SchemaNow{};
    TRY(auto found, connection.ask({"SELECT coalesce(max(version), 0), coalesce(max(least), 0) FROM muniment_schema"}));
    if (found.rows() != 1) return fail(Problem::corrupt, "the database does not say which format it has");
    Row row(found, 0);
    SchemaNow now{row.number<std::int64_t>(), row.number<std::int64_t>()};
    CHECK(row.sound());
    if (now.version < 1 || now.least < 1) return fail(Problem::corrupt, "the database does not say which format it has");
    return now;
}

Result<void> prepare(Connection& connection, const Settings& settings, std::span<const Migration> steps) {
    TRY(auto now, schema_of(connection, settings));
    if (now.version == 0) return make(connection, settings, steps);
    auto ahead = plan(steps, now);
    if (ahead.too_new) return newer_than_known(now, steps);
    if (ahead.runs()) return {};
    return fail(Problem::conflict, "its data have format " + std::to_string(now.version) + ", and this program needs format " +
                                       std::to_string(steps.back().version) +
                                       ": `muniment upgrade --copied` brings them forward, after a pg_dump");
}

Result<void> migrate(Connection& connection, const Settings& settings, std::span<const Migration> steps, Steps which,
                     const TellMigration& tell) {
    TRY(auto now, schema_of(connection, settings));
    if (now.version == 0) return make(connection, settings, steps);
    auto ahead = plan(steps, now);
    if (ahead.too_new) return newer_than_known(now, steps);
    for (const auto* step : ahead.ahead) {
        if (which == Steps::expanding && contracts(steps, *step)) break;
        CHECK(take(connection, *step, now.version, tell));
        journal(Level::info, "records.migrated", {{"from", step->version - 1}, {"to", step->version}});
    }
    return {};
}

#undef MUNIMENT_NOW

}  // namespace muniment::storage::postgresql

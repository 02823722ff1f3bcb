// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/migrations.hpp"

#include "base/clock.hpp"
#include "base/journal.hpp"
#include "storage/open.hpp"

namespace muniment::storage::sqlite {
namespace {

constexpr std::int64_t application_id = 0x4d554e49;  // "MUNI", for file(1) and against other programs' databases

/// One row for each step that was taken: what a program must know is asked before anything else is read.
constexpr const char* table_of_steps =
    "CREATE TABLE muniment_schema (version INTEGER PRIMARY KEY, least INTEGER NOT NULL, taken INTEGER NOT NULL) STRICT;";

void told(const TellMigration& tell, MigrationStage stage, std::int64_t version) {
    if (tell) tell(stage, version);
}

/// What the record is to say, once somebody unlocks the firm. The first `from` stays, however many steps are taken until then.
std::string left_for_the_record(std::int64_t from, std::int64_t to) {
    if (from == 0) return "";
    return "INSERT INTO singles (name, number, value) VALUES ('" + std::string(migrated_single) + "', " + std::to_string(to) +
           ", x'" + to_hex(Writer().u64(static_cast<std::uint64_t>(from)).written()) +
           "') ON CONFLICT (name) DO UPDATE SET number = excluded.number;";
}

std::string numbers_of(const Migration& step) {
    auto version = std::to_string(step.version);
    return "INSERT INTO muniment_schema (version, least, taken) VALUES (" + version + ", " + std::to_string(step.least) + ", " +
           std::to_string(SystemClock().now().us) + ");PRAGMA user_version = " + version +
           ";PRAGMA application_id = " + std::to_string(application_id) + ";";
}

Result<void> take(Database& db, const Migration& step, std::int64_t from, const TellMigration& tell) {
    told(tell, MigrationStage::begun, step.version);
    CHECK(db.run("BEGIN IMMEDIATE"));
    auto whole = (step.version == 1 ? table_of_steps : "") + std::string(step.sql) + ";" + numbers_of(step) +
                 left_for_the_record(from, step.version);
    auto done = db.run(whole.c_str());
    if (done) {
        told(tell, MigrationStage::written, step.version);
        done = db.run("COMMIT");
    }
    if (!done && db.in_transaction()) CHECK(db.run("ROLLBACK"));
    CHECK(std::move(done));
    told(tell, MigrationStage::done, step.version);
    return {};
}

/// Read again from its first page to its last, indexes against tables.
Result<void> check_copy(const std::filesystem::path& path, Disk& disk, std::int64_t version) {
    TRY(auto copied, Database::open(path, Database::Mode::read, disk.sqlite_layer()));
    TRY(auto there, copied->number("PRAGMA user_version"));
    Query query(*copied, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    TRY(bool answered, query.next());
    if (!answered || query.number() != 0 || there != version)
        return fail(Problem::corrupt, "the copy of the database does not read as what it was made from; nothing was changed");
    return {};
}

/// Beside the file under another name first, so that what bears the name is whole. One from an earlier try, which is older,
/// gives way.
Result<void> keep_copy(Database& db, const std::filesystem::path& path, std::int64_t version, Disk& disk,
                       const TellMigration& tell) {
    told(tell, MigrationStage::copying, version);
    auto named = copy_of(path, version), beside = named;
    beside += ".part";
    if (disk.exists(beside)) CHECK(disk.remove_file(beside));
    auto made = copy(db, beside, disk);
    if (made) made = check_copy(beside, disk, version);
    if (!made) {
        static_cast<void>(disk.remove_file(beside).has_value());
        return made;
    }
    CHECK(disk.rename_file(beside, named));
    CHECK(disk.sync_folder(named.parent_path(), SyncPoint::copy_named));
    told(tell, MigrationStage::copied, version);
    return {};
}

/// What is taken now: without a person's word nothing that shuts the former program out.
std::vector<const Migration*> to_take(const SchemaPlan& plan, const SchemaNow& now, Steps which) {
    std::vector<const Migration*> list;
    for (const auto* step : plan.ahead) {
        if (which == Steps::expanding && now.version > 0 && contracts(plan.known, *step)) break;
        list.push_back(step);
    }
    return list;
}

}  // namespace

std::filesystem::path copy_of(const std::filesystem::path& path, std::int64_t version) {
    auto named = path;
    named += ".schema-" + std::to_string(version);
    return named;
}

Result<SchemaNow> schema_of(Database& db) {
    TRY(auto program, db.number("PRAGMA application_id"));
    TRY(auto version, db.number("PRAGMA user_version"));
    TRY(auto tables, db.number("SELECT count(*) FROM sqlite_schema"));
    if (tables == 0 && version == 0) return SchemaNow{};
    if (program != application_id || version < 1) return fail(Problem::corrupt, "the file is not a database of Muniment");
    TRY(auto told, db.number("SELECT coalesce(max(version), 0) FROM muniment_schema"));
    TRY(auto least, db.number("SELECT coalesce(max(least), 0) FROM muniment_schema"));
    if (told != version || least < 1) return fail(Problem::corrupt, "the database does not say which format it has");
    return SchemaNow{version, least};
}

Result<void> migrate(Database& db, const std::filesystem::path& path, std::span<const Migration> steps, Steps which, Disk& disk,
                     const TellMigration& tell) {
    TRY(auto now, schema_of(db));
    auto ahead = plan(steps, now);
    if (ahead.too_new) return newer_than_known(now, steps);
    auto list = to_take(ahead, now, which);
    if (list.size() < ahead.ahead.size() && which == Steps::expanding) {
        auto reached = list.empty() ? now.version : list.back()->version;
        if (!plan(steps, {reached, now.least}).runs())
            return fail(Problem::conflict, "its data have format " + std::to_string(now.version) + ", and the way to format " +
                                               std::to_string(steps.back().version) +
                                               " shuts former versions out: muniment upgrade --finish takes it");
    }
    if (!list.empty() && now.version > 0) CHECK(keep_copy(db, path, now.version, disk, tell));
    CHECK(db.run("PRAGMA journal_mode = WAL"));
    for (const auto* step : list) CHECK(take(db, *step, now.version, tell));
    if (!list.empty() && now.version > 0)
        journal(Level::info, "records.migrated", {{"from", now.version}, {"to", list.back()->version}});
    return {};
}

Result<void> copy(Database& db, const std::filesystem::path& to, Disk& disk) {
    // Made by us first, so that it is never readable to others; SQLite takes over a file that is empty and refuses any other.
    CHECK(disk.create(to));
    CHECK(Query(db, "VACUUM INTO ?1", std::string_view(to.native())).run());
    // SQLite has synced what it wrote (synchronous = FULL holds for the copy as well), but not the name.
    return disk.sync_folder(to.parent_path(), SyncPoint::copy_named);
}

}  // namespace muniment::storage::sqlite

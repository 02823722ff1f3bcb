// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/store.hpp"

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "storage/open.hpp"
#include "storage/sqlite/migrations.hpp"

namespace muniment::storage {
namespace sqlite {
namespace {

/// The file exists with mode 0600 before SQLite sees it; its WAL and shared memory take the mode from it.
/// Its name is not synced here: SQLite syncs the folder before the first commit counts, for the name of its WAL beside it.
Result<void> make_file(const std::filesystem::path& path, Disk& disk) {
    auto made = disk.create(path);
    if (made || made.error().problem == Problem::conflict) return {};
    return std::unexpected<Error>(made.error());
}

}  // namespace

Result<Readers::Lease> Readers::take() {
    std::unique_lock held(lock_);
    came_back_.wait(held, [&] { return !free_.empty() || made_ < limits::record_readers_max; });
    if (!free_.empty()) {
        auto db = std::move(free_.back());
        free_.pop_back();
        return Lease(db.release(), {this});
    }
    ++made_;
    held.unlock();
    auto db = Database::open(path_, Database::Mode::read, layer_);
    if (db) return Lease(db->release(), {this});
    held.lock();
    --made_;
    came_back_.notify_one();
    return std::unexpected<Error>(db.error());
}

void Readers::give_back(std::unique_ptr<Database> db) {
    {
        std::lock_guard held(lock_);
        free_.push_back(std::move(db));
    }
    came_back_.notify_one();
}

Result<std::unique_ptr<SqliteRecords>> SqliteRecords::open(const std::filesystem::path& given, Disk& disk, Settings settings) {
    auto path = std::filesystem::absolute(given);
    CHECK(make_folder(disk, path.parent_path()));
    auto lock_path = path;
    lock_path += ".lock";
    TRY(auto lock, disk.lock(lock_path));
    CHECK(make_file(path, disk));
    TRY(auto db, Database::open(path, Database::Mode::write, disk.sqlite_layer()));
    CHECK(migrate(*db, path, migrations(), Steps::expanding, disk));
    if (settings.pages_max > 0) CHECK(db->run(("PRAGMA max_page_count = " + std::to_string(settings.pages_max)).c_str()));
    TRY(auto version, db->number("PRAGMA data_version"));
    return std::unique_ptr<SqliteRecords>(
        new SqliteRecords(std::move(lock), std::move(db), std::move(path), disk, settings, version));
}

SqliteRecords::SqliteRecords(std::unique_ptr<File> lock, std::unique_ptr<Database> db, std::filesystem::path path, Disk& disk,
                             Settings settings, std::int64_t data_version)
    : disk_(disk), settings_(settings), lock_(std::move(lock)), path_(std::move(path)), db_(std::move(db)), writes_(Source(*db_)),
      readers_(path_, disk.sqlite_layer()), data_version_(data_version), committer_(*this) {
    sqlite3_wal_hook(
        db_->raw(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<SqliteRecords*>(self)->wal_pages_ = pages;
            return SQLITE_OK;
        },
        this);
}

Result<void> SqliteRecords::copy_to(const std::string& path) {
    CHECK(committer_.usable());
    TRY(auto db, readers_.take());
    return copy(*db, path, disk_);
}

// IMMEDIATE: the write lock is asked for where waiting for it is possible, and not in the middle of somebody's work.
//
// The lock file keeps honest processes out, and nobody else. Whoever writes to the file all the same could put rows back as they
// were, and our next change would seal the heads over them anew: so from then on nothing is written here, and whoever opens the
// store again holds every row against its head and the log first.
Result<void> SqliteRecords::begin() {
    CHECK(statement("BEGIN IMMEDIATE"));
    TRY(auto version, db_->number("PRAGMA data_version"));   // moves when another connection has written, and only then
    if (version == data_version_) return {};
    if (!std::exchange(told_, true)) journal(Level::error, "records.written-by-another");
    return fail(Problem::corrupt, "another process wrote to the database while it was in use");
}
Result<void> SqliteRecords::mark() { return statement("SAVEPOINT piece"); }
Result<void> SqliteRecords::keep() { return statement("RELEASE piece"); }
Result<void> SqliteRecords::undo() {
    CHECK(statement("ROLLBACK TO piece"));
    return statement("RELEASE piece");
}
Result<void> SqliteRecords::commit() { return statement("COMMIT"); }

void SqliteRecords::abandon() {
    // What cannot be rolled back is rolled back when the file is next opened; until then nobody else may write to it anyway.
    if (db_->in_transaction()) static_cast<void>(statement("ROLLBACK").has_value());
}

// A checkpoint moves the WAL's pages into the file and syncs it. It waits for quiet; where there is none it is made after so many
// pages that the WAL stays short, and costs each commit a little instead of one commit a lot.
void SqliteRecords::rest(bool idle) {
    if (wal_pages_ < (idle ? settings_.wal_pages_when_idle : settings_.wal_pages_max)) return;
    // Passive: waits for no reader. What a reader keeps from being moved is moved the next time. A failure is found by the next
    // commit, since the WAL holds everything that was acknowledged until a checkpoint has been synced.
    sqlite3_wal_checkpoint_v2(db_->raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    wal_pages_ = 0;
}

}  // namespace sqlite

Result<SchemaSight> look_at_sqlite_schema(const std::filesystem::path& path) {
    TRY(auto db, sqlite::Database::open(path, sqlite::Database::Mode::read));
    TRY(auto now, sqlite::schema_of(*db));
    return sight_of(sqlite::migrations(), now);
}

Result<void> upgrade_sqlite(const std::filesystem::path& path, Steps which, const TellMigration& tell, Disk& disk) {
    auto lock_path = path;
    lock_path += ".lock";
    TRY(auto lock, disk.lock(lock_path));
    TRY(auto db, sqlite::Database::open(path, sqlite::Database::Mode::write, disk.sqlite_layer()));
    return sqlite::migrate(*db, path, sqlite::migrations(), which, disk, tell);
}

Result<std::unique_ptr<Records>> open_sqlite(const std::filesystem::path& path, Disk& disk) {
    return sqlite::SqliteRecords::open(path, disk);
}

}  // namespace muniment::storage

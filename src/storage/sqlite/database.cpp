// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/database.hpp"

#include <cerrno>

#include "base/limits.hpp"

namespace muniment::storage::sqlite {
namespace {

// temp_store: what SQLite sorts or spills must not reach a temporary file. trusted_schema: a schema somebody else wrote runs no
// function of ours. secure_delete: a dropped row is overwritten in the file (its key is what really dies; this costs nothing).
// mmap_size=0: an I/O error is an error code and not a signal. fullfsync and the like do not exist on Linux.
constexpr const char* settings =
    "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA mmap_size = 0;"
    "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = "
    "67108864;";

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, Mode mode, const char* layer) {
    sqlite3* db = nullptr;
    int flags =
        (mode == Mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int answer = sqlite3_open_v2(std::filesystem::absolute(path).c_str(), &db, flags, layer);
    if (db == nullptr) return fail(Problem::unavailable, "no memory to open the database");
    std::unique_ptr<Database> database(new Database(db));
    if (answer != SQLITE_OK) return database->refusal(answer);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, static_cast<int>(std::chrono::milliseconds(limits::records_busy_wait).count()));
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    CHECK(database->run(settings));
    return database;
}

Database::~Database() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
}

Result<void> Database::run(const char* sql) {
    if (int answer = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); answer != SQLITE_OK) return refusal(answer);
    return {};
}

Result<std::int64_t> Database::number(const char* sql) {
    Query query(*this, sql);
    TRY(bool found, query.next());
    if (!found) return fail(Problem::corrupt, "the database gave no answer");
    return query.number<std::int64_t>();
}

Result<sqlite3_stmt*> Database::prepared(const char* sql) {
    if (auto it = statements_.find(sql); it != statements_.end()) {
        require(sqlite3_stmt_busy(it->second) == 0, "a callback of the store called the store");
        return it->second;
    }
    sqlite3_stmt* statement = nullptr;
    int answer = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (answer != SQLITE_OK) return refusal(answer);
    statements_.emplace(sql, statement);
    return statement;
}

std::unexpected<Error> Database::refusal(int answer, std::source_location where) const {
    // Only SQLite's fixed words for the number: its longer message may quote what was bound.
    auto detail = "the database answers " + std::to_string(answer) + " (" + sqlite3_errstr(answer) + ")";
    auto problem = Problem::unavailable;
    switch (answer & 0xff) {
        case SQLITE_FULL:
            problem = Problem::no_room;
            break;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            problem = Problem::corrupt;
            break;
        case SQLITE_CONSTRAINT:
            problem = Problem::conflict;
            break;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            problem = Problem::busy;
            break;
        case SQLITE_TOOBIG:
            problem = Problem::too_large;
            break;
        case SQLITE_IOERR:
            // A sync that failed is never mere want of room: what the kernel dropped is not known.
            if (answer != SQLITE_IOERR_FSYNC && answer != SQLITE_IOERR_DIR_FSYNC && sqlite3_system_errno(db_) == ENOSPC)
                problem = Problem::no_room;
            break;
        case SQLITE_MISUSE:
            die("SQLite was misused", where);
        default:
            break;
    }
    return fail(problem, std::move(detail), where);
}

void Query::look(int answer) {
    if (answer != SQLITE_OK && begun_) begun_ = db_.refusal(answer);
}

void Query::bind(int place, View value) {
    // An empty span may have a null address, and binding that would be NULL.
    if (value.empty()) return look(sqlite3_bind_zeroblob(statement_, place, 0));
    look(sqlite3_bind_blob64(statement_, place, value.data(), value.size(), SQLITE_STATIC));
}

void Query::bind(int place, std::string_view value) {
    look(sqlite3_bind_text64(statement_, place, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Result<bool> Query::next() {
    CHECK(begun_);
    column_ = 0;
    int answer = sqlite3_step(statement_);
    if (answer == SQLITE_ROW) return true;
    if (answer == SQLITE_DONE) return false;
    return db_.refusal(answer);
}

Result<void> Query::run() {
    for (;;) {
        TRY(bool more, next());
        if (!more) return {};
    }
}

Result<void> Query::sound() const {
    if (!sound_) return fail(Problem::corrupt, "a row of the database does not have its form");
    return {};
}

std::int64_t Query::column_number() {
    int column = column_++;
    if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) sound_ = false;
    return sqlite3_column_int64(statement_, column);
}

Id16 Query::id() {
    int column = column_++;
    Id16 out{};
    if (sqlite3_column_type(statement_, column) != SQLITE_BLOB || sqlite3_column_bytes(statement_, column) != int{sizeof out})
        sound_ = false;
    else
        std::memcpy(out.data(), sqlite3_column_blob(statement_, column), sizeof out);
    return out;
}

Bytes Query::blob() {
    int column = column_++;
    if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) return sound_ = false, Bytes{};
    auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return Bytes(data, data + size);
}

std::string Query::text() {
    int column = column_++;
    if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) return sound_ = false, std::string();
    auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace muniment::storage::sqlite

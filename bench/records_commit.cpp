// SPDX-License-Identifier: Apache-2.0
// How many commits of one log entry each (260 bytes of leaf and detail) the records take from 64 blocking callers, and what bare
// SQLite takes from one thread in batches of 64 on the same disk: the second is the ceiling of the first.
//
//   records_commit [folder] [callers] [seconds]
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "storage/open.hpp"

using namespace muniment;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t leaf_bytes = 130, detail_bytes = 130;

double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

double commits_per_second(const std::filesystem::path& file, int callers, double seconds) {
    auto records = storage::open_sqlite(file);
    require(records.has_value(), "the records do not open");
    std::atomic<std::uint64_t> done = 0;
    std::atomic<bool> over = false;
    auto call = [&] {
        storage::EntryRow row{.leaf = Bytes(leaf_bytes, 1), .detail = Bytes(detail_bytes, 2)};
        std::uint64_t mine = 0;
        for (; !over.load(std::memory_order_relaxed); ++mine) {
            auto kept = (*records)->commit([&](storage::RecordWriter& w) -> Result<void> {
                CHECK(w.append_entry(row));
                return {};
            });
            require(kept.has_value(), "a commit failed");
        }
        done += mine;
    };
    auto start = Steady::now();
    std::vector<std::thread> threads;
    for (int n = 0; n < callers; ++n) threads.emplace_back(call);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    over = true;
    for (auto& thread : threads) thread.join();
    auto took = seconds_since(start);
    require((*records)->entry_count().value() == done, "an acknowledged entry is missing");
    return static_cast<double>(done) / took;
}

double bare_rows_per_second(const std::filesystem::path& file, int batch, double seconds) {
    auto run = [](sqlite3* db, const char* sql) { require(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); };
    sqlite3* db = nullptr;
    require(sqlite3_open(file.c_str(), &db) == SQLITE_OK, "the file does not open");
    run(db,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (sequence INTEGER PRIMARY KEY, row BLOB)");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO entries (row) VALUES (?1)", -1, &insert, nullptr);
    Bytes row(leaf_bytes + detail_bytes, 3);
    std::uint64_t done = 0;
    auto start = Steady::now();
    while (seconds_since(start) < seconds) {
        run(db, "BEGIN");
        for (int n = 0; n < batch; ++n, ++done) {
            sqlite3_bind_blob(insert, 1, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
            require(sqlite3_step(insert) == SQLITE_DONE, "an insert failed");
            sqlite3_reset(insert);
        }
        run(db, "COMMIT");
    }
    auto took = seconds_since(start);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return static_cast<double>(done) / took;
}

}  // namespace

int main(int count, char** words) {
    auto folder = std::filesystem::path(count > 1 ? words[1] : ".") / "records-commit-bench";
    int callers = count > 2 ? std::atoi(words[2]) : 64;
    double seconds = count > 3 ? std::atof(words[3]) : 5;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::printf("bare SQLite, one thread, batches of 64:   %9.0f rows/s\n",
                bare_rows_per_second(folder / "bare.db", 64, seconds));
    std::printf("bare SQLite, one thread, batches of 1024: %9.0f rows/s\n",
                bare_rows_per_second(folder / "bare1k.db", 1024, seconds));
    std::printf("records, %d blocking callers:             %9.0f commits/s\n", callers,
                commits_per_second(folder / "records.db", callers, seconds));
    std::filesystem::remove_all(folder);
}

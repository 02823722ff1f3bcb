// SPDX-License-Identifier: Apache-2.0
// What the log's durable path could reach on this machine: 64 writers that block until their row is synced, one committer, SQLite,
// rows of an entry's size, and nothing else: no sealing, no hashing, no tree, no code of src/storage. Prints one JSON line
// {"name", "value", "unit"}. Runs in the folder given, or a temporary one, for 4 s.
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

namespace {

constexpr int writers = 64;
constexpr auto measured = std::chrono::seconds(4);
using Row = std::array<unsigned char, 260>;

[[noreturn]] void stop(const char* why) {
    std::fprintf(stderr, "commit_probe: %s\n", why);
    std::exit(1);
}

class Probe {
  public:
    explicit Probe(const std::filesystem::path& file) {
        if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) stop("the file does not open");
        run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (sequence INTEGER PRIMARY KEY, row BLOB)");
        sqlite3_prepare_v2(db_, "INSERT INTO entries (row) VALUES (?1)", -1, &insert_, nullptr);
        committer_ = std::jthread([this](const std::stop_token& over) { commit(over); });
    }
    ~Probe() {
        committer_.request_stop();
        committer_.join();
        sqlite3_finalize(insert_);
        sqlite3_close(db_);
    }

    void write(const Row& row) {
        std::unique_lock lock(mutex_);
        queue_.push_back(row);
        const auto mine = batch_;
        filled_.notify_one();
        durable_.wait(lock, [&] { return committed_ > mine; });
    }

  private:
    void run(const char* sql) {
        if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(sqlite3_errmsg(db_));
    }
    void commit(const std::stop_token& over) {
        std::vector<Row> rows;
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                if (!filled_.wait(lock, over, [&] { return !queue_.empty(); })) return;
                rows.swap(queue_);
                ++batch_;
            }
            run("BEGIN IMMEDIATE");
            for (const auto& row : rows) {
                sqlite3_bind_blob(insert_, 1, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
                if (sqlite3_step(insert_) != SQLITE_DONE) stop(sqlite3_errmsg(db_));
                sqlite3_reset(insert_);
            }
            run("COMMIT");
            rows.clear();
            {
                std::lock_guard lock(mutex_);
                committed_ = batch_;
            }
            durable_.notify_all();
        }
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    std::mutex mutex_;
    std::condition_variable_any filled_;
    std::condition_variable durable_;
    std::vector<Row> queue_;
    std::uint64_t batch_ = 0;        // the one that rows are put into
    std::uint64_t committed_ = 0;    // all before this are durable
    std::jthread committer_;
};

double rows_per_second(const std::filesystem::path& file) {
    Probe probe(file);
    std::vector<std::uint64_t> counts(writers);
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (auto& count : counts)
            threads.emplace_back([&] {
                for (Row row{}; std::chrono::steady_clock::now() - begin < measured; ++count) probe.write(row);
            });
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::uint64_t all = 0;
    for (auto count : counts) all += count;
    return static_cast<double>(all) / took.count();
}

}  // namespace

int main(int count, char** words) {
    auto folder = std::filesystem::path(count > 1 ? words[1] : std::filesystem::temp_directory_path()) / "muniment-commit-probe";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const auto rate = rows_per_second(folder / "probe.db");
    std::filesystem::remove_all(folder);
    std::printf("{\"name\": \"commit_probe_per_second\", \"value\": %.0f, \"unit\": \"entries/s\"}\n", rate);
}

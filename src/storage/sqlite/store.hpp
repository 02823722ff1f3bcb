// SPDX-License-Identifier: Apache-2.0
// Records in a SQLite file: one connection that writes, on the committer's thread, and a few that read beside it (WAL).
#pragma once
#include <condition_variable>
#include <mutex>

#include "base/limits.hpp"
#include "storage/committer.hpp"
#include "storage/disk.hpp"
#include "storage/sqlite/writes.hpp"

namespace muniment::storage::sqlite {

/// Connections that only read, made when they are first needed, at most limits::record_readers_max; more readers wait.
class Readers {
  public:
    struct GiveBack {
        Readers* readers = nullptr;
        void operator()(Database* db) const { readers->give_back(std::unique_ptr<Database>(db)); }
    };
    using Lease = std::unique_ptr<Database, GiveBack>;

    Readers(std::filesystem::path path, const char* layer) : path_(std::move(path)), layer_(layer) {}
    Result<Lease> take();

  private:
    void give_back(std::unique_ptr<Database> db);

    std::filesystem::path path_;
    const char* layer_;
    std::mutex lock_;
    std::condition_variable came_back_;
    std::vector<std::unique_ptr<Database>> free_;
    std::size_t made_ = 0;
};

class SqliteRecords final : public ForwardsReads<Records, SqliteRecords>, private Batch {
  public:
    /// For tests.
    struct Settings {
        std::int64_t pages_max = 0;         ///< a disk that is full after so many pages; 0: none
        int wal_pages_when_idle = limits::wal_pages_when_idle, wal_pages_max = limits::wal_pages_max;
    };
    static Result<std::unique_ptr<SqliteRecords>> open(const std::filesystem::path& path, Disk& disk, Settings settings);
    static Result<std::unique_ptr<SqliteRecords>> open(const std::filesystem::path& path, Disk& disk = posix_disk()) {
        return open(path, disk, Settings{});
    }

    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(committer_.usable());
        TRY(auto db, readers_.take());
        Reads reads{Source(*db)};
        return f(static_cast<RecordReader&>(reads));
    }
    Result<void> commit(Work work) override { return committer_.commit(std::move(work)); }
    Result<void> copy_to(const std::string& path) override;
    std::optional<Room> room() const override { return room_at(path_.parent_path()); }

  private:
    SqliteRecords(std::unique_ptr<File> lock, std::unique_ptr<Database> db, std::filesystem::path path, Disk& disk,
                  Settings settings, std::int64_t data_version);

    Result<void> begin() override;
    Result<void> mark() override;
    Result<void> keep() override;
    Result<void> undo() override;
    Result<void> commit() override;
    void abandon() override;
    bool open() const override { return db_->in_transaction(); }
    RecordWriter& writer() override { return writes_; }
    void rest(bool idle) override;
    Result<void> statement(const char* sql) { return Query(*db_, sql).run(); }

    Disk& disk_;
    Settings settings_;
    std::unique_ptr<File> lock_;
    std::filesystem::path path_;
    std::unique_ptr<Database> db_;
    Writes writes_;
    Readers readers_;
    int wal_pages_ = 0;    ///< told by SQLite at each commit
    std::int64_t data_version_;   ///< as the writing connection saw it when the store was opened
    bool told_ = false;
    Committer committer_;  ///< last: its thread uses everything above
};

}  // namespace muniment::storage::sqlite

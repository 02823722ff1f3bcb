// SPDX-License-Identifier: Apache-2.0
// Records in PostgreSQL: one connection that writes, on the committer's thread, and a few that read beside it.
//
// One process writes at a time: it holds an advisory lock. Each batch is one SERIALIZABLE transaction that begins by locking the
// table `writers`, before its snapshot is taken, and ends by counting up the row of this process in it. So a commit whose answer
// never came can be resolved: over a new connection, under the same lock, the row tells whether it was made. Nobody is told
// before that.
//
// The database is not believed. Each batch compares the single rows whose numbers only grow (`growing_singles`), and the count of
// entries, with what this process last saw: rows that were put back are noticed before anything is sealed over them.
#pragma once
#include <condition_variable>
#include <mutex>

#include "storage/committer.hpp"
#include "storage/postgresql/source.hpp"
#include "storage/postgresql/transaction.hpp"
#include "storage/sql/writes.hpp"

namespace muniment::storage::postgresql {

/// The single rows whose numbers only grow while a firm lives.
inline constexpr std::array<std::string_view, 3> growing_singles{"key-head", "gate-head", "tree"};

/// A connection that only reads, and one in its place where it has broken before anything was read.
class Session {
  public:
    // What Source asks of a Channel.
    static constexpr const char* walk_begin = "BEGIN";
    static constexpr const char* walk_end = "COMMIT";
    Result<std::vector<Answer>> ask(std::span<const Statement> statements);

    explicit Session(const Settings& settings) : settings_(settings) {}
    /// Nothing of a former use is left.
    bool fresh() const { return connection_ == nullptr || (!connection_->lost() && !connection_->in_transaction()); }

  private:
    const Settings& settings_;
    std::unique_ptr<Connection> connection_;
};

/// At most limits::record_readers_max; more readers wait.
class Sessions {
  public:
    struct GiveBack {
        Sessions* sessions = nullptr;
        void operator()(Session* session) const { sessions->give_back(std::unique_ptr<Session>(session)); }
    };
    using Lease = std::unique_ptr<Session, GiveBack>;

    explicit Sessions(const Settings& settings) : settings_(settings) {}
    Lease take();

  private:
    void give_back(std::unique_ptr<Session> session);

    const Settings& settings_;
    std::mutex lock_;
    std::condition_variable came_back_;
    std::vector<std::unique_ptr<Session>> free_;
    std::size_t made_ = 0;
};

class Writes final : public sql::Writes<Source<Transaction>> {
  public:
    explicit Writes(Transaction& transaction)
        : sql::Writes<Source<Transaction>>(Source<Transaction>(transaction)), transaction_(transaction) {}
    Result<std::optional<SingleRow>> single(std::string_view name) override;
    Result<void> put_single(std::string_view name, const SingleRow& row) override;
    Result<void> drop_single(std::string_view name) override;
    Result<std::uint64_t> entry_count() override { return transaction_.entries(); }
    Result<std::uint64_t> append_entry(const EntryRow& row) override { return transaction_.append(row); }
    Result<void> index_entry(const Id16& subject, std::uint64_t sequence) override;

  private:
    Transaction& transaction_;
};

class PostgresqlRecords final : public ForwardsReads<Records, PostgresqlRecords>, private Batch {
  public:
    static Result<std::unique_ptr<PostgresqlRecords>> open(const std::string& url, const PostgresqlForTests& tests);

    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(committer_.usable());
        auto session = sessions_.take();
        sql::Reads<Source<Session>> reads{Source<Session>(*session)};
        return f(static_cast<RecordReader&>(reads));
    }
    Result<void> commit(Work work) override { return committer_.commit(std::move(work)); }
    Result<void> copy_to(const std::string& path) override;

  private:
    /// What this process knows to be in the database, or had in it: it may grow, and never shrink.
    struct Seen {
        std::map<std::string, std::optional<SingleRow>, std::less<>> singles;
        std::uint64_t entries = 0;
    };

    PostgresqlRecords(Settings settings, const PostgresqlForTests& tests);
    Result<void> connect();
    Result<Seen> look();
    static Result<Seen> seen_in(const Answer& heads, const Answer& count);
    Result<void> nothing_put_back(const Seen& now);
    Result<void> resolve();

    Result<void> begin() override;
    Result<void> mark() override { return transaction_.mark(), Result<void>{}; }
    Result<void> keep() override { return transaction_.keep(), Result<void>{}; }
    Result<void> undo() override { return transaction_.undo(), Result<void>{}; }
    Result<void> commit() override;
    void abandon() override;
    bool again(int tries) override;
    bool undone() const override { return undone_; }
    bool open() const override { return transaction_.open(); }
    RecordWriter& writer() override { return writes_; }
    void rest(bool) override {}

    Settings settings_;
    Id16 writer_ = new_random_id();
    bool rehearses_;
    std::unique_ptr<Connection> connection_;
    Transaction transaction_;
    Writes writes_{transaction_};
    Sessions sessions_{settings_};
    Seen seen_;
    std::uint64_t commits_ = 0;  ///< of this process, as its row counts them
    bool undone_ = false;        ///< what failed left nothing in the database
    bool may_repeat_ = false;    ///< and another try may succeed
    bool rehearsed_ = false, told_ = false;
    Committer committer_{*this};  ///< last: its thread uses everything above
};

}  // namespace muniment::storage::postgresql

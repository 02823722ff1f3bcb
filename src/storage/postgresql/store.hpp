// SPDX-License-Identifier: Apache-2.0
// Records in PostgreSQL: one connection that writes, on the committer's thread, and a few that read beside it.
//
// Any number of processes write, one batch at a time. Each batch is one SERIALIZABLE transaction that begins by locking the table
// `writers`, before its snapshot is taken, and ends by counting up the row of this process in it. So a commit whose answer never came
// can be resolved: over a new connection, under the same lock, the row tells whether it was made. Nobody is told before that.
// A batch of a process whose lease (lease.hpp) has ended does not begin.
//
// The database is not believed. Each batch compares the single rows whose numbers only grow (`growing_singles`), and the entries, with
// what this process last saw. Where no other process wrote, all must be as it was; where one did, heads and count may only have grown,
// and an entry that we saw must still be there: rows that were put back, or a standby that had lagged, are noticed before anything
// is sealed over them. Then the Follower (nodes.hpp) is told which heads moved.
#pragma once
#include <condition_variable>
#include <mutex>

#include "storage/committer.hpp"
#include "storage/postgresql/lease.hpp"
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

    Session(const Settings& settings, std::uint64_t generation) : settings_(settings), generation_(generation) {}
    std::uint64_t generation() const { return generation_; }
    /// Nothing of a former use is left.
    bool fresh() const { return connection_ == nullptr || (!connection_->lost() && !connection_->in_transaction()); }

  private:
    const Settings& settings_;
    std::uint64_t generation_;
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
    /// Connections of before are used no more than once again.
    void renew();

  private:
    void give_back(std::unique_ptr<Session> session);

    const Settings& settings_;
    std::mutex lock_;
    std::condition_variable came_back_;
    std::vector<std::unique_ptr<Session>> free_;
    std::size_t made_ = 0;
    std::uint64_t generation_ = 0;
};

class Writes final : public sql::Writes<Source<Transaction>> {
  public:
    Writes(Transaction& transaction, const Id16& node)
        : sql::Writes<Source<Transaction>>(Source<Transaction>(transaction)), transaction_(transaction), node_(node) {}
    Result<std::optional<SingleRow>> single(std::string_view name) override;
    Result<void> put_single(std::string_view name, const SingleRow& row) override;
    Result<void> drop_single(std::string_view name) override;
    Result<std::uint64_t> entry_count() override { return transaction_.entries(); }
    Result<std::uint64_t> append_entry(const EntryRow& row) override { return transaction_.append(row); }
    Result<void> index_entry(const Id16& subject, std::uint64_t sequence) override;
    Result<void> put_pack(const PackRow& row) override;
    Result<void> drop_pack(const PackId& pack) override;

  private:
    Transaction& transaction_;
    const Id16& node_;
};

class PostgresqlRecords final : public ForwardsReads<Records, PostgresqlRecords>, private Batch, private Nodes {
  public:
    static Result<std::unique_ptr<PostgresqlRecords>> open(const std::string& url, const PostgresqlForTests& tests,
                                                           const NodeSelf& self);
    ~PostgresqlRecords() override;

    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(committer_.usable());
        auto session = sessions_.take();
        sql::Reads<Source<Session>> reads{Source<Session>(*session)};
        return f(static_cast<RecordReader&>(reads));
    }
    Result<void> commit(Work work) override { return committer_.commit(std::move(work)); }
    Result<void> copy_to(const std::string& path) override;
    Nodes* nodes() override { return this; }

  private:
    using Heads = std::map<std::string, std::optional<SingleRow>, std::less<>>;
    /// What this process knows to be in the database, or had in it: it may grow, and never shrink.
    struct Seen {
        Heads singles;
        std::uint64_t entries = 0;
        std::uint64_t batch = 0;        ///< of all processes, counted
        std::uint64_t last = 0;         ///< how many entries there were when a batch last began,
        Bytes leaf;                     ///< and the last of them
    };
    /// What the Follower was told of.
    struct Told {
        std::optional<SingleRow> keys, gate;
    };

    PostgresqlRecords(Settings settings, const PostgresqlForTests& tests, const NodeSelf& self);
    Result<void> connect();
    Result<void> come();
    Result<void> is_what_was_left();
    Result<Seen> look();
    static Result<Seen> seen_in(const Answer& heads, const Answer& last);
    Result<void> nothing_put_back(const Seen& now, bool others_wrote);
    Result<bool> grew_from_what_was_seen(const Seen& now);
    Result<void> tell_follower(const Seen& now);
    void told(const Heads& heads);
    Result<void> resolve();

    // Nodes.
    Result<void> catch_up() override;
    Result<void> in_force() const override { return lease_.in_force(); }
    Result<void> not_taken_over() override;
    void followed_by(Follower* follower) override;
    void no_longer_followed_by(const Follower* follower) override;
    Result<void> works_by(View mark) override;
    Result<std::vector<NodeRow>> list() override;
    Result<std::vector<NodeRow>> out_of_touch(View living) override;
    Result<void> told_of_out_of_touch(View living) override;
    Result<std::vector<PackId>> packs_in_use() override;
    std::uint64_t others_ended() const override { return lease_.others_ended(); }
    bool ended() const override { return lease_.ended(); }
    Result<void> join() override;
    Id16 self() const override;

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
    NodeSelf self_;
    mutable std::mutex self_lock_;      ///< guards writer_ against readers of it on other threads
    Id16 writer_{};
    bool rehearses_;
    Lease lease_;
    std::unique_ptr<Connection> connection_;
    Transaction transaction_;
    Writes writes_{transaction_, writer_};
    Sessions sessions_{settings_};
    Seen seen_;
    std::uint64_t commits_ = 0;  ///< of this process, as its row counts them
    bool undone_ = false;        ///< what failed left nothing in the database
    bool may_repeat_ = false;    ///< and another try may succeed
    bool rehearsed_ = false, alarmed_ = false;
    bool unknown_ = false;                        ///< whether the last commit was made: its answer never came

    std::mutex following_;              ///< held while the Follower is told; guards the two below
    Follower* follower_ = nullptr;
    std::optional<Told> told_;          ///< nothing: it is to be told everything
    std::atomic<std::uint64_t> batch_known_{0};                ///< seen_.batch, for catch_up()
    std::atomic<std::uint64_t> told_keys_{0}, told_gate_{0};   ///< the heads' numbers, for catch_up()
    std::atomic<bool> is_followed_{false}, told_all_{false}, join_asked_{false};
    Committer committer_{*this};  ///< last: its thread uses everything above
};

}  // namespace muniment::storage::postgresql

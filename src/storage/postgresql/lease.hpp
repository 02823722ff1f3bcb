// SPDX-License-Identifier: Apache-2.0
// The lease of one node on a shared database: a row of the table `nodes`, renewed by a thread and a connection of its own, so that no
// batch, however long, lets it run out.
//
// Its end is counted here from before the renewal was sent, by a clock that goes on while the machine sleeps, and in the database from
// when it arrived: here it ends first. What has ended by the database's clock any other node may mark as ended, between two batches;
// from then on no batch of ours begins, and it cannot be renewed. `ended` says which it was: 1 for one that is gone or has dropped all that
// it held, 2 for one of which that is not known.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/open.hpp"
#include "storage/postgresql/connection.hpp"

namespace muniment::storage::postgresql {

class Lease {
  public:
    Lease(const Settings& settings, const PostgresqlForTests& tests);
    ~Lease();

    /// As a node of a new id. `in_use` where others are there and not both sides admit others.
    Result<void> take(Connection& connection, const Id16& node, const NodeSelf& self);
    /// In order: nobody has to wait for its end.
    void give_back(Connection& connection);

    Result<void> in_force() const;
    bool ended() const { return ended_; }
    /// The database says so.
    void has_ended() { ended_ = true; }
    /// The next renewal goes over a new connection.
    void connect_anew() { connect_anew_ = true; }
    std::uint64_t others_ended() const { return others_ended_; }
    static Result<std::vector<NodeRow>> list(const Answer& answer, const Id16& self);

    static const Statement list_statement;
    static Statement out_of_touch(View living);

  private:
    void stop();
    void keep_renewing();
    Result<void> renew();
    Result<void> end_others();

    const Settings& settings_;
    const Duration valid_, every_;
    SystemClock clock_;
    std::atomic<std::int64_t> until_{0};       ///< by the steady clock, µs
    std::atomic<bool> ended_{false}, connect_anew_{false};
    std::atomic<std::uint64_t> others_ended_{0};
    std::mutex lock_;                          ///< guards the two below
    std::condition_variable stop_asked_;
    Id16 node_{};
    bool stopping_ = false;
    std::unique_ptr<Connection> connection_;   ///< the thread's own
    std::thread thread_;
};

}  // namespace muniment::storage::postgresql

// SPDX-License-Identifier: Apache-2.0
// The sequencer: hashes durable entries into the tree, signs checkpoints, keeps the look-up index. One thread, asleep until the
// first entry after quiet; then once per interval, or sooner where a whole batch waits.
//
// It reads and hashes outside of the database's transaction, which then only compares the head with the one that it began from
// and writes tiles and head: writers are held up for the writing of a few tiles, and two nodes cannot both extend one tree.
//
// Of several nodes (storage/nodes.hpp) one does this work, named by the single row "sequencer". The others look on, so that each of them
// remembers the newest checkpoint; where entries wait and nothing moves for limits::sequencer_still_rounds, one takes over, once the
// slots know of nothing newer. A checkpoint is signed of a head that was committed, whoever committed it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "audit/watch.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"

namespace muniment::audit {

struct LogSettings {
    Duration checkpoint_every = std::chrono::seconds(1);   ///< at most so long after an entry, a checkpoint covers it
    std::size_t integrate_batch = 20'000;                  ///< entries hashed into the tree per transaction
    bool start_sequencer = true;                           ///< off in tests that step it by hand
    Duration turn_wait = limits::turn_wait;                ///< of an entry that meets a turn, for this process to follow it
};

class Sequencer {
  public:
    Sequencer(storage::Records& records, std::string origin, crypto::SigningKey key, Watch watch, LogSettings settings);
    ~Sequencer();
    /// Asked before the work is taken over from another node: an error leaves it with that one.
    using Confirm = std::function<Result<void>()>;
    void confirm_with(Confirm confirm);
    Sequencer(const Sequencer&) = delete;
    Sequencer& operator=(const Sequencer&) = delete;

    void entry_written();                                  ///< from any thread; nearly free
    Result<storage::CheckpointRow> checkpoint_now();       ///< extends the tree by all entries, signs, stores
    Result<void> index_all();                              ///< brings the look-up index up to date
    std::optional<Error> trouble() const;                  ///< why the last round of the thread failed, until one succeeds

  private:
    void run();
    Result<void> round();
    Result<bool> others_at_work();                         ///< another node has the work, and moves or has nothing to do
    Result<void> take_over();                              ///< under tree_turn_
    Result<bool> extend();                                 ///< by one batch; false where nothing was left
    Result<storage::CheckpointRow> sign();
    Result<bool> index_some();                             ///< one batch; false where nothing was left

    storage::Records& records_;
    std::string origin_;
    crypto::SigningKey key_;
    LogSettings settings_;

    std::mutex tree_turn_;                                 ///< who extends and signs; guards the four below
    Watch watch_;
    Confirm confirm_;
    std::uint64_t covered_ = 0;                            ///< by the newest checkpoint at the last look at another's work,
    int still_for_ = 0;                                    ///< which has not moved for so many rounds
    const Id16 self_ = new_random_id();
    std::mutex index_turn_;

    std::atomic<std::uint64_t> waiting_{0};                ///< entries written since the last round began
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::optional<Error> trouble_;
    std::thread thread_;
};

}  // namespace muniment::audit

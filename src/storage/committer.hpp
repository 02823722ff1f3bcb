// SPDX-License-Identifier: Apache-2.0
// Group commit, the same for every driver of Records: one thread runs what many wait for, and syncs once for all of it.
//
// Promises   commit() returns after the batch's commit did, never before. A piece that fails is undone alone. No piece runs while
//            another does. Pieces run in the order in which they came.
// Assumes    The Batch is used by nobody else.
// Does not   Know what a row is. It repeats only what the driver says has left nothing behind: a commit whose sync failed may or
//            may not be on the disk (and a second fsync would not tell), so the store is closed and only opening it anew shows
//            what is there.
#pragma once
#include <atomic>
#include <thread>

#include "storage/records.hpp"
#include "storage/signal.hpp"

namespace muniment::storage {

/// A database's transaction, as the committer sees it. Everything runs on the committer's thread.
class Batch {
  public:
    virtual ~Batch() = default;
    virtual Result<void> begin() = 0;
    virtual Result<void> mark() = 0;    ///< from here the next piece can be undone
    virtual Result<void> keep() = 0;    ///< what came after the mark
    virtual Result<void> undo() = 0;    ///< what came after the mark
    virtual Result<void> commit() = 0;  ///< durable on return
    virtual void abandon() = 0;         ///< everything since begin(); never fails in a way that matters
    /// After commit() failed: whether the database is known to have kept nothing of it.
    virtual bool undone() const { return false; }
    /// After abandon(): whether the same pieces may be run once more, after so many tries. Waits where that helps.
    virtual bool again(int /*tries*/) { return false; }
    /// False once the database has undone the whole transaction by itself, as SQLite does where the disk is full.
    virtual bool open() const = 0;
    virtual RecordWriter& writer() = 0;
    /// Between two batches. `idle` where nothing waits: the time for what would delay a commit.
    virtual void rest(bool idle) = 0;
};

class Committer {
  public:
    explicit Committer(Batch& batch);
    ~Committer();  ///< runs what is queued first
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    Result<void> commit(Records::Work work);
    /// A commit failed: nothing may be done with this store any more.
    Result<void> usable() const;

  private:
    /// One caller's work, on that caller's stack until `done` is told.
    struct Piece {
        Records::Work work;
        Result<void> result{};
        Signal done{};
        Piece* next = nullptr;
    };

    void push(Piece& piece);
    void run();
    bool take();  ///< moves what was pushed to the end of line_
    void await_company(std::size_t before);
    void run_batch(std::span<Piece* const> pieces);
    Result<void> run_pieces(std::span<Piece* const> pieces);
    Result<void> run_piece(Piece& piece);

    Batch& batch_;
    std::atomic<Piece*> pushed_{nullptr};  ///< newest first
    std::atomic<std::size_t> waiting_{0};
    std::atomic<std::uint32_t> asleep_{0};
    std::atomic<bool> stopping_{false}, closed_{false};
    std::vector<Piece*> line_;  ///< oldest first; the committer's own
    std::thread thread_;
};

}  // namespace muniment::storage

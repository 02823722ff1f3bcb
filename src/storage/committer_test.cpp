// SPDX-License-Identifier: Apache-2.0
// The committer against a database that fails when it is told to.
#include "storage/committer.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "storage/memory/writes.hpp"

namespace muniment::storage {
namespace {

/// Notes what is asked of it.
class Script final : public Batch {
  public:
    Result<void> begin() override { return note("begin"), answer(begin_fails); }
    Result<void> mark() override { return note("mark"), Result<void>{}; }
    Result<void> keep() override { return note("keep"), Result<void>{}; }
    Result<void> undo() override { return note("undo"), Result<void>{}; }
    Result<void> commit() override { return note("commit"), answer(commit_fails); }
    void abandon() override { note("abandon"); }
    bool open() const override { return !ended; }
    RecordWriter& writer() override { return writes_; }
    void rest(bool) override {}

    std::optional<Problem> begin_fails, commit_fails;
    bool ended = false;
    std::string notes;

  private:
    static Result<void> answer(std::optional<Problem> problem) { return problem ? Result<void>(fail(*problem)) : Result<void>{}; }
    void note(std::string_view what) { notes += std::string(notes.empty() ? "" : " ") + std::string(what); }
    memory::Tables tables_;
    memory::Undo undo_;
    memory::Writes writes_{tables_, undo_};
};

Result<void> fine(RecordWriter&) { return {}; }
Result<void> failing(RecordWriter&) { return fail(Problem::stale); }

TEST(Committer, CommitsAPieceAndUndoesOneThatFails) {
    Script script;
    Committer committer(script);
    EXPECT_TRUE(committer.commit(fine));
    EXPECT_EQ(script.notes, "begin mark keep commit");
    script.notes.clear();
    EXPECT_EQ(committer.commit(failing).error().problem, Problem::stale);
    EXPECT_EQ(script.notes, "begin mark undo commit");
}

TEST(Committer, ACommitThatFailsClosesTheStore) {
    Script script;
    Committer committer(script);
    script.commit_fails = Problem::unavailable;
    EXPECT_EQ(committer.commit(fine).error().problem, Problem::unavailable);
    EXPECT_FALSE(committer.usable());
    script.commit_fails.reset();
    script.notes.clear();
    EXPECT_EQ(committer.commit(fine).error().problem, Problem::unavailable);
    EXPECT_EQ(script.notes, "");
}

TEST(Committer, NoRoomClosesNothing) {
    Script script;
    Committer committer(script);
    script.commit_fails = Problem::no_room;
    EXPECT_EQ(committer.commit(fine).error().problem, Problem::no_room);
    script.commit_fails.reset();
    EXPECT_TRUE(committer.commit(fine));
}

TEST(Committer, NothingRunsWhereTheTransactionDoesNotBegin) {
    Script script;
    Committer committer(script);
    script.begin_fails = Problem::busy;
    bool ran = false;
    EXPECT_EQ(committer.commit([&](RecordWriter&) { return ran = true, Result<void>{}; }).error().problem, Problem::busy);
    EXPECT_FALSE(ran);
    script.begin_fails.reset();
    EXPECT_TRUE(committer.commit(fine));
}

TEST(Committer, ATransactionThatEndedByItselfFailsThoseWhoThinkAllIsWell) {
    Script script;
    Committer committer(script);
    script.ended = true;
    EXPECT_EQ(committer.commit(fine).error().problem, Problem::unavailable);
    EXPECT_EQ(committer.commit(failing).error().problem, Problem::stale);
    script.ended = false;
    EXPECT_TRUE(committer.commit(fine));
}

/// Holds the committer inside a piece of work, so that others have to queue.
struct Held {
    std::mutex lock;
    std::condition_variable changed;
    bool entered = false, released = false;
    Records::Work work() {
        return [this](RecordWriter&) -> Result<void> {
            std::unique_lock held(lock);
            entered = true;
            changed.notify_all();
            changed.wait(held, [&] { return released; });
            return {};
        };
    }
    void wait_entered() {
        std::unique_lock held(lock);
        changed.wait(held, [&] { return entered; });
    }
    void release() {
        std::lock_guard held(lock);
        released = true;
        changed.notify_all();
    }
};

TEST(Committer, WhatWaitsSharesOneCommit) {
    Script script;
    Committer committer(script);
    Held held;
    std::thread first([&] { EXPECT_TRUE(committer.commit(held.work())); });
    held.wait_entered();
    std::vector<std::thread> others;
    std::atomic<int> asked = 0;
    for (int n = 0; n < 8; ++n)
        others.emplace_back([&, n] {
            ++asked;
            EXPECT_EQ(committer.commit(n == 3 ? failing : fine).has_value(), n != 3);
        });
    // Queued is what cannot be seen from outside; after this they are, on any machine that is not stopped altogether.
    while (asked < 8) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    held.release();
    first.join();
    for (auto& other : others) other.join();
    std::size_t commits = 0;
    for (std::size_t at = 0; (at = script.notes.find("commit", at)) != std::string::npos; ++at) ++commits;
    EXPECT_EQ(commits, 2u);
}

}  // namespace
}  // namespace muniment::storage

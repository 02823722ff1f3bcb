// SPDX-License-Identifier: Apache-2.0
// The runner: what is due is done, a step that hangs holds up nobody, and it stops where it is asked to.
#include "duties/jobs/job_runner.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "access/house_test.hpp"

namespace muniment::duties {
namespace {

using namespace access::testing;
using namespace std::chrono_literals;

struct Runners : ::testing::Test {
    House house;
    std::shared_ptr<void> firm = std::make_shared<int>();
    std::mutex mutex;
    std::condition_variable moved;
    std::vector<std::pair<std::string, JobAlarm>> alarms;
    int steps = 0;

    JobRunner::Tell tell() {
        return [this](const Job& job, JobAlarm alarm, const JobState&) {
            std::lock_guard held(mutex);
            alarms.emplace_back(job.name.text(), alarm);
            moved.notify_all();
        };
    }
    static JobRunner::Pace quick() { return {.look_every = 5ms, .kept_every = 0ms, .step_max = 10min, .rest_max = 1ms}; }
    bool until(const std::function<bool()>& holds) {
        auto end = std::chrono::steady_clock::now() + 20s;
        for (; std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(2ms)) {
            std::lock_guard held(mutex);
            if (holds()) return true;
        }
        return false;
    }
    Job counts_to(Literal name, int steps_each) {
        auto step = [this, steps_each](JobProgress& progress) -> Result<bool> {
            std::lock_guard held(mutex);
            ++steps;
            auto at = progress.cursor.empty() ? 0 : progress.cursor[0];
            ++progress.counts["steps"];
            progress.cursor = {static_cast<std::uint8_t>(at + 1)};
            return at + 1 < steps_each;
        };
        return {.name = name, .line = "", .every = 1h, .late_after = 10min, .step = step};
    }
    JobState state_of(JobRunner& runner, std::string_view name) { return runner.look_at(*runner.named(name)).value().state; }
    bool ended(JobRunner& runner, std::string_view name, JobResult how) {
        return until([&] { return state_of(runner, name).result == how; });
    }
};

TEST_F(Runners, DoWhatIsDueToTheEndAndAgainAPeriodLater) {
    JobRunner runner(firm, *house.gate, {counts_to("a", 5), counts_to("b", 3)}, tell(), quick());
    ASSERT_TRUE(ended(runner, "a", JobResult::done));
    ASSERT_TRUE(ended(runner, "b", JobResult::done));
    EXPECT_EQ(state_of(runner, "a").progress.counts.at("steps"), 5u);
    EXPECT_TRUE(until([&] { return runner.running() == 0; }));
    EXPECT_EQ(steps, 8);
    house.clock.advance(1h);
    EXPECT_TRUE(until([&] { return steps == 16; }));
    EXPECT_EQ(runner.stop(10s), 0u);
    EXPECT_TRUE(alarms.empty());
}

TEST_F(Runners, StopBetweenStepsAndGoOnThere) {
    auto endless = counts_to("a", 200);
    {
        JobRunner runner(firm, *house.gate, {endless}, tell(), quick());
        ASSERT_TRUE(until([&] { return steps >= 20; }));
        EXPECT_EQ(runner.stop(10s), 0u);
    }
    auto so_far = steps;
    EXPECT_LT(so_far, 200);
    JobRunner runner(firm, *house.gate, {endless}, tell(), quick());
    ASSERT_TRUE(ended(runner, "a", JobResult::done));
    EXPECT_EQ(steps, 200) << "no step is done twice";
    EXPECT_EQ(state_of(runner, "a").progress.counts.at("steps"), 200u);
    EXPECT_EQ(runner.stop(10s), 0u);
}

TEST_F(Runners, RaiseAnAlarmWhereOneFailsAgainAndAgain) {
    Job bad{.name = "bad", .line = "", .every = 24h, .late_after = 10min, .step = [&](JobProgress&) -> Result<bool> {
                std::lock_guard held(mutex);
                ++steps;
                return fail(Problem::no_room);
            }};
    JobRunner runner(firm, *house.gate, {bad, counts_to("good", 1)}, tell(), quick());
    for (int tries = 1; tries <= 3; ++tries) {
        ASSERT_TRUE(until([&] { return int(state_of(runner, "bad").tries) == tries; }));
        // The alarm follows what is written.
        ASSERT_TRUE(until([&] { return alarms.size() == (tries >= 3 ? 1u : 0u); })) << tries;
        house.clock.advance(back_off(std::uint32_t(tries), 24h));
    }
    ASSERT_FALSE(alarms.empty());
    EXPECT_EQ(alarms.front(), (std::pair<std::string, JobAlarm>("bad", JobAlarm::fails)));
    EXPECT_EQ(runner.stop(10s), 0u);
}

TEST_F(Runners, AStepThatHangsIsToldAndHoldsUpNobody) {
    std::atomic<bool> free{false};
    Job stuck{.name = "stuck", .line = "", .every = 1h, .late_after = 10min, .step = [&](JobProgress&) -> Result<bool> {
                  while (!free) std::this_thread::sleep_for(1ms);
                  return false;
              }};
    auto pace = quick();
    pace.step_max = 30ms;
    pace.at_once_max = 1;
    JobRunner runner(firm, *house.gate, {stuck, counts_to("other", 1)}, tell(), pace);
    ASSERT_TRUE(until([&] { return !alarms.empty(); }));
    EXPECT_EQ(alarms.front(), (std::pair<std::string, JobAlarm>("stuck", JobAlarm::hangs)));
    EXPECT_TRUE(runner.look_at(*runner.named("stuck")).value().hangs);
    EXPECT_TRUE(ended(runner, "other", JobResult::done)) << "although one alone may run at a time";
    EXPECT_EQ(runner.stop(10ms), 1u) << "it says so, and waits no longer";
    free = true;
    EXPECT_EQ(runner.stop(10s), 0u);
}

TEST_F(Runners, LatenessIsToldOnceForEachDate) {
    std::atomic<bool> free{false};
    Job slow{.name = "slow", .line = "", .every = 1h, .late_after = 10min, .step = [&](JobProgress&) -> Result<bool> {
                 while (!free) std::this_thread::sleep_for(1ms);
                 return false;
             }};
    auto pace = quick();
    pace.at_once_max = 1;
    JobRunner runner(firm, *house.gate, {slow, counts_to("waits", 1)}, tell(), pace);
    ASSERT_TRUE(until([&] { return runner.running() == 1; }));
    house.clock.advance(11min);
    ASSERT_TRUE(until([&] { return !alarms.empty(); }));
    std::this_thread::sleep_for(50ms);
    {
        std::lock_guard held(mutex);
        ASSERT_EQ(alarms.size(), 1u) << "once";
        EXPECT_EQ(alarms.front().second, JobAlarm::late);
        EXPECT_EQ(alarms.front().first, "waits");
    }
    free = true;
    EXPECT_TRUE(ended(runner, "waits", JobResult::done));
    EXPECT_EQ(runner.stop(10s), 0u);
}

TEST_F(Runners, DoNothingWhileTheyMayNot) {
    std::atomic<bool> may{false};
    auto pace = quick();
    pace.may = [&] { return may.load(); };
    JobRunner runner(firm, *house.gate, {counts_to("a", 100)}, tell(), pace);
    house.clock.advance(1h);
    std::this_thread::sleep_for(50ms);
    {
        std::lock_guard held(mutex);
        EXPECT_EQ(steps, 0);
        EXPECT_TRUE(alarms.empty()) << "nor are they late";
    }
    may = true;
    ASSERT_TRUE(until([&] { return steps > 0; }));
    may = false;
    EXPECT_TRUE(until([&] { return runner.running() == 0; })) << "a run ends between its steps";
    EXPECT_LT(steps, 100);
    may = true;
    ASSERT_TRUE(ended(runner, "a", JobResult::done));
    EXPECT_EQ(steps, 100);
    EXPECT_EQ(runner.stop(10s), 0u);
}

TEST_F(Runners, WhatAPersonMustLookAtIsTold) {
    Job finds{.name = "finds", .line = "", .every = 1h, .late_after = 10min, .step = [](JobProgress& progress) -> Result<bool> {
                  progress.found = true;
                  ++progress.counts["damaged"];
                  return false;
              }};
    JobRunner runner(firm, *house.gate, {finds}, tell(), quick());
    ASSERT_TRUE(until([&] { return !alarms.empty(); }));
    EXPECT_EQ(alarms.front().second, JobAlarm::found);
    EXPECT_EQ(state_of(runner, "finds").result, JobResult::found);
    EXPECT_EQ(runner.stop(10s), 0u);
}

// A firm that owns its runner, closed while a job is at its step: the thread of that step is the last one to leave.
TEST_F(Runners, WhatTheyWorkForMayBeClosedMeanwhile) {
    struct Owner {
        std::unique_ptr<JobRunner> runner;
        std::atomic<bool>* closed;
        ~Owner() { *closed = true; }
    };
    std::atomic<bool> closed{false}, entered{false}, free{false};
    Job slow{.name = "slow", .line = "", .every = 1h, .late_after = 10min, .step = [&](JobProgress&) -> Result<bool> {
                 entered = true;
                 while (!free) std::this_thread::sleep_for(1ms);
                 return true;
             }};
    auto owner = std::make_shared<Owner>();
    owner->closed = &closed;
    owner->runner = std::make_unique<JobRunner>(owner, *house.gate, std::vector<Job>{slow}, tell(), quick());
    ASSERT_TRUE(until([&] { return entered.load(); }));
    EXPECT_EQ(owner->runner->stop(0ms), 1u);
    owner.reset();
    EXPECT_FALSE(closed) << "the step holds it";
    free = true;
    EXPECT_TRUE(until([&] { return closed.load(); }));
    std::this_thread::sleep_for(50ms);   // its thread leaves
}

}  // namespace
}  // namespace muniment::duties

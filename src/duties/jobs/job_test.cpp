// SPDX-License-Identifier: Apache-2.0
#include "duties/jobs/job.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace muniment::duties {
namespace {

using namespace std::chrono_literals;

JobState some_state() {
    JobState s;
    s.due = {1'790'000'000'000'000};
    s.holder = new_random_id();
    s.began = {1'789'999'000'000'000};
    s.ended = {1'789'000'000'000'000};
    s.succeeded = {1'788'000'000'000'000};
    s.result = JobResult::failed;
    s.tries = 4;
    s.problem = "no-room";
    s.paused = true;
    s.paused_by = PersonId::random();
    s.paused_at = {1'789'999'999'000'000};
    s.progress = {bytes("here"), {{"looked_at", 12}, {"wrong", 0}}, true};
    return s;
}

TEST(JobRow, ComesBackAsItWas) {
    auto state = some_state();
    auto read = decode_job_state(encode(state));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(encode(*read), encode(state));
    EXPECT_EQ(read->progress.counts, state.progress.counts);
    EXPECT_EQ(read->problem, "no-room");
    EXPECT_EQ(read->paused_by, state.paused_by);
}

TEST(JobRow, TakesNoOtherSpelling) {
    auto whole = encode(some_state());
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_FALSE(decode_job_state(View(whole).first(length))) << length;
    auto longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(decode_job_state(longer));
    auto later = whole;
    later[0] = 2;
    EXPECT_EQ(decode_job_state(later).error().problem, Problem::too_new);
    auto result = whole;
    result[1 + 8 + 16 + 24] = 4;
    EXPECT_FALSE(decode_job_state(result));
    result[1 + 8 + 16 + 24] = 3;
    EXPECT_TRUE(decode_job_state(result));
}

TEST(JobDates, KeepTheirHourAndDoWhatWasMissedOnce) {
    Instant due{1'000'000'000};
    EXPECT_EQ(next_due(due, 1h, due), due + 1h);
    EXPECT_EQ(next_due(due, 1h, due + 59min), due + 1h);
    EXPECT_EQ(next_due(due, 1h, due + 7 * 24h + 5min), due + 7 * 24h + 1h);   // asleep for a week
    EXPECT_EQ(next_due(due, 1h, due - 5min), due) << "done early: the date stands";
}

TEST(JobDates, AFailureIsTriedAgainLaterAndLater) {
    EXPECT_EQ(back_off(1, 24h), Duration(limits::job_retry_first));
    EXPECT_EQ(back_off(2, 24h), Duration(2 * limits::job_retry_first));
    EXPECT_EQ(back_off(5, 24h), Duration(16 * limits::job_retry_first));
    EXPECT_EQ(back_off(40, 24h), Duration(limits::job_retry_longest));
    EXPECT_EQ(back_off(UINT32_MAX, 10min), Duration(10min)) << "no later than it would be due anyway";
}

TEST(JobDates, AClockThatWasSetBackPutsNothingOff) {
    JobState state;
    state.due = Instant{10'000'000'000'000};
    EXPECT_TRUE(is_due(state, 24h, state.due));
    EXPECT_FALSE(is_due(state, 24h, state.due - 1s));
    EXPECT_FALSE(is_due(state, 24h, state.due - 24h));
    EXPECT_TRUE(is_due(state, 24h, state.due - 25h)) << "nobody gives a date further ahead than a period";
}

}  // namespace
}  // namespace muniment::duties

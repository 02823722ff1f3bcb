// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace muniment {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339Test, Writes) {
    EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339({1'790'000'000'000'001}), "2026-09-21T14:13:20.000001Z");
    EXPECT_EQ(to_rfc3339({1'790'000'000'500'000}), "2026-09-21T14:13:20.500000Z");
    EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339Test, ReadsWhatItWrites) {
    for (std::int64_t us : {0L, 1L, -1L, 1'790'000'000'000'001L, 253'402'300'799'999'999L, -62'135'596'800'000'000L})
        EXPECT_EQ(parse_rfc3339(to_rfc3339({us}))->us, us) << us;
    EXPECT_EQ(parse_rfc3339("2026-09-21T14:13:20.5Z")->us, 1'790'000'000'500'000);
    EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z")->us, 1'709'164'800'000'000) << "a leap day";
}

TEST(Rfc3339Test, RefusesEverythingElse) {
    for (auto bad : {"",
                     "Z",
                     "2026-09-21",
                     "2026-09-21T14:13:20",
                     "2026-09-21T14:13:20+00:00",
                     "2026-09-21T14:13:20z",
                     "2026-09-21 14:13:20Z",
                     "2026-13-01T00:00:00Z",
                     "2026-00-01T00:00:00Z",
                     "2026-01-00T00:00:00Z",
                     "2023-02-29T00:00:00Z",
                     "2026-01-01T24:00:00Z",
                     "2026-01-01T00:60:00Z",
                     "2026-01-01T00:00:60Z",
                     "2026-01-01T00:00:00.Z",
                     "2026-01-01T00:00:00.1234567Z",
                     "2026-01-01T00:00:00.12a4Z",
                     "2026-1-01T00:00:000Z",
                     "+026-01-01T00:00:00Z",
                     "2026-01-01T00:00:00,5Z"})
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(ManualClockTest, StandsUntilItIsMoved) {
    ManualClock clock;
    auto now = clock.now();
    auto steady = clock.steady();
    EXPECT_EQ(clock.now(), now);
    clock.advance(2s);
    EXPECT_EQ(clock.now() - now, 2s);
    EXPECT_EQ(clock.steady() - steady, 2s);
    clock.jump_wall(-1h);
    EXPECT_EQ(clock.now(), now + 2s - 1h);
    EXPECT_EQ(clock.steady() - steady, 2s) << "the steady clock does not jump with the wall's";
}

TEST(SystemClockTest, IsOfOurTimeAndSteady) {
    SystemClock clock;
    EXPECT_GT(clock.now(), *parse_rfc3339("2026-01-01T00:00:00Z"));
    auto before = clock.steady();
    EXPECT_GE(clock.steady(), before);
}

TEST(ClockWatch, TellsAJumpOfTheWallClockOnce) {
    ManualClock clock;
    ClockWatch watch(clock);
    clock.advance(std::chrono::hours(1000));
    EXPECT_FALSE(watch.look());
    clock.jump_wall(std::chrono::minutes(2));
    EXPECT_FALSE(watch.look()) << "as much as is tolerated";
    clock.jump_wall(std::chrono::seconds(1));
    EXPECT_EQ(watch.look(), Duration(std::chrono::seconds(121))) << "small steps add up";
    EXPECT_FALSE(watch.look());
    clock.jump_wall(-std::chrono::hours(5));
    EXPECT_EQ(watch.look(), Duration(-std::chrono::hours(5)));
    clock.advance(std::chrono::minutes(3));
    EXPECT_FALSE(watch.look());
}

TEST(SystemClock, IsSteady) {
    SystemClock clock;
    auto before = clock.steady();
    ClockWatch watch(clock);
    EXPECT_FALSE(watch.look());
    EXPECT_GE(clock.steady(), before);
}

}  // namespace
}  // namespace muniment

// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>
#include <unordered_set>

namespace muniment {
namespace {

static_assert(!std::is_convertible_v<MatterId, ClientId> && !std::is_constructible_v<MatterId, ClientId>,
              "a matter cannot be passed for a client");

constexpr Instant now{1'790'000'000'123'456};

// RFC 9562 section 5.7: 48 bits of milliseconds, version 7, variant 10.
TEST(UuidTest, Version7) {
    auto id = new_uuid_v7(now);
    std::uint64_t ms = 0;
    for (int i = 0; i < 6; ++i) ms = ms << 8 | id[static_cast<std::size_t>(i)];
    EXPECT_EQ(ms, 1'790'000'000'123u);
    EXPECT_EQ(id[6] >> 4, 7);
    EXPECT_EQ(id[8] >> 6, 2);
}

TEST(UuidTest, SortsByTimeAndNeverRepeats) {
    EXPECT_LT(new_uuid_v7(now), new_uuid_v7(now + Duration(1'000)));
    std::set<Id16> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(new_uuid_v7(now));
    for (int i = 0; i < 1000; ++i) seen.insert(new_random_id());
    EXPECT_EQ(seen.size(), 2000u);
}

TEST(UuidTest, SpelledAsTheRfcDoes) {
    constexpr auto spelled = "01234567-89ab-7cde-8f01-23456789abcd";
    auto id = *MatterId::parse(spelled);
    EXPECT_EQ(id.text(), spelled);
    EXPECT_EQ(to_hex(id), "0123456789ab7cde8f0123456789abcd");
    for (auto bad :
         {"", "0123456789ab7cde8f0123456789abcd", "01234567-89AB-7cde-8f01-23456789abcd", "01234567-89ab-7cde-8f01-23456789abc",
          "01234567-89ab-7cde-8f01-23456789abcde", "{01234567-89ab-7cde-8f01-23456789abcd}",
          "0123456-789ab-7cde-8f01-23456789abcd", "01234567-89ab-7cde-8f01-23456789abcg",
          "01234567-89ab-7cde-8f01-23456789abcd ", "--------------------------------------"})
        EXPECT_EQ(MatterId::parse(bad).error().problem, Problem::malformed) << bad;
}

TEST(IdTest, NilFreshAndHashed) {
    EXPECT_TRUE(PersonId{}.is_nil());
    EXPECT_FALSE(PersonId::fresh(now).is_nil());
    std::unordered_set<SessionId> sessions;
    for (int i = 0; i < 100; ++i) sessions.insert(SessionId::random());
    EXPECT_EQ(sessions.size(), 100u);
    EXPECT_TRUE(sessions.contains(*sessions.begin()));
}

}  // namespace
}  // namespace muniment

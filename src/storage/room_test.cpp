// SPDX-License-Identifier: Apache-2.0
#include "storage/room.hpp"

#include <gtest/gtest.h>

namespace muniment::storage {
namespace {

Room with(unsigned percent) { return {.free_bytes = percent * 10, .bytes = 1'000, .free_files = 90, .files = 100}; }

TEST(Room, IsWhatIsScarcer) {
    EXPECT_EQ(with(42).percent(), 42u);
    EXPECT_EQ((Room{.free_bytes = 900, .bytes = 1'000, .free_files = 3, .files = 100}).percent(), 3u);
    EXPECT_EQ((Room{.free_bytes = 500, .bytes = 1'000}).percent(), 50u) << "no count of files";
    auto here = room_at("/");
    ASSERT_TRUE(here);
    EXPECT_GT(here->bytes, here->free_bytes);
    EXPECT_FALSE(room_at("/nowhere/at/all"));
}

TEST(RoomWarnings, ComeOnceForEachStep) {
    RoomWarnings warnings;
    auto told = [&](unsigned percent) { return warnings.look(with(percent)).value_or(0); };
    EXPECT_EQ(told(31), 0u);
    EXPECT_EQ(told(29), 30u);
    EXPECT_EQ(told(28), 0u);
    EXPECT_EQ(told(30), 0u);
    EXPECT_EQ(told(29), 0u) << "to and fro around a step";
    EXPECT_EQ(told(4), 5u) << "the deepest of several at once";
    EXPECT_EQ(told(60), 0u);
    EXPECT_EQ(told(9), 10u) << "after there was room again";
}

}  // namespace
}  // namespace muniment::storage

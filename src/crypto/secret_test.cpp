// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <type_traits>
#include <vector>

namespace muniment::crypto {
namespace {

using MatterKey = Key<struct TestMatterTag>;
using ClientKey = Key<struct TestClientTag>;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept ComparableByOperator = requires(const T& a, const T& b) { a == b; };

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_copy_constructible_v<MatterKey>);
static_assert(!std::is_convertible_v<MatterKey, ClientKey> && !std::is_constructible_v<MatterKey, ClientKey>);
static_assert(!std::is_constructible_v<MatterKey, Secret>, "only from(), which looks at the length");
static_assert(!Printable<Secret> && !Printable<MatterKey>);
static_assert(!ComparableByOperator<Secret> && !ComparableByOperator<MatterKey>);

bool all_zero(View bytes) {
    return std::ranges::all_of(bytes, [](auto b) { return b == 0; });
}

TEST(SecretTest, ZerosRandomAndClone) {
    auto zeros = Secret::zeros(48);
    EXPECT_EQ(zeros.size(), 48u);
    EXPECT_TRUE(all_zero(zeros.expose()));
    auto random = Secret::random(48);
    EXPECT_FALSE(random.equals(zeros));
    auto copy = random.clone();
    EXPECT_TRUE(copy.equals(random));
    EXPECT_NE(copy.expose().data(), random.expose().data());
    EXPECT_TRUE(Secret().clone().empty());
}

TEST(SecretTest, TakeWipesItsSource) {
    Bytes source(32, 7);
    auto secret = Secret::take(source);
    EXPECT_TRUE(all_zero(source));
    EXPECT_EQ(secret.expose()[31], 7);
}

TEST(SecretTest, MovingLeavesNothingBehind) {
    auto a = Secret::random(32);
    auto expected = bytes(a.expose());
    Secret b(std::move(a));
    EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    auto c = Secret::random(16);
    c = std::move(b);
    EXPECT_EQ(bytes(c.expose()), expected);
    auto& same = c;
    c = std::move(same);
    EXPECT_EQ(bytes(c.expose()), expected);
}

TEST(SecretTest, UseIsCounted) {
    auto before = arena_status().bytes_used;
    {
        auto a = Secret::zeros(33);
        EXPECT_EQ(arena_status().bytes_used, before + 64);
    }
    EXPECT_EQ(arena_status().bytes_used, before);
}

TEST(SecretTest, KeysHaveTheirLength) {
    EXPECT_TRUE(MatterKey::from(Secret::random(32)));
    EXPECT_EQ(MatterKey::from(Secret::random(31)).error().problem, Problem::corrupt);
    auto key = MatterKey::random();
    EXPECT_TRUE(key.equals(key.clone()));
    EXPECT_FALSE(key.equals(MatterKey::random()));
}

TEST(SecretTest, ManyThreads) {
    std::vector<std::jthread> threads;
    for (std::uint8_t n = 1; n <= 4; ++n)
        threads.emplace_back([n] {
            for (int round = 0; round < 500; ++round) {
                auto secret = Secret::zeros(1 + 37u * static_cast<std::size_t>(round) % 4096);
                ASSERT_TRUE(all_zero(secret.expose())) << "another thread's bytes";
                std::ranges::fill(secret.fill(), n);
                ASSERT_TRUE(std::ranges::all_of(secret.expose(), [n](auto b) { return b == n; }));
            }
        });
}

TEST(SecretDeathTest, ImpossibleSizes) {
    EXPECT_DEATH(Secret::zeros(0), "impossible size");
    EXPECT_DEATH(Secret::zeros(4097), "impossible size");
}

#ifndef MUNIMENT_SANITIZED
// The arena proper. Sanitizer builds have none, and see these reads of freed memory as the errors that they are elsewhere.

TEST(ArenaTest, ASlotIsWipedWhenGivenBack) {
    const std::uint8_t* where = nullptr;
    {
        auto secret = Secret::zeros(1024);
        std::ranges::fill(secret.fill(), std::uint8_t{0xaa});
        where = secret.expose().data();
    }
    // The first bytes of a free slot hold the address of the next one.
    EXPECT_TRUE(all_zero({where + sizeof(void*), 1024 - sizeof(void*)}));
    auto again = Secret::zeros(1024);
    EXPECT_EQ(again.expose().data(), where) << "slots are used again";
    EXPECT_TRUE(all_zero(again.expose()));
}

TEST(ArenaTest, GrowsByRegions) {
    auto before = arena_status().bytes_reserved;
    std::vector<Secret> many;
    for (int i = 0; i < 600; ++i) many.push_back(Secret::zeros(4096));
    EXPECT_GT(arena_status().bytes_reserved, before);
    EXPECT_GE(arena_status().bytes_reserved, arena_status().bytes_used);
}

TEST(ArenaTest, AChildProcessSeesZeros) {
    auto secret = Secret::zeros(32);
    std::ranges::fill(secret.fill(), std::uint8_t{0xaa});
    auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(all_zero(secret.expose()) ? 0 : 1);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(ArenaDeathTest, ReadingPastTheArenaFaults) {
    auto secret = Secret::zeros(4096);
    EXPECT_DEATH(
        {
            volatile const std::uint8_t* at = secret.expose().data();
            // A region is at most 1 MiB, so its end is met within that; neighbouring regions have guards between them.
            for (std::size_t i = 0; i <= 1024u * 1024u; ++i) (void)at[i];
        },
        "");
}
#endif

}  // namespace
}  // namespace muniment::crypto

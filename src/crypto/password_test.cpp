// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace muniment::crypto {
namespace {

constexpr PasswordCost cheap{.passes = 1, .memory_bytes = 64 * 1024};

TEST(PasswordTest, HashesAndVerifies) {
    auto phc = *hash_password("four unrelated words", cheap);
    EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << phc;
    EXPECT_TRUE(*verify_password(phc, "four unrelated words"));
    EXPECT_FALSE(*verify_password(phc, "four unrelated word"));
    EXPECT_FALSE(*verify_password(phc, ""));
    EXPECT_NE(phc, *hash_password("four unrelated words", cheap)) << "each has its own salt";
}

TEST(PasswordTest, TheDefaultCostIsWrittenIntoTheHash) {
    EXPECT_TRUE(hash_password("four unrelated words")->starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
}

TEST(PasswordTest, AnUnreadableHashIsNotAWrongPassword) {
    auto good = *hash_password("password", cheap);
    for (auto bad : {std::string(), std::string("password"), std::string("$argon2i$v=19$m=64,t=1,p=1$"),
                     good + std::string(200, 'A'), good.substr(0, 20), good + '\0' + "A"}) {
        auto result = verify_password(bad, "password");
        ASSERT_FALSE(result) << bad;
        EXPECT_EQ(result.error().problem, Problem::corrupt);
    }
}

TEST(PasswordTest, LimitsAreKept) {
    std::string longest(1024, 'a'), too_long(1025, 'a');
    auto phc = *hash_password(longest, cheap);
    EXPECT_TRUE(*verify_password(phc, longest));
    EXPECT_EQ(hash_password(too_long, cheap).error().problem, Problem::too_large);
    EXPECT_EQ(verify_password(phc, too_long).error().problem, Problem::too_large);
    EXPECT_EQ(derive_from_passphrase(too_long, Bytes(16), cheap).error().problem, Problem::too_large);
    EXPECT_EQ(hash_password("password", {.passes = 0, .memory_bytes = 65536}).error().problem, Problem::malformed);
    EXPECT_EQ(hash_password("password", {.passes = 1, .memory_bytes = 1}).error().problem, Problem::malformed);
}

TEST(PasswordTest, DerivesTheSameKeyFromTheSame) {
    Bytes salt(16, 5);
    auto key = *derive_from_passphrase("passphrase", salt, cheap);
    EXPECT_EQ(key.size(), 32u);
    EXPECT_TRUE(key.equals(*derive_from_passphrase("passphrase", salt, cheap)));
    EXPECT_FALSE(key.equals(*derive_from_passphrase("Passphrase", salt, cheap)));
    EXPECT_FALSE(key.equals(*derive_from_passphrase("passphrase", Bytes(16, 6), cheap)));
    EXPECT_FALSE(key.equals(*derive_from_passphrase("passphrase", salt, {.passes = 2, .memory_bytes = 64 * 1024})));
    EXPECT_EQ(derive_from_passphrase("passphrase", Bytes(15), cheap).error().problem, Problem::corrupt);
}

TEST(PasswordTest, MoreAtOnceThanAreComputedAtATime) {
    auto phc = *hash_password("password", cheap);
    std::vector<std::jthread> people;
    for (int i = 0; i < 8; ++i)
        people.emplace_back([&phc, i] { EXPECT_EQ(*verify_password(phc, i % 2 == 0 ? "password" : "passw0rd"), i % 2 == 0); });
}

TEST(PasswordTest, TooManyAtOnceAreTurnedAway) {
    constexpr int people = 40;       // two are computed at a time, 16 wait
    constexpr PasswordCost slow{.passes = 3, .memory_bytes = 32 * 1024 * 1024};
    std::latch ready(people);
    std::atomic<int> hashed{0}, busy{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < people; ++i)
            threads.emplace_back([&] {
                ready.arrive_and_wait();
                auto result = hash_password("password", slow);
                if (result) ++hashed;
                else if (result.error().problem == Problem::busy) ++busy;
            });
    }
    EXPECT_GE(hashed, 18);
    EXPECT_GT(busy, 0);
    EXPECT_EQ(hashed + busy, people);
    EXPECT_TRUE(hash_password("password", cheap)) << "those who were turned away hold no place";
}

}  // namespace
}  // namespace muniment::crypto

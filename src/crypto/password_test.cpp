// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace muniment::crypto

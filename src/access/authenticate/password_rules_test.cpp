// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/password_rules.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/limits.hpp"

namespace muniment::access {
namespace {

const std::vector<std::string> context = {"Ada Byron", "ada.byron@lovelace-partners.example", "Lovelace & Partners"};

std::string refusal(std::string_view password) {
    auto result = check_new_password(password, context);
    if (result) return "accepted";
    EXPECT_EQ(result.error().problem, Problem::weak_password);
    return result.error().detail;
}

TEST(PasswordRules, AcceptsWordsThatBelongTogetherNowhere) {
    for (auto password : {"orbit velvet cactus ledger", "correct horse battery staple", "kX9#qLm2vR7w",
                          "Träumerische Möwen zählen Züge", "春の夜の夢の浮橋とだえして"})
        EXPECT_EQ(refusal(password), "accepted") << password;
}

TEST(PasswordRules, RefusesWithTheReason) {
    EXPECT_EQ(refusal(""), "it has fewer than 12 characters");
    EXPECT_EQ(refusal("kX9#qLm2vR7"), "it has fewer than 12 characters");
    EXPECT_EQ(refusal("ääääöööö"), "it has fewer than 12 characters");  // 16 bytes, 8 characters
    EXPECT_EQ(refusal("passwordpassword"), "it is made from words that are tried first");
    EXPECT_EQ(refusal("%%%%%%%%%%%%%%%%"), "it repeats itself");
    EXPECT_EQ(refusal("x1903198719031987"), "it is made from a date");
    EXPECT_EQ(refusal("abcdefghijklmnop"), "it follows a sequence or a row of keys");
    EXPECT_EQ(refusal("lovelace-partners"), "it is made from a name that belongs to you or the firm");
    EXPECT_EQ(refusal("LovelaceAdaByron"), "it is made from a name that belongs to you or the firm");
}

TEST(PasswordRules, TheContextMakesTheDifference) {
    EXPECT_TRUE(check_new_password("lovelace-partners.byron", {}));
    EXPECT_FALSE(check_new_password("lovelace-partners.byron", context));
}

TEST(PasswordRules, NeverEchoesThePassword) {
    for (std::string password : {"lovelace", "passwordpassword", "lovelace-partners"}) {
        auto result = check_new_password(password, context);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().text().find(password), std::string::npos);
    }
}

TEST(PasswordRules, LongInputIsBoundedInTimeAndSize) {
    EXPECT_EQ(check_new_password(std::string(limits::password_bytes_max + 1, 'x'), context).error().problem, Problem::too_large);
    std::string long_one;
    while (long_one.size() + 8 < limits::password_bytes_max) long_one += "p4ssw0rd";
    auto start = std::chrono::steady_clock::now();
    EXPECT_NE(refusal(std::string(limits::password_bytes_max, 'a')), "accepted");
    (void)check_new_password(long_one, std::vector<std::string>(1'000, std::string(5'000, 'b')));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(PasswordRules, RefusesWhatIsNotUtf8) {
    for (std::string_view bad : {"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4", "orbit velvet cactus \xc3",
                                 "orbit velvet cactus\x80"})
        EXPECT_EQ(check_new_password(bad, context).error().problem, Problem::malformed);
}

TEST(PasswordRules, MayBeAskedByManyThreads) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 10; ++i) {
                EXPECT_TRUE(check_new_password("orbit velvet cactus ledger", context));
                EXPECT_FALSE(check_new_password("passwordpassword", context));
            }
        });
}

}  // namespace
}  // namespace muniment::access

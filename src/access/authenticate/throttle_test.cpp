// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/throttle.hpp"

#include <gtest/gtest.h>

namespace muniment::access {
namespace {

using namespace std::chrono_literals;

Source from(std::string_view address) { return Source::parse(address).value(); }
Source stranger(unsigned n) {
    Source source;
    source.bytes = {6, 0x20, 0x01, 0x0d, 0xb8, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                    static_cast<std::uint8_t>(n), 0};
    return source;
}
const Bytes ada = bytes("hash of ada"), ben = bytes("hash of ben");
const Source office = from("192.0.2.1"), home = from("198.51.100.7");

long waits(const Result<void>& result) {
    if (result) return 0;
    EXPECT_EQ(result.error().problem, Problem::slow_down);
    return std::stol(result.error().detail);
}

/// Tries as often as it is let, until `end`; gives how often it was.
int guess(Throttle& throttle, const Source& source, View account, Duration begin, Duration end) {
    int let = 0;
    for (Duration now = begin; now < end; now += 1s) let += throttle.attempt(source, account, now).has_value();
    return let;
}

TEST(Source, Ipv6CountsByItsNetworkOf64Bits) {
    EXPECT_EQ(from("2001:db8:1:2::1"), from("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    EXPECT_FALSE(from("2001:db8:1:2::1") == from("2001:db8:1:3::1"));
    EXPECT_EQ(from("::ffff:192.0.2.1"), from("192.0.2.1"));
    EXPECT_FALSE(from("192.0.2.1") == from("192.0.2.2"));
    EXPECT_FALSE(from("0.0.0.0") == from("::"));
    for (auto bad : {"", "192.0.2", "192.0.2.256", "2001:db8::1::1", "fe80::1%eth0", "host.example", "192.0.2.1 "})
        EXPECT_EQ(Source::parse(bad).error().problem, Problem::malformed) << bad;
    EXPECT_FALSE(Source::parse(std::string(10'000, '1')));
}

TEST(Throttle, AFewTriesAreFreeThenTheWaitDoubles) {
    Throttle throttle;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(throttle.attempt(office, ada, 0s));
    EXPECT_TRUE(throttle.attempt(office, ada, 0s));
    Duration now = 0s;
    for (long expected : {1, 2, 4, 8, 16, 32}) {
        EXPECT_EQ(waits(throttle.attempt(office, ada, now)), expected);
        now += std::chrono::seconds(expected);
        EXPECT_TRUE(throttle.attempt(office, ada, now)) << expected;
    }
}

TEST(Throttle, AGuesserGetsFewTriesADay) {
    Throttle throttle;
    EXPECT_LT(guess(throttle, office, ada, 0s, 24h), 200);
}

TEST(Throttle, RefusedAttemptsDoNotLengthenTheWait) {
    Throttle throttle;
    for (int i = 0; i < 8; ++i) (void)throttle.attempt(office, ada, 0s);
    for (int i = 0; i < 1'000; ++i) EXPECT_EQ(waits(throttle.attempt(office, ada, 0s)), 1);
    EXPECT_TRUE(throttle.attempt(office, ada, 1s));
}

TEST(Throttle, RestIsRewarded) {
    Throttle throttle;
    (void)guess(throttle, office, ada, 0s, 1h);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(throttle.attempt(office, ada, 48h));
}

TEST(Throttle, ASuccessStartsAfresh) {
    Throttle throttle;
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 5; ++i) ASSERT_TRUE(throttle.attempt(office, ada, 0s)) << round;
        throttle.succeeded(office, ada, 0s);
    }
}

TEST(Throttle, OthersOfTheAccountAndTheSourceAreNotSlowed) {
    Throttle throttle;
    for (int i = 0; i < 10; ++i) (void)throttle.attempt(office, ada, 0s);
    EXPECT_GT(waits(throttle.attempt(office, ada, 0s)), 0);
    EXPECT_TRUE(throttle.attempt(home, ada, 0s));
    EXPECT_TRUE(throttle.attempt(office, ben, 0s));
}

TEST(Throttle, OneSourceTryingManyAccountsIsSlowed) {
    Throttle throttle;
    int let = 0;
    for (unsigned n = 0; n < 10'000; ++n) {
        auto account = bytes("account " + std::to_string(n));
        let += throttle.attempt(home, account, 0s).has_value();
    }
    EXPECT_EQ(let, 51);
    // A colleague behind the same address who signed in there before does not feel it; nor does another source.
    throttle.remember(home, ada, 0s);
    EXPECT_TRUE(throttle.attempt(home, ada, 0s));
    EXPECT_TRUE(throttle.attempt(office, ben, 0s));
}

TEST(Throttle, ASuccessDoesNotPayForGuessesAtOthers) {
    Throttle throttle;
    int let = 0;
    for (unsigned n = 0; n < 2'000; ++n) {
        let += throttle.attempt(home, bytes("account " + std::to_string(n)), 0s).has_value();
        // The insider signs in with an account of their own after each guess.
        if (throttle.attempt(home, ben, 0s)) throttle.succeeded(home, ben, 0s);
    }
    EXPECT_LE(let, 52);
}

TEST(Throttle, NoOutsiderLocksAPartnerOut) {
    Throttle throttle;
    ASSERT_TRUE(throttle.attempt(office, ada, 0s));
    throttle.succeeded(office, ada, 0s);
    // Ten thousand sources besiege the account for an hour.
    int let = 0;
    for (unsigned round = 0; round < 60; ++round)
        for (unsigned n = 0; n < 10'000; ++n) let += throttle.attempt(stranger(n), ada, round * 1min).has_value();
    EXPECT_GE(let, 100);
    // From where she signed in before, she does not wait; from elsewhere, once, and the siege does not reset her wait.
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(throttle.attempt(office, ada, 1h));
    EXPECT_EQ(waits(throttle.attempt(home, ada, 1h)), 30);
    for (unsigned n = 0; n < 10'000; ++n) (void)throttle.attempt(stranger(n), ada, 1h);
    EXPECT_EQ(waits(throttle.attempt(home, ada, 1h + 29s)), 1);
    EXPECT_TRUE(throttle.attempt(home, ada, 1h + 30s));
    // Under siege nothing is free: after that one, 30 s again.
    EXPECT_EQ(waits(throttle.attempt(home, ada, 1h + 30s)), 30);
}

TEST(Throttle, AManyTimesKnownSourceIsForgottenInTheEnd) {
    Throttle throttle;
    throttle.remember(office, ada, 0s);
    for (unsigned n = 0; n < 150; ++n) (void)throttle.attempt(stranger(n), ada, 24h * 80);
    EXPECT_TRUE(throttle.attempt(office, ada, 24h * 80));
    for (unsigned n = 0; n < 150; ++n) (void)throttle.attempt(stranger(n), ada, 24h * 100);
    EXPECT_EQ(waits(throttle.attempt(office, ada, 24h * 100)), 30);
}

TEST(Throttle, CyclingSourcesNeitherGrowsItNorFreesTheGuesser) {
    ThrottleRules rules;
    rules.entries_max = 1'000;
    Throttle throttle(rules);
    throttle.remember(office, ada, 0s);
    for (int i = 0; i < 20; ++i) (void)guess(throttle, home, ben, 0s, 60s);
    auto before = waits(throttle.attempt(home, ben, 60s));
    ASSERT_GT(before, 0);
    for (unsigned n = 0; n < 100'000; ++n) (void)throttle.attempt(stranger(n), bytes("account " + std::to_string(n)), 60s);
    EXPECT_LE(throttle.entries(), 4'000u);
    EXPECT_EQ(waits(throttle.attempt(home, ben, 60s)), before);
    EXPECT_TRUE(throttle.attempt(office, ada, 60s));
}

TEST(Throttle, AThousandAtOnceAreNotFree) {
    // None has failed yet when the last is let in: each counts from the moment it is let through.
    Throttle throttle;
    int let = 0;
    for (int i = 0; i < 1'000; ++i) let += throttle.attempt(office, ada, 0s).has_value();
    EXPECT_EQ(let, 6);
}

}  // namespace
}  // namespace muniment::access

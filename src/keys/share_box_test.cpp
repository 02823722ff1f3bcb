// SPDX-License-Identifier: Apache-2.0
// Shares that come to a locked server one by one, with wrong, made-up, repeated and former ones between them.
#include "keys/share_box.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace muniment::keys {
namespace {

struct Clockwork final : Clock {
    Instant now() const override { return {1'790'000'000'000'000 + moved.count()}; }
    Duration steady() const override { return moved; }
    Duration moved{};
};

std::vector<crypto::Share> shares_of(const RootKey& root, std::uint8_t needed, std::uint8_t count) {
    auto copy = bytes(root.expose());
    return crypto::split(crypto::Secret::take(copy), needed, count);
}

class Shares : public ::testing::Test {
  protected:
    Result<ShareBox::Standing> give(const crypto::Share& share, const std::string& from = "192.0.2.1") {
        return box.add(string(share.words().expose()), {from}, clock);
    }
    Result<std::optional<ShareBox::Opened>> open() {
        return box.open([&](const RootKey& tried) { return ++tries, tried.equals(root); });
    }
    static Problem problem(const auto& result) { return result ? Problem::internal : result.error().problem; }

    RootKey root = RootKey::random();
    std::vector<crypto::Share> ours = shares_of(root, 3, 5);
    Clockwork clock;
    ShareBox box;
    int tries = 0;
};

TEST_F(Shares, OpenWhenTheLastOneComes) {
    auto first = give(ours[4], "192.0.2.1").value();
    EXPECT_EQ(first.needed, 3u);
    EXPECT_EQ(first.missing, 2u);
    EXPECT_EQ(first.holders, std::vector{5u});
    EXPECT_EQ(first.set, ours[0].set_name());
    EXPECT_FALSE(open().value()) << "too few";
    ASSERT_TRUE(give(ours[0], "2001:db8::1"));
    auto last = give(ours[2], "control socket").value();
    EXPECT_EQ(last.missing, 0u);
    EXPECT_EQ(last.holders, (std::vector{1u, 3u, 5u}));
    auto opened = open().value();
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->root.equals(root));
    ASSERT_EQ(opened->shares.size(), 3u);
    EXPECT_EQ(opened->shares[1].holder, 1u);
    EXPECT_EQ(opened->shares[1].source, "2001:db8::1");
    EXPECT_TRUE(box.refused().empty());
}

TEST_F(Shares, WrongOnesLoseNothing) {
    ASSERT_TRUE(give(ours[0]));
    auto words = string(ours[1].words().expose());
    auto spoilt = words.substr(0, words.rfind(' ')) + " zero";
    EXPECT_EQ(problem(box.add(spoilt, {"192.0.2.7"}, clock)), Problem::bad_share);
    EXPECT_EQ(problem(box.add("my secret password", {"192.0.2.7"}, clock)), Problem::bad_share);
    EXPECT_TRUE(give(ours[0])->repeated);
    EXPECT_EQ(give(ours[1])->missing, 1u);
    ASSERT_TRUE(give(ours[2]));
    EXPECT_TRUE(open().value());
    EXPECT_EQ(box.refused(), (std::map<std::string, std::uint64_t>{{"192.0.2.7", 2}}));
    EXPECT_TRUE(box.refused().empty()) << "told once";
}

// Somebody who knows the set's name (a former holder, say) makes up shares that look like it.
TEST_F(Shares, MadeUpOnesOfTheSameSetLoseNothing) {
    auto made_up = shares_of(RootKey::random(), 3, 5);
    for (auto& share : made_up) share.identifier = ours[0].identifier;
    ASSERT_TRUE(give(made_up[0], "203.0.113.9"));
    ASSERT_TRUE(give(made_up[1], "203.0.113.9"));
    ASSERT_TRUE(give(ours[0]));
    EXPECT_FALSE(open().value());
    ASSERT_TRUE(give(ours[1]));
    EXPECT_FALSE(open().value()) << "four shares, of two holders";
    EXPECT_EQ(give(ours[2])->missing, 0u);
    auto opened = open().value();
    ASSERT_TRUE(opened);
    for (const auto& used : opened->shares) EXPECT_EQ(used.source, "192.0.2.1");
}

TEST_F(Shares, OfAFormerRootKeyAreTold) {
    auto former = shares_of(RootKey::random(), 2, 2);
    ASSERT_TRUE(give(ours[0]));
    ASSERT_TRUE(give(former[0]));
    EXPECT_EQ(box.standings().size(), 2u);
    EXPECT_EQ(give(former[1])->holders, (std::vector{1u, 2u})) << "only its own set is spoken of";
    EXPECT_EQ(problem(open()), Problem::wrong_key);
    EXPECT_EQ(tries, 1);
    ASSERT_TRUE(give(ours[1]));
    ASSERT_TRUE(give(ours[2]));
    EXPECT_TRUE(open().value()) << "nothing of ours was lost";
}

TEST_F(Shares, AreForgottenInTime) {
    ASSERT_TRUE(give(ours[0]));
    clock.moved += limits::share_kept;
    EXPECT_EQ(give(ours[1])->missing, 2u);
}

TEST_F(Shares, OfOtherKindsAreNotTaken) {
    auto costly = ours[0].clone();
    costly.exponent = 15;
    EXPECT_EQ(problem(give(costly)), Problem::bad_share) << "it would cost minutes of computing";
    auto grouped = ours[0].clone();
    grouped.groups = 2;
    EXPECT_EQ(problem(give(grouped)), Problem::bad_share);
    auto alone = ours[0].clone();
    alone.members_needed = 1;
    EXPECT_EQ(problem(give(alone)), Problem::bad_share);
}

TEST_F(Shares, NobodyFillsTheBox) {
    ASSERT_TRUE(box.add(string(ours[0].words().expose()), {"control socket", true}, clock));
    std::size_t taken = 0;
    for (int source = 0; source < 20; ++source) {
        auto flood = shares_of(RootKey::random(), 16, 16);
        for (const auto& share : flood) taken += give(share, "203.0.113." + std::to_string(source)).has_value();
        if (source > 0) continue;
        auto more = shares_of(RootKey::random(), 2, 2);
        EXPECT_EQ(problem(give(more[0], "203.0.113.0")), Problem::busy) << "of one source so many, and no more";
    }
    EXPECT_EQ(taken, 320u) << "the oldest of whoever gave most went";
    EXPECT_EQ(give(ours[1], "192.0.2.1")->missing, 1u) << "what came by the control socket stayed";
    EXPECT_EQ(give(ours[2], "192.0.2.2")->missing, 0u);
    EXPECT_TRUE(open().value());
}

// A former holder knows what another one's share is, makes up partners that fit it, and sends them first.
TEST_F(Shares, MadeUpPartnersTakeNoHonestShareAlong) {
    auto two = shares_of(root, 2, 5);
    // Any two shares of one set fit each other: partners for two[0] are shares of its set, here of one that opens nothing.
    auto partners = shares_of(RootKey::random(), 2, 5);
    for (auto& share : partners) share.identifier = two[0].identifier;
    ASSERT_TRUE(give(partners[1], "203.0.113.9"));
    ASSERT_TRUE(give(partners[2], "203.0.113.9"));
    EXPECT_EQ(problem(open()), Problem::wrong_key);
    ASSERT_TRUE(give(partners[0], "192.0.2.1")) << "stands for the honest one that they fit";
    EXPECT_EQ(problem(open()), Problem::wrong_key);
    EXPECT_TRUE(give(partners[0], "192.0.2.1")->repeated) << "it stayed";
    ASSERT_TRUE(give(two[3]));
    ASSERT_TRUE(give(two[4]));
    EXPECT_TRUE(open().value());
}

TEST_F(Shares, OfManySourcesTheOldestGoesNotTheFirstByName) {
    ASSERT_TRUE(give(ours[0], "0.0.0.1")) << "first by name and by age: the flood that came before is not there yet";
    for (std::size_t n = 1; n < limits::shares_kept_max; ++n)
        ASSERT_TRUE(give(shares_of(RootKey::random(), 2, 2)[0], "203.0.113." + std::to_string(n)));
    clock.moved += std::chrono::seconds(1);
    ASSERT_TRUE(give(shares_of(RootKey::random(), 2, 2)[0], "203.0.113.200"));
    ASSERT_TRUE(give(ours[1], "0.0.0.2"));
    ASSERT_TRUE(give(shares_of(RootKey::random(), 2, 2)[0], "203.0.113.201"));
    EXPECT_TRUE(give(ours[1], "0.0.0.2")->repeated) << "younger than what the flood left";
}

TEST_F(Shares, OneNetworkIsOneSource) {
    for (int n = 0; n < 16; ++n)
        ASSERT_TRUE(box.add(string(shares_of(RootKey::random(), 2, 2)[0].words().expose()),
                            {.source = "2001:db8::" + std::to_string(n), .network = "2001:db8::/64"}, clock));
    EXPECT_EQ(problem(box.add(string(ours[0].words().expose()), {.source = "2001:db8::99", .network = "2001:db8::/64"}, clock)),
              Problem::busy);
    EXPECT_TRUE(give(ours[0]));
}

// A whole set that somebody made up, of 16 shares that fit: each costs a few tries, whatever number of choices there is.
TEST_F(Shares, AMadeUpSetCostsFewTriesForEachShare) {
    ASSERT_TRUE(give(ours[0]));
    auto made_up = shares_of(RootKey::random(), 8, 16);
    for (auto& share : made_up) {
        share.identifier = ours[0].identifier;
        ASSERT_TRUE(give(share, "203.0.113.9"));
        (void)open();
    }
    EXPECT_LE(tries, 9 * static_cast<int>(limits::share_slot_tries_max));
    ASSERT_TRUE(give(ours[1]));
    ASSERT_TRUE(give(ours[2]));
    EXPECT_TRUE(open().value());
}

// The most that one share can make us try.
TEST_F(Shares, TriesAreBounded) {
    auto real = shares_of(root, 8, 16);
    for (int copy = 0; copy < 4; ++copy) {
        auto made_up = shares_of(RootKey::random(), 8, 16);
        for (auto& share : made_up) {
            share.identifier = real[0].identifier;
            share.value = crypto::Secret::random(32);
            ASSERT_TRUE(give(share, "203.0.113." + std::to_string(copy)));
        }
    }
    EXPECT_FALSE(open().value());
    EXPECT_EQ(tries, 0) << "none of them fits";
}

}  // namespace
}  // namespace muniment::keys

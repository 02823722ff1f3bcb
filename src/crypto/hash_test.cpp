// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.hpp"

#include <algorithm>

#include "crypto/vectors_test.hpp"

namespace muniment::crypto {
namespace {

// FIPS 180-4, the examples that NIST publishes with it.
TEST(HashTest, Sha256) {
    EXPECT_EQ(to_hex(sha256(view("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256(View{})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256(Bytes(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HashTest, PiecesAreHashedOneAfterTheOther) {
    EXPECT_EQ(sha256({view("a"), View{}, view("bc")}), sha256(view("abc")));
    Sha256 running;
    running.add(view("ab"));
    running.add(view("c"));
    EXPECT_EQ(running.finish(), sha256(view("abc")));
    running.add(view("abc"));
    Sha256 moved(std::move(running));
    EXPECT_EQ(moved.finish(), sha256(view("abc"))) << "finish() begins anew";
}

// Broken off and gone on from after every length up to some blocks, and in a place that several processes reach one after the other.
TEST(HashTest, ARunningSha256GoesOnFromItsState) {
    Bytes content(300);
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 7);
    for (std::size_t first = 0; first <= content.size(); ++first) {
        Sha256 before;
        before.add(View(content).first(first));
        auto after = Sha256::from(before.state(), first);
        ASSERT_TRUE(after) << first;
        after->add(View(content).subspan(first));
        EXPECT_EQ(after->finish(), sha256(content)) << first;
        EXPECT_EQ(before.finish(), sha256(View(content).first(first))) << "looking at the state changes nothing";
    }
    Bytes state = Sha256().state();
    constexpr std::uint64_t step = 1'000, steps = 1'000;
    for (std::uint64_t at = 0; at < steps; ++at) {
        auto running = Sha256::from(state, at * step).value();
        running.add(Bytes(step, 'a'));
        state = running.state();
    }
    EXPECT_EQ(to_hex(Sha256::from(state, step * steps)->finish()),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") << "FIPS 180-4: a million times a";
}

TEST(HashTest, AStateOfAnotherLengthIsRefused) {
    Sha256 running;
    running.add(view("abc"));
    auto state = running.state();
    EXPECT_FALSE(Sha256::from(state, 2));
    EXPECT_FALSE(Sha256::from(state, 4));
    EXPECT_FALSE(Sha256::from(View(state).first(31), 0));
    EXPECT_TRUE(Sha256::from(state, 3 + 64)) << "which block it stands in, the state alone does not say";
}

TEST(HashTest, HmacSha256Wycheproof) {
    vectors::each_of_wycheproof("hmac_sha256_test.json", [](auto& group, auto& vector) {
        auto key = vectors::hex(vector, "key"), message = vectors::hex(vector, "msg"), expected = vectors::hex(vector, "tag");
        auto half = message.size() / 2;
        auto tag = hmac_sha256(key, {View(message).first(half), View(message).subspan(half)});
        auto shortened = View(tag).first(static_cast<std::size_t>(group.at("tagSize").as_int64()) / 8);
        EXPECT_EQ(equal(shortened, expected), vectors::word(vector, "result") == "valid");
    });
}

TEST(HashTest, HmacTakesAnEmptyKeyAndForgetsTheOneBefore) {
    auto with_key = hmac_sha256(view("key"), {view("message")});
    auto without = hmac_sha256(View{}, {view("message")});
    EXPECT_NE(with_key, without);
    EXPECT_EQ(without, hmac_sha256(Bytes(64, 0), {view("message")})) << "RFC 2104 pads the key with zeros";
    EXPECT_EQ(with_key, hmac_sha256(view("key"), {view("message")}));
}

TEST(HashTest, HkdfSha512Wycheproof) {
    vectors::each_of_wycheproof("hkdf_sha512_test.json", [](auto&, auto& vector) {
        Bytes out(static_cast<std::size_t>(vector.at("size").as_int64()));
        auto ikm = vectors::hex(vector, "ikm"), salt = vectors::hex(vector, "salt"), info = vectors::hex(vector, "info");
        if (vectors::word(vector, "result") == "valid") {
            hkdf_sha512(salt, ikm, info, out);
            EXPECT_EQ(to_hex(out), vectors::word(vector, "okm"));
        } else {
            ASSERT_GT(out.size(), 255u * 64u) << "the only reason for which these vectors refuse";
        }
    });
}

TEST(HashDeathTest, HkdfOfTooManyBytesIsOurOwnMistake) {
    Bytes out(255 * 64 + 1);
    EXPECT_DEATH(hkdf_expand_sha512(view("key"), {}, out), "255 blocks");
}

TEST(HashTest, Equal) {
    EXPECT_TRUE(equal(View{}, View{}));
    EXPECT_TRUE(equal(view("same"), view("same")));
    EXPECT_FALSE(equal(view("same"), view("sama")));
    EXPECT_FALSE(equal(view("same"), view("sam")));
}

}  // namespace
}  // namespace muniment::crypto

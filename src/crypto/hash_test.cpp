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

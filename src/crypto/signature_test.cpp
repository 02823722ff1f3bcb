// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.hpp"

#include <algorithm>

#include "crypto/vectors_test.hpp"

namespace muniment::crypto {
namespace {

PublicKey public_key(const std::string& hex) {
    PublicKey key{};
    auto raw = *from_hex(hex);
    std::ranges::copy(raw, key.begin());
    return key;
}

// RFC 8032 section 7.1, test 2.
TEST(Ed25519Test, Rfc8032) {
    auto seed = *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    auto key = *SigningKey::from_seed(Secret::take(seed));
    EXPECT_EQ(to_hex(key.public_key()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    Bytes message = {0x72};
    EXPECT_EQ(to_hex(key.sign(message)),
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
              "b00d2916"
              "12bb0c00");
}

TEST(Ed25519Test, Wycheproof) {
    vectors::each_of_wycheproof("ed25519_test.json", [](auto& group, auto& vector) {
        auto key = public_key(vectors::word(group.at("publicKey").as_object(), "pk"));
        EXPECT_EQ(verify(key, vectors::hex(vector, "msg"), vectors::hex(vector, "sig")),
                  vectors::word(vector, "result") == "valid");
    });
}

// C2SP CCTV: every edge case of the two curve points. Points of small order and encodings that RFC 8032 does not allow must not
// verify; the rest depends on the formula, and libsodium's is the one without the cofactor.
TEST(Ed25519Test, EdgeCasesOfTheCurve) {
    auto file = vectors::read("ed25519/ed25519vectors.json");
    std::size_t accepted = 0, refused = 0;
    for (auto& vector : file.as_array()) {
        auto& v = vector.as_object();
        auto has = [&v](std::string_view flag) {
            return !v.at("flags").is_null() &&
                   std::ranges::any_of(v.at("flags").as_array(), [&](auto& f) { return f.as_string() == flag; });
        };
        bool strict = !has("low_order_A") && !has("low_order_R") && !has("non_canonical_A") && !has("non_canonical_R");
        bool valid = verify(public_key(vectors::word(v, "key")), view(vectors::word(v, "msg")), vectors::hex(v, "sig"));
        EXPECT_EQ(valid, strict && !has("low_order_residue")) << v.at("number").as_int64();
        ++(valid ? accepted : refused);
    }
    EXPECT_GT(accepted, 0u);
    EXPECT_GT(refused, 0u);
}

TEST(Ed25519Test, SignsAndVerifies) {
    auto key = SigningKey::random();
    auto signature = key.sign(view("checkpoint"));
    EXPECT_TRUE(verify(key.public_key(), view("checkpoint"), signature));
    EXPECT_FALSE(verify(key.public_key(), view("checkpoinT"), signature));
    EXPECT_FALSE(verify(SigningKey::random().public_key(), view("checkpoint"), signature));
    EXPECT_FALSE(verify(key.public_key(), view("checkpoint"), View(signature).first(63)));
    auto again = *SigningKey::from_seed(key.seed().clone());
    EXPECT_EQ(again.public_key(), key.public_key());
    EXPECT_EQ(SigningKey::from_seed(Secret::random(31)).error().problem, Problem::corrupt);
    auto nothing = key.sign({});
    EXPECT_TRUE(verify(key.public_key(), {}, nothing));
}

}  // namespace
}  // namespace muniment::crypto

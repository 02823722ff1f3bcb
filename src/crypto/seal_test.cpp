// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/random.hpp"

namespace muniment::crypto {
namespace {

const Bytes key(32, 1);

Bytes sealed_with(View k, std::string_view nonce, std::string_view associated_data, std::string_view plaintext) {
    Bytes out;
    xaes_seal_insecure_nonce(k, view(nonce), view(associated_data), view(plaintext), out);
    return out;
}

// The two vectors of c2sp.org/XAES-256-GCM: MSB(L) = 0 and 1.
TEST(XaesTest, PublishedVectors) {
    auto first = sealed_with(Bytes(32, 1), "ABCDEFGHIJKLMNOPQRSTUVWX", "", "XAES-256-GCM");
    EXPECT_EQ(to_hex(View(first).subspan(24)), "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
    auto second = sealed_with(Bytes(32, 3), "ABCDEFGHIJKLMNOPQRSTUVWX", "c2sp.org/XAES-256-GCM", "XAES-256-GCM");
    EXPECT_EQ(to_hex(View(second).subspan(24)), "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
    EXPECT_EQ(text(View(second).first(24)), "ABCDEFGHIJKLMNOPQRSTUVWX");
}

Bytes shake128(View input, std::size_t size) {
    Bytes out(size);
    auto* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_shake128(), nullptr);
    EVP_DigestUpdate(context, input.data(), input.size());
    EVP_DigestFinalXOF(context, out.data(), out.size());
    EVP_MD_CTX_free(context);
    return out;
}

// "Accumulated randomized tests" of the specification: 10,000 seals of lengths 0 to 255, read from a SHAKE-128 stream.
TEST(XaesTest, PublishedAccumulatedVectors) {
    constexpr int rounds = 10'000;
    auto stream = shake128({}, rounds * (32 + 24 + 2 * 256));
    View rest = stream;
    auto next = [&rest](std::size_t count) {
        auto taken = rest.first(count);
        rest = rest.subspan(count);
        return taken;
    };
    EXPECT_EQ(to_hex(rest.first(16)), "7f9c2ba4e88f827d616045507605853e");
    Bytes all;
    for (int round = 0; round < rounds; ++round) {
        auto k = next(32), nonce = next(24);
        auto plaintext = next(next(1)[0]);
        auto associated_data = next(next(1)[0]);
        Bytes sealed;
        xaes_seal_insecure_nonce(k, nonce, associated_data, plaintext, sealed);
        all.insert(all.end(), sealed.begin() + 24, sealed.end());
        auto opened = xaes_open(k, associated_data, sealed);
        ASSERT_TRUE(opened && *opened == bytes(plaintext)) << round;
    }
    EXPECT_EQ(to_hex(shake128(all, 32)), "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
}

TEST(XaesTest, SealAppendsAndNeverRepeatsItself) {
    Bytes out = {1, 2};
    xaes_seal(key, view("place"), view("name"), out);
    ASSERT_EQ(out.size(), 2 + xaes_overhead_bytes + 4);
    EXPECT_EQ(out[0], 1);
    Bytes again = {1, 2};
    xaes_seal(key, view("place"), view("name"), again);
    EXPECT_NE(out, again);
    EXPECT_EQ(string(*xaes_open(key, view("place"), View(out).subspan(2))), "name");
}

TEST(XaesTest, EverythingEmpty) {
    Bytes out;
    xaes_seal(key, {}, {}, out);
    EXPECT_EQ(out.size(), xaes_overhead_bytes);
    EXPECT_TRUE(xaes_open(key, {}, out)->empty());
}

TEST(XaesTest, AnyChangeIsRefused) {
    Bytes sealed;
    xaes_seal(key, view("place"), view("a name"), sealed);
    auto refused = [](View k, View associated_data, View bytes) {
        auto opened = xaes_open(k, associated_data, bytes);
        auto secret = xaes_open_secret(k, associated_data, bytes);
        return !opened && !secret && opened.error().problem == Problem::corrupt && secret.error().problem == Problem::corrupt;
    };
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto damaged = sealed;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_TRUE(refused(key, view("place"), damaged)) << "bit " << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_TRUE(refused(key, view("place"), View(sealed).first(size))) << "cut to " << size;
    auto longer = sealed;
    longer.push_back(0);
    EXPECT_TRUE(refused(key, view("place"), longer));
    EXPECT_TRUE(refused(key, view("another place"), sealed));
    EXPECT_TRUE(refused(key, {}, sealed));
    EXPECT_TRUE(refused(Bytes(32, 2), view("place"), sealed));
    EXPECT_FALSE(refused(key, view("place"), sealed)) << "unharmed, it opens";
}

TEST(XaesTest, SecretsOpenIntoTheArena) {
    auto inner = Secret::random(64);
    Bytes sealed;
    xaes_seal(key, view("place"), inner.expose(), sealed);
    auto opened = xaes_open_secret(key, view("place"), sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->equals(inner));
    Bytes nothing;
    xaes_seal(key, {}, {}, nothing);
    EXPECT_EQ(xaes_open_secret(key, {}, nothing).error().problem, Problem::corrupt) << "there is no empty key";
}

}  // namespace
}  // namespace muniment::crypto

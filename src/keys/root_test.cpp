// SPDX-License-Identifier: Apache-2.0
#include "keys/root.hpp"

#include <gtest/gtest.h>

namespace muniment::keys {
namespace {

constexpr crypto::PasswordCost cheap{1, 8 * 1024};   // Argon2id's least, so that each byte can be tried

/// What a start makes of the stored bytes.
Result<RootKey> unlocked(View stored, std::string_view passphrase) {
    TRY(auto file, UnlockFile::decode(stored));
    return unlock_with_passphrase(file, passphrase);
}
Result<RootKey> unlocked(View stored, const crypto::Secret& key_file) {
    TRY(auto file, UnlockFile::decode(stored));
    return unlock_with_key_file(file, key_file);
}

template <class Method>
void every_flipped_bit_is_found(const Bytes& stored, const Method& method) {
    ASSERT_TRUE(unlocked(stored, method));
    for (std::size_t bit = 0; bit < stored.size() * 8; ++bit) {
        auto damaged = stored;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        auto root = unlocked(damaged, method);
        ASSERT_FALSE(root) << "byte " << bit / 8 << ", bit " << bit % 8;
        EXPECT_NE(root.error().problem, Problem::internal);
    }
    for (std::size_t length = 0; length < stored.size(); ++length) EXPECT_FALSE(unlocked(View(stored).first(length), method));
    auto longer = stored;
    longer.push_back(0);
    EXPECT_FALSE(unlocked(longer, method));
}

struct RootKeys : ::testing::Test {
    RootKey root = RootKey::random();
    FirmId firm = FirmId::random();
    crypto::Secret key_file = crypto::Secret::random(32);
};

TEST_F(RootKeys, AreUnlockedByTheirPassphrase) {
    auto file = seal_root_with_passphrase(root, firm, "correct horse", cheap).value();
    auto stored = file.encode();
    EXPECT_TRUE(unlocked(stored, "correct horse").value().equals(root));
    EXPECT_EQ(unlocked(stored, "correct horsf").error().problem, Problem::wrong_key);
    EXPECT_EQ(unlocked(stored, "").error().problem, Problem::wrong_key);
    EXPECT_EQ(unlocked(stored, std::string(1'000'000, 'x')).error().problem, Problem::wrong_key);
    EXPECT_EQ(unlocked(stored, key_file).error().problem, Problem::wrong_key);
    EXPECT_EQ(file.root_mark, mark_of(root, firm));
}

TEST_F(RootKeys, AreUnlockedByTheirKeyFile) {
    auto stored = seal_root_with_key_file(root, firm, key_file).encode();
    EXPECT_TRUE(unlocked(stored, key_file).value().equals(root));
    EXPECT_EQ(unlocked(stored, crypto::Secret::random(32)).error().problem, Problem::wrong_key);
    EXPECT_EQ(unlocked(stored, crypto::Secret::random(31)).error().problem, Problem::malformed);
    EXPECT_EQ(unlocked(stored, "a passphrase").error().problem, Problem::wrong_key);
}

TEST_F(RootKeys, EveryDamageOfAKeyFilesFileIsFound) {
    every_flipped_bit_is_found(seal_root_with_key_file(root, firm, key_file).encode(), key_file);
}

// The cost is left out: each of its bytes is a computation of its own, up to gigabytes. It is bound by the derivation.
TEST_F(RootKeys, EveryDamageOfAPassphrasesFileIsFound) {
    auto stored = seal_root_with_passphrase(root, firm, "correct horse", cheap).value().encode();
    constexpr std::size_t cost_begins = 8 + 1 + 1 + 16 + 16 + 32 + 4 + 16, cost_ends = cost_begins + 16;
    for (std::size_t byte = 0; byte < stored.size(); ++byte) {
        if (byte >= cost_begins && byte < cost_ends) continue;
        auto damaged = stored;
        damaged[byte] ^= 0x01;
        EXPECT_FALSE(unlocked(damaged, "correct horse")) << byte;
    }
    auto file = UnlockFile::decode(stored).value();
    file.cost.passes = 2;
    EXPECT_EQ(unlocked(file.encode(), "correct horse").error().problem, Problem::wrong_key);
    file.cost = {1, 9 * 1024};
    EXPECT_EQ(unlocked(file.encode(), "correct horse").error().problem, Problem::wrong_key);
    file.cost = {1, 8 * 1024 + 1};   // Argon2id would not see the difference
    EXPECT_EQ(unlocked(file.encode(), "correct horse").error().problem, Problem::corrupt);
}

TEST_F(RootKeys, AFileThatAsksForAbsurdWorkIsNotObeyed) {
    auto file = seal_root_with_passphrase(root, firm, "correct horse", cheap).value();
    for (auto cost : {crypto::PasswordCost{65, 8 * 1024}, crypto::PasswordCost{UINT64_MAX, 8 * 1024},
                      crypto::PasswordCost{1, 8ull << 30}, crypto::PasswordCost{1, SIZE_MAX}}) {
        file.cost = cost;
        EXPECT_EQ(UnlockFile::decode(file.encode()).error().problem, Problem::corrupt);
    }
    file.cost = {0, 0};
    EXPECT_FALSE(unlocked(file.encode(), "correct horse"));
}

TEST_F(RootKeys, OfANewerProgramSaySo) {
    auto stored = seal_root_with_key_file(root, firm, key_file).encode();
    stored[8] = 2;
    EXPECT_EQ(UnlockFile::decode(stored).error().problem, Problem::too_new);
    stored[8] = 0;
    EXPECT_EQ(UnlockFile::decode(stored).error().problem, Problem::corrupt);
}

TEST_F(RootKeys, AnEmptyOrEndlessPassphraseIsNotTaken) {
    EXPECT_EQ(seal_root_with_passphrase(root, firm, "", cheap).error().problem, Problem::weak_password);
    EXPECT_EQ(seal_root_with_passphrase(root, firm, std::string(1'025, 'x'), cheap).error().problem, Problem::weak_password);
}

// Two files of one method are not interchangeable: the method's id stands in the associated data.
TEST_F(RootKeys, WhatIsSealedInOneFileDoesNotOpenInAnother) {
    auto mine = seal_root_with_key_file(root, firm, key_file);
    auto theirs = seal_root_with_key_file(RootKey::random(), firm, key_file);
    mine.sealed = theirs.sealed;
    EXPECT_EQ(unlocked(mine.encode(), key_file).error().problem, Problem::wrong_key);
    auto marked = seal_root_with_key_file(root, firm, key_file);
    marked.root_mark = theirs.root_mark;
    EXPECT_EQ(unlocked(marked.encode(), key_file).error().problem, Problem::corrupt);
}

}  // namespace
}  // namespace muniment::keys

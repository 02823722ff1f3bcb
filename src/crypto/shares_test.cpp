// SPDX-License-Identifier: Apache-2.0
// SLIP-0039: its published vectors, and what must hold for every set. npm's slip39 is the second reader (tests/shares).
#include "crypto/shares.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>

#include "crypto/crypto.hpp"
#include "crypto/vectors_test.hpp"

namespace muniment::crypto {
namespace {

std::string text_of(const Share& share) { return string(share.words().expose()); }

Result<std::vector<Share>> read_all(const vectors::json::array& mnemonics) {
    std::vector<Share> shares;
    for (const auto& mnemonic : mnemonics) {
        TRY(auto share, Share::read(std::string(mnemonic.as_string())));
        shares.push_back(std::move(share));
    }
    return shares;
}

TEST(Shares, AgreeWithThePublishedVectors) {
    auto file = vectors::read("slip39/vectors.json");
    std::size_t opened = 0, refused = 0;
    for (const auto& vector : file.as_array()) {
        const auto& fields = vector.as_array();
        SCOPED_TRACE(std::string(fields[0].as_string()));
        std::string expected(fields[2].as_string());
        auto shares = read_all(fields[1].as_array());
        auto secret = shares ? combine(*shares, "TREZOR") : Result<Secret>(std::unexpected(shares.error()));
        if (expected.empty()) {
            ++refused;
            ASSERT_FALSE(secret);
            EXPECT_EQ(secret.error().problem, Problem::bad_share);
            continue;
        }
        ++opened;
        ASSERT_TRUE(secret) << secret.error().text();
        EXPECT_EQ(to_hex(secret->expose()), expected);
        for (std::size_t i = 0; i < shares->size(); ++i)
            EXPECT_EQ(text_of((*shares)[i]), std::string(fields[1].as_array()[i].as_string())) << "spelled as it was read";
    }
    EXPECT_EQ(opened, 15u);
    EXPECT_EQ(refused, 30u);
}

TEST(Shares, AreSpelledInThePublishedWords) {
    std::string list;
    const char* words[] = {
#define SHARE_WORD(word) #word,
#include "crypto/share_words.def"
#undef SHARE_WORD
    };
    for (const auto* word : words) list.append(word).append("\n");
    EXPECT_EQ(to_hex(sha256(view(list))), "bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3");
}

std::uint8_t product_by_definition(std::uint8_t a, std::uint8_t b) {
    unsigned product = 0;
    for (int i = 0; i < 8; ++i)
        if (b >> i & 1) product ^= static_cast<unsigned>(a) << i;
    for (int i = 15; i >= 8; --i)
        if (product >> i & 1) product ^= 0x11bu << (i - 8);
    return static_cast<std::uint8_t>(product);
}

TEST(Shares, MultiplyInTheField) {
    for (unsigned a = 0; a < 256; ++a)
        for (unsigned b = 0; b < 256; ++b) {
            auto product = detail::gf256_product(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
            ASSERT_EQ(product, product_by_definition(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)));
        }
}

std::vector<Share> chosen(const std::vector<Share>& all, unsigned mask) {
    std::vector<Share> some;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (mask >> i & 1) some.push_back(all[i].clone());
    return some;
}

// Every choice of shares of every small set: as many as are needed give the secret, fewer or more are refused.
TEST(Shares, AsManyAsAreNeededGiveTheSecret) {
    auto secret = Secret::random(32);
    for (std::uint8_t count = 2; count <= 5; ++count)
        for (std::uint8_t needed = 2; needed <= count; ++needed) {
            auto shares = split(secret, needed, count);
            ASSERT_EQ(shares.size(), count);
            for (unsigned mask = 1; mask < 1u << count; ++mask) {
                if (needed > 3 && std::popcount(mask) == needed && mask % 3 != 0) continue;   // each costs 10,000 hashes
                auto some = chosen(shares, mask);
                auto got = combine(some);
                ASSERT_EQ(got.has_value(), std::popcount(mask) == needed);
                if (got) {
                    EXPECT_TRUE(got->equals(secret));
                }
            }
        }
}

TEST(Shares, SixteenOfSixteen) {
    auto secret = Secret::random(32);
    auto shares = split(secret, 16, 16);
    std::ranges::reverse(shares);
    EXPECT_TRUE(combine(shares).value().equals(secret));
    EXPECT_FALSE(combine(std::span(shares).first(15)));
}

TEST(Shares, OfTheRootKeyHaveThirtyThreeWords) {
    auto shares = split(Secret::random(32), 3, 5);
    for (const auto& share : shares) {
        auto words = text_of(share);
        EXPECT_EQ(std::ranges::count(words, ' '), 32);
        EXPECT_TRUE(words.starts_with(share.set_name() + " "));
        auto read = Share::read(words).value();
        EXPECT_TRUE(read.same_set(shares[0]));
        EXPECT_EQ(read.member, share.member);
        EXPECT_TRUE(read.value.equals(share.value));
    }
}

TEST(Shares, AreReadInCapitalsAndAcrossLines) {
    auto shares = split(Secret::random(32), 2, 2);
    auto words = text_of(shares[1]);
    std::ranges::transform(words, words.begin(), [](char c) { return c == ' ' ? '\n' : static_cast<char>(std::toupper(c)); });
    EXPECT_TRUE(Share::read("  " + words + "\r\n").value().value.equals(shares[1].value));
}

TEST(Shares, OneWrongWordIsFound) {
    auto words = text_of(split(Secret::random(32), 2, 3)[0]);
    std::vector<std::string> list;
    for (auto word : std::views::split(words, ' ')) list.emplace_back(word.begin(), word.end());
    auto joined = [&] {
        std::string text;
        for (const auto& word : list) text += word + " ";
        return text;
    };
    auto problem = [&] { return Share::read(joined()).error().detail; };
    for (auto& word : list) {
        auto right = std::exchange(word, word == "zero" ? "acid" : "zero");
        EXPECT_TRUE(problem().starts_with("its checksum")) << problem();
        word = right;
    }
    std::swap(list[5], list[6] == list[5] ? list[7] : list[6]);
    EXPECT_TRUE(problem().starts_with("its checksum"));
    list[20] = "secretword";
    EXPECT_EQ(problem(), "word 21 is not a word of shares");
    list.resize(12);
    EXPECT_EQ(problem(), "it has only 12 words");
    EXPECT_FALSE(Share::read(""));
    EXPECT_FALSE(Share::read(std::string(100'000, 'a')));
    list.assign(100, "acid");
    EXPECT_EQ(problem(), "it has too many words");
}

TEST(Shares, OfTwoSetsAreNotMixed) {
    auto secret = Secret::random(32);
    auto first = split(secret, 2, 3), second = split(secret, 2, 3);
    std::vector<Share> mixed;
    mixed.push_back(first[0].clone());
    mixed.push_back(second[1].clone());
    EXPECT_FALSE(combine(mixed));
    mixed[1].identifier = mixed[0].identifier;
    EXPECT_FALSE(combine(mixed)) << "the digest tells where the names do not";
    mixed[1] = first[0].clone();
    EXPECT_FALSE(combine(mixed));
}

TEST(Shares, ShowNothingOfTheSecret) {
    auto of_zeros = split(Secret::zeros(32), 2, 2), again = split(Secret::zeros(32), 2, 2);
    for (const auto& share : of_zeros) EXPECT_LT(std::ranges::count(share.value.expose(), 0), 8);
    EXPECT_FALSE(of_zeros[0].value.equals(again[0].value)) << "each set is random anew";
}

}  // namespace
}  // namespace muniment::crypto

// SPDX-License-Identifier: Apache-2.0
#include "keys/sealed.hpp"

#include "base/limits.hpp"
#include "keys/vectors_test.hpp"

namespace muniment::keys {
namespace {

struct Sealed : ::testing::Test {
    SealKey key = seal_key(RootKey::random(), "fields", FirmId::random());
    FirmId firm = FirmId::random();
    Place place{Kind::client_profile, new_random_id(), new_random_id(), 7};
};

TEST_F(Sealed, OpensWhatOtherCodeSealedByTheFormat) {
    testing::each_vector("sealed.json", [](const testing::Vector& v) {
        auto sealed_under = SealKey::from(v.secret("key")).value();
        Place at{static_cast<Kind>(v.number("kind")), v.id("owner"), v.id("row"), v.number("number")};
        EXPECT_EQ(open(sealed_under, v.firm(), at, v.bytes("sealed")).value(), v.bytes("words"));
        EXPECT_EQ(open_field(sealed_under, v.firm(), at, v.bytes("sealed_field")).value(), v.bytes("words"));
    });
}

// Whoever can write to the database copies a sealed value into another row, another owner's, an older revision over a newer one.
TEST_F(Sealed, OpensInNoOtherPlace) {
    auto sealed = seal(key, firm, place, view("a name"));
    ASSERT_EQ(open(key, firm, place, sealed).value(), bytes("a name"));
    auto elsewhere = [&](auto change) {
        auto at = place;
        change(at);
        auto opened = open(key, firm, at, sealed);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().problem, Problem::corrupt);
        EXPECT_NE(opened.error().detail.find(to_uuid_text(at.row)), std::string::npos) << "the error names the row";
    };
    elsewhere([](Place& at) { at.kind = Kind::matter_profile; });
    elsewhere([](Place& at) { at.owner = new_random_id(); });
    elsewhere([](Place& at) { at.row = new_random_id(); });
    elsewhere([](Place& at) { std::swap(at.owner, at.row); });
    elsewhere([](Place& at) { at.number = 6; });
    elsewhere([](Place& at) { at.number = 8; });
    EXPECT_FALSE(open(key, FirmId::random(), place, sealed));
    EXPECT_FALSE(open(seal_key(RootKey::random(), "fields", firm), firm, place, sealed));
}

TEST_F(Sealed, EveryFlippedBitAndEveryOtherLengthIsFound) {
    auto sealed = seal(key, firm, place, view("words"));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto flipped = sealed;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_FALSE(open(key, firm, place, flipped)) << bit;
    }
    for (std::size_t length = 0; length < sealed.size(); ++length)
        EXPECT_FALSE(open(key, firm, place, View(sealed).first(length)));
    sealed.push_back(0);
    EXPECT_FALSE(open(key, firm, place, sealed));
}

TEST_F(Sealed, SecretsOpenInTheSameWay) {
    auto secret = crypto::Secret::random(32);
    auto sealed = seal(key, firm, place, secret.expose());
    EXPECT_TRUE(open_secret(key, firm, place, sealed).value().equals(secret));
    place.number += 1;
    EXPECT_EQ(open_secret(key, firm, place, sealed).error().problem, Problem::corrupt);
}

TEST_F(Sealed, FieldsHideTheirLengthWithinAStep) {
    auto sealed_length = [&](std::size_t length) { return seal_field(key, firm, place, Bytes(length, 'x')).size(); };
    constexpr auto step = limits::field_padding_bytes, prefix = std::size_t{4};
    EXPECT_EQ(sealed_length(0), sealed_length(step - prefix));
    EXPECT_EQ(sealed_length(step - prefix) + step, sealed_length(step - prefix + 1));
    for (std::size_t length : {0u, 1u, 27u, 28u, 29u, 59u, 60u, 61u, 1'000u}) {
        Bytes field(length, 0);   // zeros, as the padding is
        EXPECT_EQ(open_field(key, firm, place, seal_field(key, firm, place, field)).value(), field);
    }
}

// A plaintext that the key's holder sealed as something else is not read as a field with bytes to spare.
TEST_F(Sealed, FieldsOfAnotherPaddingAreRefused) {
    auto opens = [&](const Bytes& padded) { return open_field(key, firm, place, seal(key, firm, place, padded)).has_value(); };
    Writer w;
    w.str(view("ten bytes."));
    auto padded = w.written();
    padded.resize(32);
    ASSERT_TRUE(opens(padded));
    padded.resize(64);
    EXPECT_FALSE(opens(padded)) << "a whole step of padding too much";
    EXPECT_FALSE(opens(Bytes{0, 0, 0, 9, 'x'})) << "longer than it is";
    EXPECT_FALSE(opens({}));
}

TEST(Kinds, LabelsAndNumbersAreEachUsedOnce) {
    std::vector<std::uint16_t> numbers;
    std::vector<std::string_view> labels;
#define KIND(name, number, text) numbers.push_back(number), labels.push_back(text);
    MUNIMENT_SEALED_KINDS(KIND)
#undef KIND
    std::ranges::sort(numbers);
    std::ranges::sort(labels);
    EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end());
    EXPECT_EQ(std::ranges::adjacent_find(labels), labels.end());
}

}  // namespace
}  // namespace muniment::keys

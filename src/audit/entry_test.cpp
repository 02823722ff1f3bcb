// SPDX-License-Identifier: Apache-2.0
#include "audit/entry.hpp"

#include <gtest/gtest.h>

#include "audit/checkpoint.hpp"
#include "audit/tree.hpp"
#include "audit/vectors_test.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::audit::testing {
namespace {

Id16 id_of(std::uint8_t byte) {
    Id16 id;
    id.fill(byte);
    return id;
}

/// The worked example of docs/formats/log.md.
Detail example_detail() {
    Detail detail{.words = bytes(R"({"reason":"review"})")};
    for (std::size_t i = 0; i < detail.salt.size(); ++i) detail.salt[i] = static_cast<std::uint8_t>(i);
    return detail;
}
Leaf example() {
    return {.id = {id_of(0x11)}, .at = {1'790'000'000'000'000}, .action = Action::paper_opened, .outcome = Outcome::permitted,
            .person = {id_of(0x22)}, .session = {id_of(0x33)}, .request = {id_of(0x44)},
            .subjects = {{SubjectKind::matter, id_of(0x55)}, {SubjectKind::document, id_of(0x66), 3}},
            .rows = {{47, id_of(0x77), 9, crypto::sha256(view("sealed bytes"))}}, .commitment = example_detail().commitment()};
}

/// The page with line breaks and indentation taken out, so that long values are found whole.
std::string page(bool joined) {
    auto text = file_text(std::filesystem::path(MUNIMENT_SOURCE_DIR) / "docs/formats/log.md");
    if (joined) std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}
void expect_in_page(const std::string& value) { EXPECT_NE(page(true).find(value), std::string::npos) << value; }

TEST(LeafFormat, IsWhatThePageSays) {
    auto leaf = example();
    auto encoded = leaf.encode();
    expect_in_page(to_hex(leaf.commitment));
    expect_in_page(to_hex(encoded));
    auto hash = leaf_hash(encoded);
    expect_in_page(to_hex(hash));
    auto root = node_hash(hash, hash);
    expect_in_page(to_hex(root));

    auto seed = crypto::Secret::zeros(32);
    for (std::size_t i = 0; i < 32; ++i) seed.fill()[i] = static_cast<std::uint8_t>(i);
    auto key = crypto::SigningKey::from_seed(std::move(seed)).value();
    VerifierKey verifier("muniment.invalid/log/" + to_uuid_text(id_of(0x88)), key.public_key());
    expect_in_page(verifier.text());
    auto note = string(sign_checkpoint({verifier.name(), 2, root, {}}, key));
    std::string indented;
    for (std::size_t at = 0; at < note.size();) {
        auto end = note.find('\n', at) + 1;
        indented += (end - at > 1 ? "    " : "") + note.substr(at, end - at);
        at = end;
    }
    EXPECT_NE(page(false).find(indented), std::string::npos) << indented;
}

TEST(LeafFormat, AReadingIsSmall) {
    auto leaf = example();
    leaf.rows.clear();
    leaf.subjects[1].number = 0;
    EXPECT_EQ(leaf.encode().size(), 145u);
}

TEST(LeafFormat, TheLargestFitsABundle) {
    auto leaf = example();
    leaf.subjects.assign(subjects_max, {SubjectKind::document, id_of(1), 1});
    leaf.rows.assign(row_marks_max, {1, id_of(1), 1, {}});
    EXPECT_EQ(leaf.encode().size(), 15'359u);
    EXPECT_LE(leaf.encode().size(), limits::entry_bytes_max);
    EXPECT_EQ(Leaf::decode(leaf.encode()).value(), leaf);
}

TEST(LeafFormat, DecodesWhatItEncodes) {
    auto leaf = example();
    EXPECT_EQ(Leaf::decode(leaf.encode()).value(), leaf);
    leaf.at = {-1};
    leaf.subjects.clear();
    leaf.rows.clear();
    EXPECT_EQ(Leaf::decode(leaf.encode()).value(), leaf);
}

TEST(LeafFormat, HasOneEncodingOfEachLeaf) {
    auto encoded = example().encode();
    std::size_t read = 0;
    for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
        auto changed = encoded;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
        if (auto leaf = Leaf::decode(changed)) {
            ++read;
            ASSERT_EQ(leaf->encode(), changed) << "bit " << bit;
            ASSERT_NE(*leaf, example()) << "bit " << bit;
        }
    }
    EXPECT_GT(read, 1'000u);
    for (std::size_t length = 0; length < encoded.size(); ++length) EXPECT_FALSE(Leaf::decode(View(encoded).first(length)));
    encoded.push_back(0);
    EXPECT_FALSE(Leaf::decode(encoded));
}

TEST(LeafFormat, OtherSpellingsAreRefused) {
    constexpr std::size_t action = 25, outcome = 27, subject_count = 76, first_kind = 77, row_count = 119;
    auto refused = [](auto change) {
        auto encoded = example().encode();
        change(encoded);
        return !Leaf::decode(encoded);
    };
    EXPECT_TRUE(refused([](Bytes& b) { b[0] = 2; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[action] = b[action + 1] = 0; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[outcome] = 0; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[outcome] = 6; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[first_kind] = 0; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[first_kind] = 10; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[subject_count] = 17; }));
    EXPECT_TRUE(refused([](Bytes& b) { b[row_count] = 0xff; }));
    // A number that is 0 is left out, not written.
    EXPECT_TRUE(refused([](Bytes& b) { std::fill(b.begin() + row_count - 8, b.begin() + row_count, std::uint8_t{0}); }));
    // An action of a later release counts all the same.
    EXPECT_FALSE(refused([](Bytes& b) { b[action] = 0xff; }));
}

TEST(Actions, HaveNamesThatCanBeReadBack) {
    EXPECT_EQ(name_of(Action::paper_opened), "paper-opened");
    EXPECT_EQ(text_of(Action::paper_opened), "opened a paper");
    EXPECT_EQ(action_named("paper-opened"), Action::paper_opened);
    EXPECT_EQ(action_named("no-such-thing"), std::nullopt);
    EXPECT_EQ(name_of(static_cast<Action>(65'535)), "unknown");
#define ACTION(name, number, text) EXPECT_EQ(action_named(name_of(Action::name)), Action::name);
#include "audit/actions.def"
#undef ACTION
}

TEST(DetailFormat, DecodesWhatItEncodes) {
    auto detail = example_detail();
    auto decoded = Detail::decode(detail.encode()).value();
    EXPECT_EQ(decoded.salt, detail.salt);
    EXPECT_EQ(decoded.words, detail.words);
    EXPECT_FALSE(Detail::decode(Bytes(31)));
    EXPECT_FALSE(Detail::decode(Bytes(32 + limits::detail_bytes_max + 1)));
    detail.salt[0] ^= 1;
    EXPECT_NE(detail.commitment(), example_detail().commitment());
}

}  // namespace
}  // namespace muniment::audit::testing

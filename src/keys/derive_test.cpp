// SPDX-License-Identifier: Apache-2.0
// Against vectors that were computed by other code from docs/formats/keys.md (tests/vectors/keys/SOURCE.txt).
#include "keys/derive.hpp"

#include "keys/vectors_test.hpp"

namespace muniment::keys {
namespace {

using testing::each_vector;

TEST(Derive, GivesWhatTheFormatSays) {
    each_vector("derivations.json", [](const testing::Vector& v) {
        auto key = RootKey::from(v.secret("key")).value();
        std::vector<Bytes> ids;
        for (const auto& id : v.list("ids")) ids.push_back(id);
        auto derived = [&] {
            if (ids.empty()) return seal_key(key, v.word("label"), v.firm());
            if (ids.size() == 1) return seal_key(key, v.word("label"), v.firm(), {ids[0]});
            return seal_key(key, v.word("label"), v.firm(), {ids[0], ids[1]});
        }();
        EXPECT_EQ(to_hex(derived.expose()), v.word("derived"));
        if (v.word("label") == "mark") {
            EXPECT_EQ(to_hex(mark_of(key, v.firm())), v.word("derived"));
        }
    });
}

TEST(Derive, GivesDocumentKeysAndContexts) {
    each_vector("documents.json", [](const testing::Vector& v) {
        auto matter = MatterKey::from(v.secret("matter_key")).value();
        auto secret = DocumentSecret::from(v.secret("secret")).value();
        EXPECT_EQ(to_hex(document_key(matter, secret, v.firm(), {v.id("document")}).expose()), v.word("document_key"));
        auto context = object_context(v.firm(), {v.id("object")}, static_cast<Role>(v.number("role")));
        EXPECT_EQ(to_hex(context), v.word("context"));
    });
}

// One derivation for two purposes, firms or things would let what is sealed for one be opened as the other.
TEST(Derive, KeepsPurposesFirmsAndIdsApart) {
    auto key = RootKey::random();
    auto [firm, other] = std::pair(FirmId::random(), FirmId::random());
    auto id = new_random_id();
    auto base = seal_key(key, "records", firm);
    EXPECT_FALSE(base.equals(seal_key(key, "head", firm)));
    EXPECT_FALSE(base.equals(seal_key(key, "records", other)));
    EXPECT_FALSE(base.equals(seal_key(key, "records", firm, {id})));
    EXPECT_FALSE(base.equals(seal_key(RootKey::random(), "records", firm)));
    EXPECT_TRUE(base.equals(seal_key(key, "records", firm)));
}

TEST(Derive, DocumentKeysNeedBothHalves) {
    auto [firm, document] = std::pair(FirmId::random(), DocumentId::random());
    auto matter = MatterKey::random();
    auto secret = DocumentSecret::random();
    auto key = document_key(matter, secret, firm, document);
    EXPECT_FALSE(key.equals(document_key(MatterKey::random(), secret, firm, document)));
    EXPECT_FALSE(key.equals(document_key(matter, DocumentSecret::random(), firm, document)));
    EXPECT_FALSE(key.equals(document_key(matter, secret, firm, DocumentId::random())));
}

}  // namespace
}  // namespace muniment::keys

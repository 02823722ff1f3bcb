// SPDX-License-Identifier: Apache-2.0
// The key set, against vectors that were made from docs/formats/keys.md by another implementation.
#include "strongroom/turn/key_set.hpp"

#include <gtest/gtest.h>

#include "keys/keys.hpp"
#include "keys/vectors_test.hpp"

namespace muniment::strongroom {
namespace {

using keys::testing::each_vector;
using keys::testing::Vector;

TEST(KeySet, IsReadAsThePageSays) {
    each_vector("key_set.json", [](const Vector& v) {
        auto epoch = keys::EpochKey::from(v.secret("epoch")).value();
        auto mark = keys::mark_of(epoch, v.firm());
        EXPECT_EQ(key_set_name(mark), v.word("name"));
        EXPECT_EQ(key_set_mark(v.word("name")), mark);
        auto mac = keys::mac_key(epoch, "key-set", v.firm());
        std::vector<KeySetRow> rows;
        auto read = read_key_set(v.bytes("file"), mac, [&](KeySetRow&& row) { return rows.push_back(std::move(row)), Result<void>{}; });
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(*read, v.number("records"));
        ASSERT_EQ(rows.size(), 12u);
        EXPECT_EQ(std::get<NamedSingle>(rows[1]).name, "key-head");
        EXPECT_EQ(std::get<NamedSingle>(rows[1]).row.number, 41u);
        EXPECT_EQ(std::get<storage::CheckpointRow>(rows[3]).size, 5'000u);
        const auto& record = std::get<storage::KeyRow>(rows[5]);
        EXPECT_EQ(std::tuple(record.kind, record.number, record.sealed.size()), std::tuple(storage::OwnerKind::matter, 9u, 114u));
        const auto& gate = std::get<storage::GateRow>(rows[6]);
        EXPECT_EQ(std::tuple(gate.kind, gate.row, gate.owner, gate.revision), std::tuple(25, record.owner, record.owner, 12u));
        const auto& field = std::get<storage::FieldRow>(rows[7]);
        EXPECT_EQ(std::tuple(field.kind, field.owner, field.revision), std::tuple(43, field.row, 1u));
        EXPECT_EQ(std::get<CoveredMatter>(rows[8]).matter.bytes, record.owner);
        const auto& paper = std::get<storage::DocumentRow>(rows[9]);
        EXPECT_EQ(std::tuple(paper.matter.bytes, paper.folder, paper.state, paper.number, paper.versions, paper.generation, paper.revision),
                  std::tuple(record.owner, false, storage::DocumentState::live, 123u, 2u, 3u, 6u));
        EXPECT_EQ(std::tuple(paper.tag.size(), paper.secret.size(), paper.list.size()), std::tuple(16u, 74u, 202u));
        const auto& version = std::get<storage::VersionRow>(rows[10]);
        EXPECT_EQ(std::tuple(version.document, version.version, version.revision), std::tuple(paper.document, 2u, 1u));
        const auto& part = std::get<storage::PartRow>(rows[11]);
        EXPECT_EQ(std::tuple(part.document, part.version, part.part, part.plain_length), std::tuple(paper.document, 2u, 0u, 2'000u));
        EXPECT_EQ(std::tuple(part.place.offset, part.place.length, part.wrapped_key.size()), std::tuple(64u, 2'074u, 74u));
    });
}

TEST(KeySet, IsRefusedWhereAByteIsAnotherOrMissing) {
    each_vector("key_set.json", [](const Vector& v) {
        auto epoch = keys::EpochKey::from(v.secret("epoch")).value();
        auto mac = keys::mac_key(epoch, "key-set", v.firm());
        auto file = v.bytes("file");
        for (std::size_t i = 0; i < file.size(); i += 7) {
            auto changed = file;
            changed[i] ^= 1;
            EXPECT_FALSE(check_key_set(changed, mac)) << i;
            EXPECT_FALSE(check_key_set(View(file).first(i), mac)) << i;
        }
        EXPECT_FALSE(key_set_mark("0123.keys"));
        EXPECT_FALSE(key_set_mark(v.word("name") + "x"));
    });
}

// Rows that only somebody with the key could have put there: still nothing that a reader does not know is passed over.
TEST(KeySet, IsRefusedWithRowsThatNobodyKnows) {
    each_vector("key_set.json", [](const Vector& v) {
        auto epoch = keys::EpochKey::from(v.secret("epoch")).value();
        auto mac = keys::mac_key(epoch, "key-set", v.firm());
        auto file = v.bytes("file");
        auto body = Bytes(file.begin(), file.end() - 32 - 9);   // without its end
        auto ended = [&](std::initializer_list<View> more, std::uint64_t records) {
            Writer w;
            w.raw(body);
            for (auto each : more) w.raw(each);
            w.u8(5).u64(records);
            w.raw(crypto::hmac_sha256(mac.expose(), {w.written()}));
            return check_key_set(w.written(), mac).has_value();
        };
        EXPECT_TRUE(ended({}, 2));
        EXPECT_FALSE(ended({}, 3)) << "a record too few";
        EXPECT_FALSE(ended({View(Bytes{11})}, 2));
        EXPECT_FALSE(ended({View(Bytes{10, 1, 2})}, 2)) << "half a row";
        EXPECT_FALSE(ended({View(Bytes{5, 0, 0, 0, 0, 0, 0, 0, 2})}, 2)) << "something after the end";
    });
}

}  // namespace
}  // namespace muniment::strongroom

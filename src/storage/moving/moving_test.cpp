// SPDX-License-Identifier: Apache-2.0
#include "storage/moving/moving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "crypto/crypto.hpp"
#include "storage/conformance/postgresql_test.hpp"
#include "storage/conformance/scratch.hpp"
#include "storage/s3/double_test.hpp"

namespace muniment::storage {
namespace {

Id16 id(std::uint64_t n) {
    auto hash = crypto::sha256(View(std::move(Writer().u64(n)).take()));
    Id16 out;
    std::copy_n(hash.begin(), out.size(), out.begin());
    return out;
}

constexpr std::uint64_t entries = 2'500;   // more than two batches

/// A row of every table, at the ends of what its columns hold, and some more.
void fill(Records& records) {
    auto done = records.commit([](RecordWriter& w) -> Result<void> {
        CHECK(w.put_single("key-head", {UINT64_MAX, bytes("heads")}));
        CHECK(w.put_single("tree", {entries, {}}));
        CHECK(w.put_single("job/Log.verify", {1, bytes("j")}));
        CHECK(w.put_key({OwnerKind::report, id(1), UINT64_MAX, bytes("k")}));
        CHECK(w.put_gate_row({65'535, id(2), id(3), 7, {}}));
        CHECK(w.put_field({65'535, id(4), id(5), UINT64_MAX, bytes("f")}));
        for (std::uint64_t n = 0; n < 50; ++n) {
            DocumentRow paper{.matter = {id(n % 3)}, .document = {id(100 + n)}, .folder = n == 7, .state = DocumentState::trashed,
                              .number = n, .versions = 1, .generation = UINT64_MAX, .parent = {id(n)}, .tag = bytes("tag"),
                              .secret = bytes("s"), .list = {}};
            CHECK(w.put_document(paper));
            CHECK(w.add_version({paper.document, 1, 2, bytes("v")}));
            CHECK(w.add_part({paper.document, 1, 0, {id(n)}, UINT64_MAX, {{id(9)}, 57, n}, bytes("w")}));
        }
        CHECK(w.put_pack({{id(9)}, PackState::emptied}));
        CHECK(w.put_pack({{id(10)}, PackState::open}));
        CHECK(w.put_tile({255, UINT64_MAX >> 1, Bytes(32, 1)}));
        CHECK(w.put_checkpoint({3, bytes("note")}));
        return w.remember(bytes("again"), {5, bytes("r")});
    });
    ASSERT_TRUE(done) << done.error().detail;
    done = records.commit([](RecordWriter& w) -> Result<void> {
        for (std::uint64_t n = 0; n < entries; ++n) {
            TRY(auto sequence, w.append_entry({.leaf = bytes("leaf " + std::to_string(n)), .owner_kind = OwnerKind::document,
                                               .owner = id(n), .detail = n % 2 ? bytes("d") : Bytes{}}));
            CHECK(w.index_entry(id(n % 5), sequence));
        }
        return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
}

struct Rows : ::testing::Test {
    Scratch scratch;
    RowPlace from{scratch.path / "from.sqlite"}, back{scratch.path / "back.sqlite"};
    RowPlace there{{}, testing::PostgresqlServer::shared().url(), testing::fresh_database()};
    const MoveProgress on = [](const Carried&) { return true; };
    Rows() { fill(*open_sqlite(from.sqlite).value()); }
    static std::unique_ptr<Records> open(const RowPlace& place) {
        return place.postgresql.empty() ? open_sqlite(place.sqlite).value() : open_postgresql(place.postgresql, place.tests).value();
    }
};

// What was compared on the way is compared by the same code; so the last step is looked at by another, the port's own.
TEST_F(Rows, GoToPostgresqlAndBackWhole) {
    auto went = move_rows(from, there, on);
    ASSERT_TRUE(went) << went.error().text();
    EXPECT_GT(went->rows, 2 * entries);
    auto came = move_rows(there, back, on);
    ASSERT_TRUE(came) << came.error().text();
    EXPECT_EQ(came->rows, went->rows);
    auto first = open(from), last = open(back);
    EXPECT_EQ(last->single("key-head")->value(), first->single("key-head")->value());
    EXPECT_FALSE(last->single("moving")->has_value());
    EXPECT_EQ(last->entry_count().value(), entries);
    std::vector<EntryRow> a, b;
    ASSERT_TRUE(first->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return a.push_back(row), true; }));
    ASSERT_TRUE(last->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return b.push_back(row), true; }));
    EXPECT_EQ(a, b);
    EXPECT_EQ(last->entries_about(id(3), UINT64_MAX, 1'000).value(), first->entries_about(id(3), UINT64_MAX, 1'000).value());
    EXPECT_EQ(last->document({id(1)}, {id(107)})->value(), first->document({id(1)}, {id(107)})->value());
    EXPECT_EQ(last->parts({id(149)}, 1).value(), first->parts({id(149)}, 1).value());
    EXPECT_EQ(last->field(65'535, id(4), id(5))->value(), first->field(65'535, id(4), id(5))->value());
    EXPECT_EQ(last->remembered(bytes("again"))->value(), first->remembered(bytes("again"))->value());
    EXPECT_EQ(last->packs().value(), first->packs().value());
    EXPECT_EQ(last->tile(255, UINT64_MAX >> 1)->value(), first->tile(255, UINT64_MAX >> 1)->value());
}

TEST_F(Rows, CutOffTheyGoOnAndAreNoFirmUntilTheyAreWhole) {
    for (int batches = 0; batches < 3; ++batches) {
        int left = batches;
        auto cut = move_rows(from, there, [&](const Carried&) { return left-- > 0; });
        ASSERT_FALSE(cut);
        EXPECT_EQ(cut.error().problem, Problem::unavailable);
        EXPECT_FALSE(open(there)->single("key-head")->has_value()) << "half a firm must not open";
    }
    auto went = move_rows(from, there, on);
    ASSERT_TRUE(went) << went.error().text();
    EXPECT_EQ(open(there)->entry_count().value(), entries);
    EXPECT_TRUE(open(there)->single("key-head")->has_value());
}

TEST_F(Rows, NeverGoWhereOthersAre) {
    fill(*open(back));
    EXPECT_TRUE(move_rows(from, back, on)) << "the very same rows: a move that was cut off after its last one";
    ASSERT_TRUE(open(back)->commit([](RecordWriter& w) { return w.put_single("one more", {}); }));
    auto mixed = move_rows(from, back, on);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().problem, Problem::already_done);
    EXPECT_EQ(open(back)->entry_count().value(), entries);
    ASSERT_FALSE(move_rows(from, there, [](const Carried&) { return false; }));
    ASSERT_TRUE(open(from)->commit([](RecordWriter& w) { return w.drop_key(OwnerKind::report, id(1)); }));
    auto other = move_rows(from, there, on);
    ASSERT_FALSE(other) << "the firm went on meanwhile: a row that it dropped would have come back";
    EXPECT_EQ(other.error().problem, Problem::already_done);
    RowPlace nothing{scratch.path / "nothing.sqlite"};
    EXPECT_EQ(move_rows(nothing, there, on).error().problem, Problem::not_found);
}

TEST_F(Rows, WhatTheyLeftIsNoFirmUntilTheyReturn) {
    ASSERT_TRUE(move_rows(from, there, on));
    auto former = leave_rows(from);
    ASSERT_TRUE(former);
    EXPECT_FALSE(std::filesystem::exists(from.sqlite));
    EXPECT_TRUE(std::filesystem::exists(*former));
    ASSERT_TRUE(return_to_rows(from));
    EXPECT_TRUE(open(from)->single("key-head")->has_value());
    ASSERT_TRUE(leave_rows(there));
    EXPECT_FALSE(open(there)->single("key-head")->has_value());
    ASSERT_TRUE(return_to_rows(there));
    EXPECT_EQ(open(there)->single("key-head")->value(), open(from)->single("key-head")->value());
    ASSERT_TRUE(return_to_rows(there)) << "nothing to do is no error";
}

TEST_F(Rows, NeverMoveUnderAServer) {
    auto serves = open(from);
    auto moved = move_rows(from, there, on);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().problem, Problem::in_use);
}

struct Packs : ::testing::Test {
    Scratch scratch;
    std::filesystem::path here = scratch.path / "here", there = scratch.path / "there";
    std::unique_ptr<Records> records = open_memory();
    std::unique_ptr<PackStore> from = open(here, Missing::make);
    ObjectId small = ObjectId::random(), large = ObjectId::random();
    Placement small_at, large_at;

    std::unique_ptr<PackStore> open(const std::filesystem::path& folder, Missing missing = Missing::refuse) {
        return open_pack_folder(folder, [this](const PackRow& row) {
                   return records->commit([&](RecordWriter& w) { return w.put_pack(row); });
               }, missing).value();
    }
    void SetUp() override {
        auto pending = from->append(small, Bytes(1'000, 1)).value();
        ASSERT_TRUE(pending.wait());
        small_at = pending.place();
        auto writer = from->create(large).value();
        for (int i = 0; i < 20; ++i) ASSERT_TRUE(writer->add(Bytes(limits::MiB, static_cast<std::uint8_t>(i))));
        large_at = writer->finish().value();
        ASSERT_TRUE(from->close());
        // One that a crash left: its row is there, and nothing of it arrived.
        ASSERT_TRUE(records->commit([](RecordWriter& w) { return w.put_pack({PackId::random(), PackState::open}); }));
    }
    void is_whole(PackStore& packs) {
        Bytes out(1'000);
        ASSERT_TRUE(packs.read(small_at, 0, out));
        EXPECT_EQ(out, Bytes(1'000, 1));
        ASSERT_TRUE(packs.read(large_at, 17 * limits::MiB, out));
        EXPECT_EQ(out, Bytes(1'000, 17));
        EXPECT_EQ(packs.packs().value(), from->packs().value());
        EXPECT_EQ(packs.list(large_at.pack).value().size(), 1u);
    }
    Result<Carried> move_to_folder() {
        TRY(auto sink, open_pack_sink(there));
        auto to = open(there);
        return move_packs(*records, *from, *sink, *to, {});
    }
};

TEST_F(Packs, GoToAnotherFolder) {
    auto went = move_to_folder();
    ASSERT_TRUE(went) << went.error().text();
    EXPECT_EQ(went->packs, 2u);
    is_whole(*open(there));
    EXPECT_TRUE(move_to_folder()) << "once more does no harm";
}

TEST_F(Packs, GoIntoABucketAndBack) {
    auto [place, credentials] = s3::place_for_conformance();
    auto copy = [&] { return S3Credentials{credentials.key, credentials.secret.clone()}; };
    auto bucket = open_pack_s3(place, copy(), [](const PackRow&) { return Result<void>{}; }, Missing::make).value();
    auto sink = open_pack_sink(place, copy());
    int packs = 0;
    auto cut = move_packs(*records, *from, *sink, *bucket, [&](const Carried&) { return ++packs > 1; });
    ASSERT_FALSE(cut) << "stopped after the first";
    auto went = move_packs(*records, *from, *sink, *bucket, {});
    ASSERT_TRUE(went) << went.error().text();
    is_whole(*bucket);
    auto back = open_pack_sink(there).value();
    auto folder = open(there);
    auto came = move_packs(*records, *bucket, *back, *folder, {});
    ASSERT_TRUE(came) << came.error().text();
    EXPECT_EQ(came->bytes, went->bytes);
    is_whole(*folder);
}

TEST_F(Packs, WhatTheyLeftIsNoPlaceOfTheFirmUntilTheyReturn) {
    from.reset();
    ASSERT_TRUE(leave_packs(here));
    EXPECT_EQ(open_pack_folder(here, [](const PackRow&) { return Result<void>{}; }).error().problem, Problem::unavailable);
    ASSERT_TRUE(return_to_packs(here));
    from = open(here);
    auto [place, credentials] = s3::place_for_conformance();
    auto copy = [&] { return S3Credentials{credentials.key, credentials.secret.clone()}; };
    auto nothing = [](const PackRow&) { return Result<void>{}; };
    ASSERT_TRUE(open_pack_s3(place, copy(), nothing, Missing::make));
    ASSERT_TRUE(leave_packs(place, copy()));
    EXPECT_EQ(open_pack_s3(place, copy(), nothing).error().problem, Problem::unavailable);
    ASSERT_TRUE(return_to_packs(place, copy()));
    EXPECT_TRUE(open_pack_s3(place, copy(), nothing));
}

TEST_F(Packs, APackThatIsThereAndNotTheSameIsNotTakenForIt) {
    ASSERT_TRUE(move_to_folder());
    auto name = there / to_hex(View(large_at.pack.bytes).last(1)) / (large_at.pack.text() + ".pack");
    std::fstream(name, std::ios::in | std::ios::out | std::ios::binary).seekp(5'000'000).put('x');
    auto again = move_to_folder();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().problem, Problem::corrupt);
    std::filesystem::resize_file(name, 5'000'000);
    EXPECT_EQ(move_to_folder().error().problem, Problem::already_done);
}

}  // namespace
}  // namespace muniment::storage

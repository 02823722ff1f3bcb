// SPDX-License-Identifier: Apache-2.0
// The law for every driver of Records: what records.hpp says, case by case.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "storage/conformance/postgresql_test.hpp"
#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace {

struct Driver {
    const char* name;
    std::function<std::unique_ptr<Records>(const Scratch&)> open;
};

class RecordsLaw : public ::testing::TestWithParam<Driver> {
  protected:
    /// Runs the work and says what went wrong.
    void commit(Records::Work work) {
        auto done = records->commit(std::move(work));
        ASSERT_TRUE(done) << done.error().detail;
    }
    template <class Row>
    void put(Result<void> (RecordWriter::*how)(const Row&), const Row& row) {
        commit([&](RecordWriter& w) { return (w.*how)(row); });
    }
    template <class Row>
    std::vector<Row> collect(Result<void> (RecordReader::*walk)(const std::function<bool(const Row&)>&),
                             std::size_t enough = 1'000) {
        std::vector<Row> rows;
        EXPECT_TRUE(((*records).*walk)([&](const Row& row) { return rows.push_back(row), rows.size() < enough; }));
        return rows;
    }
    template <class Row, class Key>
    std::vector<Row> collect(Result<void> (RecordReader::*walk)(Key, const std::function<bool(const Row&)>&),
                             const std::type_identity_t<Key>& key) {
        std::vector<Row> rows;
        EXPECT_TRUE(((*records).*walk)(key, [&](const Row& row) { return rows.push_back(row), true; }));
        return rows;
    }

    Scratch scratch;
    std::unique_ptr<Records> records = GetParam().open(scratch);
};

Id16 id(std::uint8_t n) {
    Id16 out{};
    out[15] = n;
    return out;
}
EntryRow entry(std::string_view leaf) {
    return {.leaf = bytes(leaf), .owner_kind = OwnerKind::matter, .owner = id(1), .detail = bytes("d")};
}
DocumentRow paper(std::uint8_t document, std::string_view tag, std::uint64_t number) {
    return {.matter = {id(1)},
            .document = {id(document)},
            .number = number,
            .versions = 1,
            .tag = bytes(tag),
            .secret = bytes("s"),
            .list = bytes("l")};
}

TEST_P(RecordsLaw, KeepsSingles) {
    ASSERT_FALSE(records->single("head")->has_value());
    commit([](RecordWriter& w) { return w.put_single("head", {UINT64_MAX, {}}); });
    EXPECT_EQ(records->single("head")->value(), (SingleRow{UINT64_MAX, {}}));
    commit([](RecordWriter& w) { return w.put_single("head", {8, bytes("x")}); });
    EXPECT_EQ(records->single("head")->value(), (SingleRow{8, bytes("x")}));
    commit([](RecordWriter& w) { return w.drop_single("head"); });
    EXPECT_FALSE(records->single("head")->has_value());
}

TEST_P(RecordsLaw, KeepsKeysInOrder) {
    KeyRow matter{OwnerKind::matter, id(1), 2, bytes("m")}, late{OwnerKind::client, id(9), 1, bytes("c9")},
        early{OwnerKind::client, id(3), 1, bytes("c3")};
    for (const auto& row : {matter, late, early}) put(&RecordWriter::put_key, row);
    EXPECT_EQ(collect(&RecordReader::for_each_key), (std::vector{early, late, matter}));
    EXPECT_EQ(collect(&RecordReader::for_each_key, 2), (std::vector{early, late}));
    EXPECT_EQ(records->key(OwnerKind::client, id(9))->value(), late);
    EXPECT_FALSE(records->key(OwnerKind::matter, id(9))->has_value());
    commit([](RecordWriter& w) { return w.drop_key(OwnerKind::client, id(3)); });
    EXPECT_EQ(collect(&RecordReader::for_each_key), (std::vector{late, matter}));
}

TEST_P(RecordsLaw, KeepsGateRowsInOrder) {
    GateRow b{2, id(1), id(7), 1, bytes("b")}, a{1, id(2), id(7), 1, bytes("a")};
    put(&RecordWriter::put_gate_row, b);
    put(&RecordWriter::put_gate_row, a);
    a.revision = 2;
    put(&RecordWriter::put_gate_row, a);
    EXPECT_EQ(collect(&RecordReader::for_each_gate_row), (std::vector{a, b}));
    EXPECT_EQ(records->gate_row(1, id(2))->value(), a);
    commit([](RecordWriter& w) { return w.drop_gate_row(1, id(2)); });
    EXPECT_FALSE(records->gate_row(1, id(2))->has_value());
    EXPECT_EQ(collect(&RecordReader::for_each_gate_row), std::vector{b});
}

TEST_P(RecordsLaw, KeepsFieldsByKindAndByOwner) {
    FieldRow a{1, id(1), id(1), 1, bytes("a")}, b{1, id(2), id(1), 1, bytes("b")}, c{2, id(1), id(1), 1, bytes("c")};
    for (const auto& row : {c, b, a}) put(&RecordWriter::put_field, row);
    EXPECT_EQ(records->field(1, id(2), id(1))->value(), b);
    EXPECT_EQ(collect(&RecordReader::for_each_field, 1), (std::vector{a, b}));
    EXPECT_EQ(collect(&RecordReader::for_each_field_of, id(1)), (std::vector{a, c}));
    commit([](RecordWriter& w) { return w.drop_field(1, id(1), id(1)); });
    EXPECT_EQ(collect(&RecordReader::for_each_field_of, id(1)), std::vector{c});
    EXPECT_EQ(collect(&RecordReader::for_each_field, 1), std::vector{b});
}

TEST_P(RecordsLaw, KeepsDocumentsOfAMatter) {
    auto folder = paper(2, "tag-of-folder", 0);
    folder.folder = true, folder.parent = {id(9)}, folder.generation = 5, folder.revision = 6;
    auto second = paper(3, "tag-b", 1);
    auto elsewhere = paper(2, "tag-b", 1);
    elsewhere.matter = {id(2)};
    for (const auto& row : {second, folder, elsewhere}) put(&RecordWriter::put_document, row);
    EXPECT_EQ(records->document({id(1)}, {id(2)})->value(), folder);
    EXPECT_EQ(collect(&RecordReader::for_each_document, MatterId{id(1)}), (std::vector{folder, second}));
    EXPECT_EQ(records->live_document_with_tag({id(2)}, view("tag-b"))->value(), elsewhere);
    EXPECT_EQ(records->document_count().value(), 3u);
    commit([](RecordWriter& w) { return w.drop_document({id(1)}, {id(2)}); });
    EXPECT_FALSE(records->document({id(1)}, {id(2)})->has_value());
    EXPECT_FALSE(records->live_document_with_tag({id(1)}, view("tag-of-folder"))->has_value());
    EXPECT_EQ(records->document_count().value(), 2u);
}

TEST_P(RecordsLaw, TagsAreUniqueAmongLiveDocumentsOnly) {
    auto first = paper(1, "tag", 1), second = paper(2, "tag", 2);
    put(&RecordWriter::put_document, first);
    EXPECT_EQ(records->commit([&](RecordWriter& w) { return w.put_document(second); }).error().problem, Problem::name_taken);
    EXPECT_FALSE(records->document({id(1)}, {id(2)})->has_value());
    EXPECT_EQ(records->document({id(1)}, {id(1)})->value(), first);

    first.state = DocumentState::trashed;
    put(&RecordWriter::put_document, first);
    put(&RecordWriter::put_document, second);
    EXPECT_EQ(records->live_document_with_tag({id(1)}, view("tag"))->value(), second);
    first.state = DocumentState::live;
    EXPECT_EQ(records->commit([&](RecordWriter& w) { return w.put_document(first); }).error().problem, Problem::name_taken);
    first.tag = bytes("another");
    put(&RecordWriter::put_document, first);
    EXPECT_EQ(records->live_document_with_tag({id(1)}, view("another"))->value(), first);
}

TEST_P(RecordsLaw, NumbersAreUniqueWithinAMatterWhateverTheState) {
    auto first = paper(1, "a", 7), second = paper(2, "b", 7);
    first.state = DocumentState::trashed;
    put(&RecordWriter::put_document, first);
    EXPECT_EQ(records->commit([&](RecordWriter& w) { return w.put_document(second); }).error().problem, Problem::conflict);
    second.number = 0;
    put(&RecordWriter::put_document, second);
    auto third = paper(3, "c", 0);
    put(&RecordWriter::put_document, third);
    EXPECT_EQ(records->document_count().value(), 3u);
}

TEST_P(RecordsLaw, KeepsVersionsAndParts) {
    VersionRow v2{{id(1)}, 2, 1, bytes("v2")}, v1{{id(1)}, 1, 1, bytes("v1")}, other{{id(2)}, 1, 1, bytes("o")};
    for (const auto& row : {v2, v1, other}) put(&RecordWriter::put_version, row);
    EXPECT_EQ(records->commit([&](RecordWriter& w) { return w.add_version({{id(1)}, 2, 1, bytes("other")}); }).error().problem,
              Problem::corrupt);
    PackId pack{id(50)};
    PartRow second{{id(1)}, 1, 1, {id(31)}, 10, {pack, 900, 26}, bytes("k1")},
        first{{id(1)}, 1, 0, {id(30)}, 10, {pack, 1'000, 26}, bytes("k0")},
        of_other{{id(2)}, 1, 0, {id(32)}, 10, {pack, 44, 26}, bytes("k2")};
    for (const auto& row : {second, first, of_other}) put(&RecordWriter::put_part, row);

    auto over = first;
    over.wrapped_key = bytes("another");
    EXPECT_EQ(records->commit([&](RecordWriter& w) { return w.add_part(over); }).error().problem, Problem::corrupt);

    EXPECT_EQ(records->version({id(1)}, 2)->value(), v2);
    EXPECT_EQ(collect(&RecordReader::for_each_version, DocumentId{id(1)}), (std::vector{v1, v2}));
    EXPECT_EQ(records->parts({id(1)}, 1).value(), (std::vector{first, second}));
    EXPECT_EQ(collect(&RecordReader::for_each_part_in, pack), (std::vector{of_other, second, first}));
    first.place = {{id(51)}, 44, 26};
    put(&RecordWriter::put_part, first);
    EXPECT_EQ(collect(&RecordReader::for_each_part_in, pack), (std::vector{of_other, second}));

    commit([](RecordWriter& w) { return w.drop_version({id(1)}, 1); });
    EXPECT_FALSE(records->version({id(1)}, 1)->has_value());
    EXPECT_TRUE(records->parts({id(1)}, 1)->empty());
    EXPECT_EQ(collect(&RecordReader::for_each_part_in, pack), std::vector{of_other});
    EXPECT_EQ(collect(&RecordReader::for_each_version, DocumentId{id(1)}), std::vector{v2});
    commit([&](RecordWriter& w) -> Result<void> {
        CHECK(w.add_version(v1));
        return w.add_part(second);
    });
    EXPECT_EQ(records->version({id(1)}, 1)->value(), v1);
    EXPECT_EQ(records->parts({id(1)}, 1).value(), std::vector{second});
}

TEST_P(RecordsLaw, KeepsPacks) {
    put(&RecordWriter::put_pack, PackRow{{id(2)}, PackState::open});
    put(&RecordWriter::put_pack, PackRow{{id(1)}, PackState::open});
    put(&RecordWriter::put_pack, PackRow{{id(2)}, PackState::closed});
    EXPECT_EQ(records->packs().value(), (std::vector{PackRow{{id(1)}, PackState::open}, PackRow{{id(2)}, PackState::closed}}));
    put(&RecordWriter::put_pack, PackRow{{id(1)}, PackState::emptied});
    put(&RecordWriter::put_pack, PackRow{{id(3)}, PackState::gathering});
    EXPECT_EQ(records->pack({id(1)}).value(), (PackRow{{id(1)}, PackState::emptied}));
    EXPECT_EQ(records->pack({id(9)}).value(), std::nullopt);
    commit([](RecordWriter& w) { return w.drop_pack({id(2)}); });
    EXPECT_EQ(records->packs().value(), (std::vector{PackRow{{id(1)}, PackState::emptied}, PackRow{{id(3)}, PackState::gathering}}));
}

TEST_P(RecordsLaw, EntriesGetSequencesWithoutHoles) {
    EXPECT_EQ(records->entry_count().value(), 0u);
    std::uint64_t first = 99, second = 99, failed = 99, third = 99;
    commit([&](RecordWriter& w) -> Result<void> {
        TRY(first, w.append_entry(entry("a")));
        TRY(second, w.append_entry(entry("b")));
        return {};
    });
    EXPECT_FALSE(records->commit([&](RecordWriter& w) -> Result<void> {
        TRY(failed, w.append_entry(entry("x")));
        return fail(Problem::conflict);
    }));
    commit([&](RecordWriter& w) -> Result<void> {
        TRY(third, w.append_entry(entry("c")));
        return {};
    });
    EXPECT_EQ(std::tuple(first, second, failed, third), std::tuple(0u, 1u, 2u, 2u));
    EXPECT_EQ(records->entry_count().value(), 3u);
    std::string leaves;
    auto take = [&](const EntryRow& row) { return leaves += text(row.leaf), true; };
    ASSERT_TRUE(records->for_each_entry(0, UINT64_MAX, take));
    ASSERT_TRUE(records->for_each_entry(1, 2, take));
    ASSERT_TRUE(records->for_each_entry_backwards(UINT64_MAX, take));
    ASSERT_TRUE(records->for_each_entry_backwards(2, take));
    ASSERT_TRUE(records->for_each_entry_backwards(0, take));
    ASSERT_TRUE(records->for_each_entry_backwards(3, [&](const EntryRow& row) { return take(row), false; }));
    EXPECT_EQ(leaves, "abcbcbabac");
}

TEST_P(RecordsLaw, ReplacesTheDetailOfAnEntryAndNothingElse) {
    commit([](RecordWriter& w) -> Result<void> {
        CHECK(w.append_entry(entry("a")));
        return w.replace_detail(0, OwnerKind::month, id(8), {});
    });
    ASSERT_TRUE(records->for_each_entry(0, 1, [](const EntryRow& row) {
        EXPECT_EQ(row, (EntryRow{0, bytes("a"), OwnerKind::month, id(8), {}}));
        return true;
    }));
    auto missing = records->commit([](RecordWriter& w) { return w.replace_detail(1, OwnerKind::month, id(8), {}); });
    EXPECT_EQ(missing.error().problem, Problem::not_found);
}

TEST_P(RecordsLaw, GivesBackEntriesOfEveryKindOfOwner) {
    // Details of the log hang on a document's key as well, which has no key record of its own.
    const std::array owners{OwnerKind::firm,  OwnerKind::person,   OwnerKind::client, OwnerKind::matter, OwnerKind::month,
                            OwnerKind::room, OwnerKind::incident, OwnerKind::report, OwnerKind::document};
    commit([&](RecordWriter& w) -> Result<void> {
        for (auto owner : owners) CHECK(w.append_entry({0, bytes("leaf"), owner, id(4), bytes("detail")}));
        return {};
    });
    std::vector<OwnerKind> found;
    auto take = [&](const EntryRow& row) { return found.push_back(row.owner_kind), true; };
    ASSERT_TRUE(records->for_each_entry(0, UINT64_MAX, take));
    EXPECT_EQ(found, std::vector(owners.begin(), owners.end()));
}

TEST_P(RecordsLaw, KeepsTilesAndCheckpoints) {
    EXPECT_FALSE(records->newest_checkpoint()->has_value());
    TileRow partial{0, 3, bytes("12")}, full{0, 3, bytes("1234")}, above{1, 3, bytes("9")};
    for (const auto& row : {partial, above, full}) put(&RecordWriter::put_tile, row);
    EXPECT_EQ(records->tile(0, 3)->value(), full);
    EXPECT_EQ(records->tile(1, 3)->value(), above);
    EXPECT_FALSE(records->tile(0, 4)->has_value());
    CheckpointRow late{20, bytes("n20")}, early{3, bytes("n3")};
    for (const auto& row : {late, early}) put(&RecordWriter::put_checkpoint, row);
    EXPECT_EQ(records->newest_checkpoint()->value(), late);
    EXPECT_EQ(collect(&RecordReader::for_each_checkpoint), (std::vector{early, late}));
}

TEST_P(RecordsLaw, FindsEntriesAboutASubjectNewestFirst) {
    commit([](RecordWriter& w) -> Result<void> {
        for (std::uint64_t sequence : {5, 1, 9, 5}) CHECK(w.index_entry(id(2), sequence));
        CHECK(w.index_entry(id(1), 7));
        return w.index_entry(id(3), 8);
    });
    using Found = std::vector<std::uint64_t>;
    EXPECT_EQ(records->entries_about(id(2), UINT64_MAX, 10).value(), (Found{9, 5, 1}));
    EXPECT_EQ(records->entries_about(id(2), 9, 1).value(), Found{5});
    EXPECT_EQ(records->entries_about(id(2), 1, 10).value(), Found{});
    EXPECT_EQ(records->entries_about(id(4), 99, 10).value(), Found{});
}

TEST_P(RecordsLaw, RemembersUntilItIsOld) {
    commit([](RecordWriter& w) -> Result<void> {
        CHECK(w.remember(view("old"), {99, bytes("1")}));
        return w.remember(view("new"), {100, bytes("2")});
    });
    EXPECT_EQ(records->remembered(view("old"))->value(), (SingleRow{99, bytes("1")}));
    commit([](RecordWriter& w) { return w.forget_before(100); });
    EXPECT_FALSE(records->remembered(view("old"))->has_value());
    EXPECT_EQ(records->remembered(view("new"))->value(), (SingleRow{100, bytes("2")}));
}

TEST_P(RecordsLaw, WorkSeesWhatItWrote) {
    commit([](RecordWriter& w) -> Result<void> {
        CHECK(w.put_single("a", {1, {}}));
        TRY(auto seen, w.single("a"));
        return seen && seen->number == 1 ? Result<void>{} : fail(Problem::internal, "not seen");
    });
}

TEST_P(RecordsLaw, AFailedPieceLeavesNothingBehindAndItsNeighboursStay) {
    put(&RecordWriter::put_document, paper(1, "one", 1));
    put(&RecordWriter::put_pack, PackRow{{id(1)}, PackState::open});
    std::atomic<int> failures = 0, kept = 0;
    std::vector<std::thread> callers;
    for (int n = 0; n < 16; ++n)
        callers.emplace_back([&, n] {
            auto name = "n" + std::to_string(n);
            bool fails = n % 2 == 1;
            auto done = records->commit([&, fails](RecordWriter& w) -> Result<void> {
                CHECK(w.put_single(name, {1, {}}));
                if (!fails) return {};
                CHECK(w.put_pack({{id(1)}, PackState::closed}));
                CHECK(w.drop_document({id(1)}, {id(1)}));
                CHECK(w.append_entry(entry("never")));
                CHECK(w.put_document(paper(2, "one", 1)));
                return fail(Problem::stale);
            });
            (done ? kept : failures)++;
            if (!done) EXPECT_EQ(done.error().problem, Problem::stale);
        });
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(failures, 8);
    EXPECT_EQ(kept, 8);
    for (int n = 0; n < 16; ++n) EXPECT_EQ(records->single("n" + std::to_string(n))->has_value(), n % 2 == 0);
    EXPECT_EQ(records->live_document_with_tag({id(1)}, view("one"))->value(), paper(1, "one", 1));
    EXPECT_EQ(records->document_count().value(), 1u);
    EXPECT_EQ(records->packs().value(), (std::vector{PackRow{{id(1)}, PackState::open}}));
    EXPECT_EQ(records->entry_count().value(), 0u);
}

TEST_P(RecordsLaw, WorkThatThrowsFailsAlone) {
    auto done = records->commit([](RecordWriter& w) -> Result<void> {
        CHECK(w.put_single("thrown", {1, {}}));
        throw std::runtime_error("x");
    });
    EXPECT_EQ(done.error().problem, Problem::internal);
    EXPECT_FALSE(records->single("thrown")->has_value());
    commit([](RecordWriter& w) { return w.put_single("after", {1, {}}); });
}

TEST_P(RecordsLaw, ManyThreadsCommitAtOnceWhileOthersRead) {
    constexpr int threads = 16, each = 50;
    std::vector<std::uint64_t> sequences[threads];
    std::atomic<bool> done = false;
    std::thread reader([&] {
        std::uint64_t before = 0;
        while (!done) {
            std::uint64_t expected = 0;
            EXPECT_TRUE(records->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return row.sequence == expected++; }));
            EXPECT_GE(expected, before);
            before = expected;
        }
    });
    std::vector<std::thread> callers;
    for (auto& mine : sequences)
        callers.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
                std::uint64_t sequence = 0;
                auto work = [&](RecordWriter& w) -> Result<void> {
                    TRY(sequence, w.append_entry(entry("e")));
                    return {};
                };
                ASSERT_TRUE(records->commit(work));
                // What returned is seen by whoever reads afterwards.
                EXPECT_GT(records->entry_count().value(), sequence);
                mine.push_back(sequence);
            }
        });
    for (auto& caller : callers) caller.join();
    done = true;
    reader.join();
    std::vector<bool> given(threads * each);
    for (const auto& mine : sequences) {
        EXPECT_TRUE(std::ranges::is_sorted(mine));
        for (auto sequence : mine) {
            ASSERT_LT(sequence, given.size());
            EXPECT_FALSE(given[sequence]);
            given[sequence] = true;
        }
    }
    EXPECT_EQ(records->entry_count().value(), given.size());
}

std::unique_ptr<Records> in_postgresql(bool rehearses) {
    auto records = open_postgresql(testing::PostgresqlServer::shared().url(), testing::fresh_database(rehearses));
    require(records.has_value(), records ? "" : records.error().detail);
    return *std::move(records);
}

// Rehearsed, each batch is run, undone and run again: nothing of the first run may be seen.
INSTANTIATE_TEST_SUITE_P(Drivers, RecordsLaw,
                         ::testing::Values(Driver{"sqlite",
                                                  [](const Scratch& s) { return open_sqlite(s.path / "records.db").value(); }},
                                           Driver{"memory", [](const Scratch&) { return open_memory(); }},
                                           Driver{"postgresql", [](const Scratch&) { return in_postgresql(false); }},
                                           Driver{"postgresql_rehearsed", [](const Scratch&) { return in_postgresql(true); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace muniment::storage

// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "audit/export.hpp"
#include "audit/firm_test.hpp"
#include "audit/vectors_test.hpp"
#include "base/limits.hpp"
#include "storage/faulty/faulty.hpp"

namespace muniment::audit::testing {
namespace {

static_assert(!std::is_copy_constructible_v<Durable> && !std::is_default_constructible_v<Durable>);
static_assert(!std::is_constructible_v<Durable, EntryId, Hash> && !std::is_copy_constructible_v<Draft>);

class Logs : public ::testing::TestWithParam<Store> {
  protected:
    Firm firm{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Stores, Logs, ::testing::ValuesIn(storage::testing::all_stores), storage::testing::name_of);

TEST_P(Logs, ADurableEntryIsThereAndOpens) {
    auto durable = firm.log->record(firm.draft(R"({"why":"a word"})"));
    ASSERT_TRUE(durable);
    auto found = firm.log->find(std::nullopt, ~std::uint64_t{0}, 10).value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].leaf.id, durable->entry());
    EXPECT_EQ(found[0].leaf.at, firm.clock.now());
    EXPECT_EQ(leaf_hash(found[0].row.leaf), durable->hash());
    EXPECT_EQ(text(firm.log->words_of(found[0], firm.ring->firm_details()).value()), R"({"why":"a word"})");
    // Nothing of the words stands in what is stored.
    EXPECT_EQ(text(found[0].row.leaf).find("a word"), std::string::npos);
    EXPECT_EQ(text(found[0].row.detail).find("a word"), std::string::npos);
}

TEST_P(Logs, ADetailOfAnotherEntryDoesNotOpen) {
    firm.record(2);
    auto found = firm.log->find(std::nullopt, 2, 2).value();
    std::swap(found[0].row.detail, found[1].row.detail);
    EXPECT_EQ(firm.log->words_of(found[0], firm.ring->firm_details()).error().problem, Problem::corrupt);
    found[0].row.detail.clear();
    EXPECT_EQ(firm.log->words_of(found[0], firm.ring->firm_details()).error().problem, Problem::not_found);
}

TEST_P(Logs, AChangeAndItsEntryAreOneCommit) {
    RowMark mark{7, new_random_id(), 3, {}};
    mark.sealed.fill(9);
    auto done = firm.log->commit(firm.draft(), [&](storage::RecordWriter& writer, Draft& entry) -> Result<void> {
        entry.add(mark);
        return writer.put_single("change", {1, {}});
    });
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_TRUE(firm.records->single("change").value());
    EXPECT_EQ(firm.log->find(std::nullopt, 1, 1).value().at(0).leaf.rows, std::vector{mark});

    auto failed = firm.log->commit(firm.draft(), [&](storage::RecordWriter& writer, Draft&) -> Result<void> {
        CHECK(writer.put_single("other change", {1, {}}));
        return fail(Problem::stale);
    });
    EXPECT_EQ(failed.error().problem, Problem::stale);
    EXPECT_FALSE(firm.records->single("other change").value());
    EXPECT_EQ(firm.log->size().value(), 1u);
}

TEST_P(Logs, WorkMaySayWhatIsOnlyKnownInside) {
    auto other = keys::SealKey::random();
    auto owner = new_random_id();
    auto done = firm.log->commit(firm.draft(), [&](storage::RecordWriter&, Draft& entry) -> Result<void> {
        entry.say(bytes("inside"));
        entry.seal_under({storage::OwnerKind::matter, owner, other.clone()});
        return {};
    });
    ASSERT_TRUE(done);
    auto found = firm.log->find(std::nullopt, 1, 1).value().at(0);
    EXPECT_EQ(found.row.owner, owner);
    EXPECT_EQ(text(firm.log->words_of(found, other).value()), "inside");
}

TEST_P(Logs, AnEntryTooLargeIsRefusedWhole) {
    EXPECT_EQ(firm.log->record(firm.draft(std::string(limits::detail_bytes_max + 1, 'x'))).error().problem, Problem::too_large);
    auto many = firm.log->commit(firm.draft(), [](storage::RecordWriter& writer, Draft& entry) -> Result<void> {
        for (std::size_t i = 0; i <= limits::rows_per_change_max; ++i) entry.add(RowMark{});
        return writer.put_single("change", {1, {}});
    });
    EXPECT_EQ(many.error().problem, Problem::too_large);
    EXPECT_FALSE(firm.records->single("change").value());
    EXPECT_EQ(firm.log->size().value(), 0u);
}

TEST_P(Logs, RowsThatOneLeafCannotNameAreNamedInEntriesBehindIt) {
    constexpr std::size_t rows = 2 * row_marks_max + 1;
    auto written = firm.log->commit(firm.draft(), [](storage::RecordWriter&, Draft& entry) -> Result<void> {
        for (std::size_t i = 0; i < rows; ++i) entry.add(RowMark{10, {}, i, {}});
        return {};
    });
    ASSERT_TRUE(written) << written.error().text();
    auto found = firm.log->find(std::nullopt, UINT64_MAX, 10).value();
    ASSERT_EQ(found.size(), 3u);
    std::uint64_t next = 0;
    for (auto entry = found.rbegin(); entry != found.rend(); ++entry) {
        for (const auto& mark : entry->leaf.rows) EXPECT_EQ(mark.revision, next++);
        EXPECT_EQ(entry->leaf.person, firm.person);
        EXPECT_TRUE(firm.log->words_of(*entry, firm.ring->firm_details()));
    }
    EXPECT_EQ(next, rows);
    EXPECT_EQ(found[2].leaf.id, written->entry());
    EXPECT_EQ(found[0].leaf.action, Action::rows_written);
    EXPECT_EQ(found[0].leaf.subjects.back(), (Subject{SubjectKind::entry, written->entry().bytes}));
    EXPECT_EQ(found[0].leaf.subjects.front(), found[2].leaf.subjects.front());
}

TEST_P(Logs, FindsBySubjectAndPersonNewestFirst) {
    firm.record(3);
    auto other = MatterId::random();
    auto draft = firm.draft();
    draft.add(Subject{SubjectKind::matter, other.bytes});
    ASSERT_TRUE(firm.log->record(std::move(draft)));
    auto sequences = [&](const Id16& subject, std::uint64_t below, std::size_t count) {
        std::vector<std::uint64_t> list;
        for (const auto& found : firm.log->find(subject, below, count).value()) list.push_back(found.sequence);
        return list;
    };
    using List = std::vector<std::uint64_t>;
    EXPECT_EQ(sequences(firm.matter.bytes, 100, 10), (List{3, 2, 1, 0}));
    EXPECT_EQ(sequences(firm.person.bytes, 3, 2), (List{2, 1}));
    EXPECT_EQ(sequences(other.bytes, 100, 10), (List{3}));
    EXPECT_EQ(sequences(new_random_id(), 100, 10), List{});
    firm.record(limits::index_batch + 1);
    EXPECT_EQ(firm.log->find(firm.matter.bytes, ~std::uint64_t{0}, 1'000).value().size(), limits::index_batch + 5);
}

TEST_P(Logs, ProvesAnEntryToWhoHasOnlyTheKey) {
    firm.record(300);
    auto durable = firm.log->record(firm.draft());
    firm.record(20);
    auto proof = firm.log->prove(300);
    ASSERT_TRUE(proof) << proof.error().text();
    auto checkpoint = open_checkpoint(proof->checkpoint, firm.key()).value();
    EXPECT_EQ(checkpoint.size, 321u);
    EXPECT_TRUE(verify_inclusion(durable->hash(), 300, checkpoint.size, proof->path, checkpoint.root));
    EXPECT_EQ(firm.log->prove(321).error().problem, Problem::not_found);
}

TEST_P(Logs, CheckpointsAreConsistentWithEachOther) {
    std::vector<Checkpoint> signed_ones;
    for (std::size_t count : {0, 1, 1, 254, 1, 300}) {
        firm.record(count);
        signed_ones.push_back(open_checkpoint(firm.log->checkpoint_now().value().note, firm.key()).value());
    }
    EXPECT_EQ(signed_ones.back().size, 557u);
    auto tiles = stored_tiles(*firm.records);
    for (std::size_t i = 1; i + 1 < signed_ones.size(); ++i) {
        const auto &former = signed_ones[i], &last = signed_ones.back();
        auto proof = prove_consistency(former.size, last.size, tiles).value();
        EXPECT_TRUE(verify_consistency(former.size, last.size, proof, former.root, last.root)) << former.size;
    }
    EXPECT_TRUE(firm.verified().sound());
}

TEST_P(Logs, GoesOnAfterACrashBetweenEntriesAndTree) {
    firm.record(100);
    ASSERT_TRUE(firm.log->checkpoint_now());
    firm.record(400);
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(firm.log->size().value(), 500u);
    EXPECT_EQ(firm.verified().beyond, 400u);
    firm.record(1);
    EXPECT_EQ(firm.log->checkpoint_now().value().size, 501u);
    auto report = firm.verified();
    EXPECT_TRUE(report.sound());
    EXPECT_EQ(report.covered, 501u);
    EXPECT_EQ(report.checkpoints, 2u);
}

struct LogThreads : ::testing::TestWithParam<Store> {};
INSTANTIATE_TEST_SUITE_P(Stores, LogThreads, ::testing::Values(Store::sqlite, Store::postgresql), storage::testing::name_of);

TEST_P(LogThreads, SixtyFourAtOnce) {
    constexpr std::size_t threads = 64, each = 20;
    Firm firm(GetParam(), {.checkpoint_every = std::chrono::milliseconds(5), .integrate_batch = 100});
    std::atomic<std::size_t> written{0};
    {
        std::vector<std::jthread> writers;
        for (std::size_t i = 0; i < threads; ++i)
            writers.emplace_back([&, i] {
                for (std::size_t k = 0; k < each; ++k) {
                    bool change = (i + k) % 4 == 0;
                    auto done = change ? firm.log->commit(firm.draft(), [](storage::RecordWriter& writer, Draft&) {
                        return writer.put_single("row", {1, {}});
                    })
                                       : firm.log->record(firm.draft());
                    if (done) ++written;
                }
            });
    }
    EXPECT_EQ(written, threads * each);
    EXPECT_EQ(firm.log->checkpoint_now().value().size, threads * each);
    EXPECT_FALSE(firm.log->trouble());
    auto report = firm.verified();
    EXPECT_TRUE(report.sound()) << report.first->why;
    EXPECT_EQ(report.covered, threads * each);
    EXPECT_GE(report.checkpoints, 1u);
    std::vector<EntryId> ids;
    for (const auto& found : firm.log->find(std::nullopt, ~std::uint64_t{0}, 10'000).value()) ids.push_back(found.leaf.id);
    std::ranges::sort(ids);
    EXPECT_EQ(std::ranges::unique(ids).begin(), ids.end());
}

TEST_P(LogThreads, TheSequencerCoversAnEntryByItself) {
    Firm firm(GetParam(), {.checkpoint_every = std::chrono::milliseconds(20)});
    firm.record(3);
    auto covered = [&] {
        auto row = firm.records->newest_checkpoint().value();
        return row && row->size == 3;
    };
    for (int i = 0; i < 500 && !covered(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(covered());
    EXPECT_FALSE(firm.log->trouble());
}

TEST(LogWatch, ATamperedHeadIsNotOpenedAndNotSigned) {
    for (const auto* sql :
         {"UPDATE singles SET number = number - 1 WHERE name = 'tree'",
          "UPDATE singles SET value = zeroblob(32) WHERE name = 'tree'", "DELETE FROM singles WHERE name = 'tree'",
          "UPDATE tiles SET hashes = zeroblob(length(hashes))", "DELETE FROM tiles WHERE level = 1",
          "DELETE FROM entries WHERE sequence = 299", "UPDATE checkpoints SET size = 299"}) {
        Firm firm(Store::sqlite);
        firm.record(300);
        ASSERT_TRUE(firm.log->checkpoint_now());
        firm.tamper(sql);
        auto opened = Log::open(*firm.records, firm.ring, firm.clock, {.start_sequencer = false});
        ASSERT_FALSE(opened) << sql;
        EXPECT_EQ(opened.error().problem, Problem::corrupt) << sql;
    }
}

TEST(LogWatch, ARunningLogSignsNothingAfterItsTreeWasSetBack) {
    Firm firm(Store::memory);
    firm.record(10);
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto head = firm.records->single(tree_row).value().value();
    auto tile = firm.records->tile(0, 0).value().value();
    firm.record(10);
    auto newest = firm.log->checkpoint_now().value();
    ASSERT_EQ(newest.size, 20u);
    auto set_back = firm.records->commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(writer.put_tile(tile));
        return writer.put_single(tree_row, {head.number - 1, head.value});
    });
    ASSERT_TRUE(set_back);
    EXPECT_EQ(firm.log->checkpoint_now().error().problem, Problem::corrupt);
    EXPECT_EQ(firm.records->newest_checkpoint().value(), newest);
}

TEST(LogFaults, WhateverCallFailsTheTreeGoesOnWhole) {
    Firm firm(Store::memory);
    storage::faulty::Faults faults;
    storage::faulty::FaultyRecords records(*firm.records, faults);
    firm.log.reset();
    firm.log = Log::open(records, firm.ring, firm.clock, {.integrate_batch = 200, .start_sequencer = false}).value();
    std::uint64_t failed = 0;
    for (std::uint64_t nth = 1;; ++nth) {
        firm.record(300);
        faults.fail_at(nth, storage::faulty::Lasting::once);
        bool done = firm.log->checkpoint_now().has_value();
        faults.none();
        ASSERT_TRUE(firm.verified().sound()) << "call " << nth;
        if (done) break;
        ++failed;
    }
    EXPECT_GE(failed, 15u);
    EXPECT_TRUE(firm.log->checkpoint_now());
    EXPECT_EQ(firm.verified().beyond, 0u);
}

TEST(LogFaults, AnEntryThatCouldNotBeWrittenHasNoDurable) {
    Firm firm(Store::memory);
    storage::faulty::Faults faults;
    storage::faulty::FaultyRecords records(*firm.records, faults);
    firm.log.reset();
    firm.log = Log::open(records, firm.ring, firm.clock, {.start_sequencer = false}).value();
    faults.fail_at(1, storage::faulty::Lasting::for_ever, Problem::no_room);
    EXPECT_EQ(firm.log->record(firm.draft()).error().problem, Problem::no_room);
    faults.none();
    EXPECT_EQ(firm.log->size().value(), 0u);
}

TEST(LogExport, IsAStaticTlogTilesFolder) {
    Firm firm(Store::sqlite);
    EXPECT_EQ(export_tiles(*firm.records, firm.file().parent_path()).error().problem, Problem::not_found);
    firm.record(600);
    auto checkpoint = firm.log->checkpoint_now().value();
    firm.record(100);
    ASSERT_TRUE(firm.log->checkpoint_now());
    Folder folder;
    ASSERT_TRUE(export_tiles(*firm.records, folder.path));
    auto note = file_text(folder.path / "checkpoint");
    auto signed_one = open_checkpoint(view(note), firm.key()).value();
    EXPECT_EQ(signed_one.size, 700u);
    Edge edge;
    std::vector<Tile> full;
    for (auto width : {std::size_t{256}, std::size_t{256}, std::size_t{188}}) {
        auto bundle = file_text(folder.path / entries_path(edge.size() / 256, width));
        Reader in(view(bundle));
        for (std::size_t i = 0; i < width; ++i) edge.append(leaf_hash(in.raw(in.u16())), full);
        EXPECT_TRUE(in.done("bundle"));
    }
    EXPECT_EQ(edge.root(), signed_one.root);
    for (auto& tile : edge.partial_tiles()) full.push_back(std::move(tile));
    EXPECT_EQ(full.size(), 4u);
    for (const auto& tile : full)
        EXPECT_EQ(bytes(file_text(folder.path / tile_path(tile.level, tile.index, tile.hashes.size()))), row_of(tile).hashes);
    if (const char* kept = std::getenv("MUNIMENT_KEEP_EXPORT")) {  // for looking at it with another's tool
        std::filesystem::copy(folder.path, kept, std::filesystem::copy_options::recursive);
        std::ofstream(std::filesystem::path(kept) / "vkey") << firm.log->verifier_key();
    }
}

}  // namespace
}  // namespace muniment::audit::testing

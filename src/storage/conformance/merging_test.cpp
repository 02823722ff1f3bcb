// SPDX-License-Identifier: Apache-2.0
// Merging, over every driver of packs: nothing that a row names is ever gone, whatever fails.
#include "storage/merging.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "storage/conformance/pack_drivers_test.hpp"
#include "storage/faulty/faulty.hpp"

namespace muniment::storage {
namespace {

class MergingLaw : public testing::TestWithParam<PackDriver> {
  protected:
    /// A pack of its own with these objects, named by rows of document `n`.
    PackId file(std::uint8_t n, std::vector<Bytes> contents) {
        PackId pack;
        std::uint32_t part = 0;
        for (auto& content : contents) {   // one after the other: where a pack is a batch, each has one of its own
            auto object = ObjectId::random();
            auto pending = packs->append(object, content).value();
            EXPECT_TRUE(pending.wait());
            pack = pending.place().pack;
            PartRow row{.document = {{n}}, .version = 1, .part = part++, .object = object, .plain_length = content.size(),
                        .place = pending.place(), .wrapped_key = bytes("wrapped")};
            EXPECT_TRUE(records->commit([&](RecordWriter& writer) { return writer.add_part(row); }));
            expected.emplace_back(row, std::move(content));
        }
        EXPECT_TRUE(packs->close());
        return pack;
    }
    void file_many(std::uint8_t count = limits::merge_packs_min) {
        for (std::uint8_t n = 0; n < count; ++n) file(n, {Bytes(1 + n * 50, n), bytes("second of " + std::to_string(n))});
    }

    /// Every row's object is there; gives the packs that rows name.
    std::set<PackId> everything_is_there() {
        std::set<PackId> named;
        for (const auto& [row, content] : expected) {
            auto rows = records->parts(row.document, row.version).value();
            auto at = std::ranges::find(rows, row.part, &PartRow::part);
            if (at == rows.end()) {
                ADD_FAILURE() << "a row is gone";
                continue;
            }
            auto same = row;
            same.place = at->place;
            EXPECT_EQ(*at, same) << "only the place may change";
            Bytes there(at->place.length);
            auto read = packs->read(at->place, 0, there);
            EXPECT_TRUE(read) << read.error().detail;
            EXPECT_EQ(there, content);
            named.insert(at->place.pack);
        }
        return named;
    }
    std::set<PackId> stored() {
        auto ids = packs->packs().value();
        return {ids.begin(), ids.end()};
    }
    void an_hour_later() { clock.advance(limits::emptied_pack_kept + std::chrono::seconds(1)); }
    PackState state_of(const PackId& pack) { return records->pack(pack).value().value().state; }

    Scratch scratch;
    ManualClock clock{SystemClock().now() + std::chrono::hours(1)};
    std::unique_ptr<Records> records = open_memory();
    std::function<void(const PackRow&)> meddle = [](const PackRow&) {};
    std::unique_ptr<PackStore> packs = GetParam().open(scratch, [this](const PackRow& row) {
        meddle(row);
        return records->commit([&](RecordWriter& writer) { return writer.put_pack(row); });
    });
    Merging merging{*records, *packs, clock};
    std::vector<std::pair<PartRow, Bytes>> expected;
};

TEST_P(MergingLaw, ManySmallPacksBecomeOneAndTheFormerGoAnHourLater) {
    file_many();
    auto former = stored();
    auto old_place = expected.front().first.place;
    auto merged = merging.step().value();
    EXPECT_EQ(merged.packs, former.size());
    EXPECT_EQ(merged.objects, expected.size());
    auto named = everything_is_there();
    ASSERT_EQ(named.size(), 1u);
    EXPECT_FALSE(former.contains(*named.begin()));
    EXPECT_EQ(state_of(*named.begin()), PackState::closed);

    EXPECT_EQ(merging.remove_emptied().value(), 0u);
    Bytes out(old_place.length);
    EXPECT_TRUE(packs->read(old_place, 0, out)) << "who read the former place can finish";
    an_hour_later();
    EXPECT_EQ(merging.remove_emptied().value(), former.size());
    EXPECT_EQ(stored(), named);
    EXPECT_EQ(records->packs()->size(), 1u);
    everything_is_there();
    EXPECT_EQ(merging.step()->packs, 0u) << "one pack is not merged with itself";
}

TEST_P(MergingLaw, LeavesFewPacksAndYoungOnesAndLargeOnes) {
    for (std::uint8_t n = 0; n < limits::merge_packs_min - 1; ++n) file(n, {bytes("alone")});
    EXPECT_EQ(merging.step()->packs, 0u);
    if (packs->appears() == Appears::before_its_first_object) {
        auto large = file(100, std::vector<Bytes>(9, Bytes(1 * limits::MiB, 1)));
        EXPECT_EQ(merging.step()->packs, 0u) << "it is no small pack, and makes no company for the others";
        EXPECT_EQ(state_of(large), PackState::closed);
    }
    file(101, {bytes("enough of them now")});
    clock.jump_wall(-std::chrono::hours(2));
    EXPECT_EQ(merging.step()->packs, 0u) << "rows of the same upload may be under way";
    clock.jump_wall(std::chrono::hours(2));
    EXPECT_EQ(merging.step()->packs, limits::merge_packs_min);
    everything_is_there();
}

TEST_P(MergingLaw, AnObjectThatNoRowNamesKeepsItsPack) {
    file_many();
    // Where a pack is a batch, two that come one after the other share one nearly always.
    std::optional<Placement> unfinished;
    for (int tries = 0; tries < 50 && !unfinished; ++tries) {
        PartRow row{.document = {{200}}, .version = 1, .object = ObjectId::random(), .plain_length = 5, .wrapped_key = bytes("w")};
        auto other = packs->append(ObjectId::random(), bytes("a row will come")).value();
        auto named = packs->append(row.object, bytes("named")).value();
        ASSERT_TRUE(other.wait());
        ASSERT_TRUE(named.wait());
        if (other.place().pack != named.place().pack) continue;
        unfinished = other.place();
        row.place = named.place();
        ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return writer.add_part(row); }));
        expected.emplace_back(row, bytes("named"));
    }
    ASSERT_TRUE(unfinished);
    ASSERT_TRUE(packs->close());
    EXPECT_GT(merging.step()->packs, 0u);
    ASSERT_TRUE(merging.remove_emptied());
    an_hour_later();
    ASSERT_TRUE(merging.remove_emptied());
    Bytes out(unfinished->length);
    EXPECT_TRUE(packs->read(*unfinished, 0, out));
    EXPECT_TRUE(everything_is_there().contains(unfinished->pack));
}

TEST_P(MergingLaw, ARowThatComesMeanwhileStopsIt) {
    file_many();
    auto late = expected.front().first;
    late.part = 77;
    late.place.offset += 1;
    meddle = [&](const PackRow& row) {
        if (row.state != PackState::gathering) return;
        ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return writer.add_part(late); }));
    };
    EXPECT_EQ(merging.step().error().problem, Problem::conflict);
    EXPECT_GT(everything_is_there().size(), 1u) << "nothing was changed";
}

TEST_P(MergingLaw, AnotherProcessThatGaveItUpStopsIt) {
    file_many();
    auto former = stored();
    // Between writing and pointing to it: as another node would, that found it.
    Merging other{*records, *packs, clock};
    std::set<PackId> seen;
    meddle = [&](const PackRow& row) {
        if (row.state == PackState::gathering) seen.insert(row.pack);
    };
    faulty::Faults faults;
    faulty::FaultyPacks slow(*packs, faults);
    faults.fail_at(1 + former.size() + expected.size() + 1, faulty::Lasting::once);   // the check of the new pack
    Merging failing{*records, slow, clock};
    ASSERT_FALSE(failing.step());
    ASSERT_EQ(seen.size(), 1u);
    auto left = *seen.begin();
    EXPECT_EQ(state_of(left), PackState::gathering);
    EXPECT_EQ(other.step()->packs, former.size());
    EXPECT_EQ(state_of(left), PackState::emptied);
    an_hour_later();
    ASSERT_TRUE(other.remove_emptied());
    an_hour_later();
    ASSERT_TRUE(other.remove_emptied());
    EXPECT_EQ(stored(), everything_is_there());
}

TEST_P(MergingLaw, AnEmptiedPackThatARowNamesAfterAllIsKept) {
    file_many();
    auto row = expected.front().first;
    auto former = stored();
    ASSERT_TRUE(merging.step());
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) {
        row.version = 2;
        return writer.add_part(row);
    }));
    ASSERT_TRUE(merging.remove_emptied());
    an_hour_later();
    EXPECT_EQ(merging.remove_emptied().value(), former.size() - 1);
    EXPECT_EQ(state_of(row.place.pack), PackState::closed);
    Bytes out(row.place.length);
    EXPECT_TRUE(packs->read(row.place, 0, out));
}

/// As a crash at that call would: what came before is there, nothing after it. Then another process goes on.
TEST_P(MergingLaw, WhateverCallFailsNothingIsLostAndTheNextStepGoesOn) {
    file_many();
    std::size_t failures = 0;
    for (std::uint64_t nth = 1;; ++nth) {
        faulty::Faults faults;
        faulty::FaultyPacks failing_packs(*packs, faults);
        faulty::FaultyRecords failing_records(*records, faults);
        Merging merging_now{failing_records, failing_packs, clock};
        faults.fail_at(nth, faulty::Lasting::for_ever);
        bool whole = merging_now.step() && merging_now.remove_emptied();
        an_hour_later();
        whole = whole && merging_now.remove_emptied();
        everything_is_there();
        if (whole) break;
        ++failures;
    }
    EXPECT_GT(failures, 2 * expected.size()) << "each object is read, and read back";
    ASSERT_TRUE(merging.step());
    ASSERT_TRUE(merging.remove_emptied());
    an_hour_later();
    ASSERT_TRUE(merging.remove_emptied());
    auto named = everything_is_there();
    EXPECT_EQ(stored(), named);
    EXPECT_EQ(named.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Drivers, MergingLaw, testing::ValuesIn(pack_drivers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace muniment::storage

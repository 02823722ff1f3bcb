// SPDX-License-Identifier: Apache-2.0
#include "storage/faulty/faulty.hpp"

#include <gtest/gtest.h>

#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage::faulty {
namespace {

TEST(Faulty, FailsTheNthCallOnce) {
    Faults faults;
    auto records = open_memory();
    FaultyRecords faulty(*records, faults);
    auto put = [](RecordWriter& w) { return w.put_single("a", {1, {}}); };
    faults.fail_at(2, Lasting::once, Problem::no_room);
    EXPECT_FALSE(faulty.single("a")->has_value());
    EXPECT_EQ(faulty.commit(put).error().problem, Problem::no_room);
    EXPECT_FALSE(faulty.single("a")->has_value());
    EXPECT_TRUE(faulty.commit(put));
    EXPECT_TRUE(faulty.single("a")->has_value());
    EXPECT_EQ(faults.calls(), 6u) << "what the work of a commit calls counts as well";
}

TEST(Faulty, FailsForEverUntilToldOtherwise) {
    Scratch scratch;
    Faults faults;
    auto slot = open_slot_folder(scratch.path / "slot", Missing::make).value();
    FaultySlot faulty(*slot, faults);
    faults.fail_at(1, Lasting::for_ever);
    EXPECT_FALSE(faulty.put("a", view("x"), Replace::no));
    EXPECT_FALSE(faulty.list());
    faults.none();
    EXPECT_TRUE(faulty.list()->empty());
}

TEST(Faulty, BreaksTheWorkOfACommit) {
    Faults faults;
    auto records = open_memory();
    FaultyRecords faulty(*records, faults);
    auto put_two = [](RecordWriter& w) -> Result<void> {
        CHECK(w.put_single("a", {1, {}}));
        return w.put_single("b", {1, {}});
    };
    faults.fail_at(3, Lasting::once);
    EXPECT_FALSE(faulty.commit(put_two));
    EXPECT_FALSE(records->single("a")->has_value()) << "undone with what failed";
}

TEST(Faulty, LosesTheAnswerToACommit) {
    Faults faults;
    auto records = open_memory();
    FaultyRecords faulty(*records, faults);
    faults.fail_at(1, Lasting::once, Problem::unavailable, Commits::answer_lost);
    EXPECT_FALSE(faulty.commit([](RecordWriter& w) { return w.put_single("a", {1, {}}); }));
    EXPECT_TRUE(records->single("a")->has_value());
}

TEST(Faulty, BreaksALargeObjectInTheMiddle) {
    Faults faults;
    auto packs = open_pack_memory([](const PackRow&) { return Result<void>{}; });
    FaultyPacks faulty(*packs, faults);
    faults.fail_at(3, Lasting::once);
    auto writer = faulty.create(ObjectId::random()).value();
    EXPECT_TRUE(writer->add(view("a")));
    EXPECT_FALSE(writer->add(view("b")));
    EXPECT_TRUE(faulty.packs()->empty());
}

}  // namespace
}  // namespace muniment::storage::faulty

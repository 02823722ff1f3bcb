// SPDX-License-Identifier: Apache-2.0
// A log that was lost beyond some point, and the one that goes on from what is left.
#include "audit/origin.hpp"

#include "audit/firm_test.hpp"
#include "audit/watch.hpp"

namespace muniment::audit {
namespace {

TEST(Origin, NamesALogOfALine) {
    auto firm = FirmId::random();
    EXPECT_EQ(origin_of(firm, 1), "muniment.invalid/log/" + firm.text());
    EXPECT_EQ(origin_of(firm, 12), origin_of(firm, 1) + "/12");
    for (std::uint64_t number : {1u, 2u, 9u, 10u, 999'999'999u}) {
        auto line = line_of(origin_of(firm, number));
        EXPECT_EQ(line.first, origin_of(firm, 1));
        EXPECT_EQ(line.number, number);
    }
    for (const char* other : {"/0", "/1", "/02", "/2x", "/", "/1234567890", "/-2"}) {
        EXPECT_EQ(line_of(origin_of(firm, 1) + other).number, 1u) << other;
        EXPECT_NE(line_of(origin_of(firm, 1) + other).first, origin_of(firm, 1)) << other;
    }
}

struct Anew : ::testing::TestWithParam<storage::testing::Store> {
    testing::Firm firm{GetParam()};

    Result<void> begin_anew(std::uint64_t number, const Log::Former& former) {
        return firm.records->commit([&](storage::RecordWriter& writer) {
            return Log::begin_anew_in(writer, *firm.ring, firm.clock, number, former);
        });
    }
};

TEST_P(Anew, TheLogVerifiesAndNamesTheEndOfTheFormer) {
    firm.record(10);
    auto kept = firm.log->checkpoint_now().value();
    auto former_key = firm.key();
    Log::Former former{500, crypto::sha256(view("lost")), bytes("the note")};
    ASSERT_TRUE(begin_anew(2, former));
    EXPECT_FALSE(begin_anew(2, former)) << "each has a number of its own";
    EXPECT_TRUE(Log::names_as_ended(*firm.records, former.size, former.root));
    EXPECT_FALSE(Log::names_as_ended(*firm.records, former.size + 1, former.root));
    EXPECT_FALSE(Log::names_as_ended(*firm.records, former.size, crypto::sha256(view("another"))));
    EXPECT_FALSE(Log::names_as_ended(*firm.records, 4, crypto::sha256(view("another")), bytes("no note")));
    EXPECT_TRUE(Log::names_as_ended(*firm.records, 10, crypto::sha256(view("another")), kept.note)) << "before the end of that log";
    auto opened = firm.reopen();
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_TRUE(firm.log->origin().ends_with("/2"));
    EXPECT_EQ(Log::number_in(*firm.records, *firm.ring).value(), 2u);
    EXPECT_EQ(firm.key().key(), former_key.key());
    firm.record(5);
    auto now = firm.log->checkpoint_now().value();
    EXPECT_EQ(now.size, 16u);
    EXPECT_TRUE(open_checkpoint(now.note, firm.key()));
    EXPECT_FALSE(open_checkpoint(now.note, former_key)) << "nothing more is signed under the former origin";
    EXPECT_EQ(open_checkpoint_of_line(kept.note, firm.key()).value().number, 1u);
    EXPECT_FALSE(open_checkpoint_of_line(now.note, former_key)) << "of a log that came later";
    auto report = firm.verified();
    EXPECT_TRUE(report.sound()) << report.first->why;
    EXPECT_EQ(report.begun_anew, 1u);
    EXPECT_EQ(report.checkpoints, 2u);
    EXPECT_TRUE(firm.log->prove(3)) << "what is left of the former log is proven in this one";
}

TEST_P(Anew, CheckpointsOfTheWrongLogAreFound) {
    firm.record(4);
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(begin_anew(2, {9, crypto::sha256(view("lost")), {}}));
    ASSERT_TRUE(firm.reopen());
    firm.record(4);
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(firm.verified().sound());
    // Whoever has the log's key can sign under any origin, and is found where the entries say otherwise.
    auto kind = static_cast<std::uint16_t>(keys::Kind::firm_log_key);
    auto field = firm.records->field(kind, firm.id.bytes, firm.id.bytes).value().value();
    keys::Place place{keys::Kind::firm_log_key, firm.id.bytes, firm.id.bytes, 2};
    auto seed = keys::open_secret(firm.ring->firm_fields(), firm.id, place, field.sealed);
    auto key = crypto::SigningKey::from_seed(std::move(*seed)).value();
    auto forged = [&](std::uint64_t size, std::uint64_t number) {
        auto root = root_of(size, stored_tiles(*firm.records)).value();
        storage::CheckpointRow row{size, sign_checkpoint({origin_of(firm.id, number), size, root, {}}, key)};
        EXPECT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) { return writer.put_checkpoint(row); }));
        return !firm.verified().sound();
    };
    EXPECT_FALSE(forged(4, 1)) << "this is what it was";
    EXPECT_TRUE(forged(4, 2)) << "of a log that had not begun";
    EXPECT_FALSE(forged(4, 1));
    EXPECT_TRUE(forged(9, 1)) << "of one that had ended";
}

INSTANTIATE_TEST_SUITE_P(Stores, Anew, ::testing::ValuesIn(storage::testing::all_stores), storage::testing::name_of);

}  // namespace
}  // namespace muniment::audit

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

    Result<void> begin_anew(const std::vector<Log::Former>& formers) {
        return firm.records->commit(
            [&](storage::RecordWriter& writer) { return Log::begin_anew_in(writer, *firm.ring, firm.clock, formers); });
    }
    Lineage lineage() { return Log::lineage_in(*firm.records, *firm.ring).value(); }
    bool names(std::uint64_t number, std::uint64_t size) {
        return lineage().names_as_ended({{origin_of(firm.id, number), size, crypto::sha256(view("whatever")), {}}, number});
    }
};

TEST_P(Anew, TheLogVerifiesAndNamesTheEndOfTheFormer) {
    firm.record(10);
    auto kept = firm.log->checkpoint_now().value();
    auto former_key = firm.key();
    ASSERT_TRUE(begin_anew({{1, 500, crypto::sha256(view("lost")), bytes("the note")}}));
    EXPECT_TRUE(names(1, 500));
    EXPECT_TRUE(names(1, 10)) << "before the end of that log";
    EXPECT_FALSE(names(1, 501));
    EXPECT_FALSE(names(2, 10)) << "of the log that goes on here";
    auto opened = firm.reopen();
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_TRUE(firm.log->origin().ends_with("/2"));
    EXPECT_EQ(lineage().number, 2u);
    EXPECT_EQ(lineage().newest.text(), firm.log->verifier_key());
    EXPECT_EQ(firm.key().key(), former_key.key());
    firm.record(5);
    auto now = firm.log->checkpoint_now().value();
    EXPECT_EQ(now.size, 16u);
    EXPECT_TRUE(open_checkpoint(now.note, firm.key()));
    EXPECT_FALSE(open_checkpoint(now.note, former_key)) << "nothing more is signed under the former origin";
    EXPECT_EQ(open_checkpoint_of_line(kept.note, firm.key()).value().number, 1u);
    EXPECT_FALSE(open_checkpoint_of_line(now.note, former_key)) << "of a log that came later";
    EXPECT_EQ(open_checkpoint_of_firm(now.note, former_key).value().number, 2u);
    auto report = firm.verified();
    EXPECT_TRUE(report.sound()) << report.first->why;
    EXPECT_EQ(report.begun_anew, 1u);
    EXPECT_EQ(report.checkpoints, 2u);
    EXPECT_TRUE(firm.log->prove(3)) << "what is left of the former log is proven in this one";
}

TEST_P(Anew, CheckpointsOfTheWrongLogAreFound) {
    firm.record(4);
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(begin_anew({{1, 9, crypto::sha256(view("lost")), {}}}));
    ASSERT_TRUE(firm.reopen());
    firm.record(4);
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(firm.verified().sound());
    // Whoever has the log's key can sign under any origin, and is found where the entries say otherwise.
    auto kind = static_cast<std::uint16_t>(keys::Kind::firm_log_key);
    auto field = firm.records->field(kind, firm.id.bytes, firm.id.bytes).value().value();
    keys::Place place{keys::Kind::firm_log_key, firm.id.bytes, firm.id.bytes, 2};
    EXPECT_TRUE(keys::open_secret(firm.ring->firm_fields(), firm.id, place, field.sealed)) << "its number is the field's";
    auto opened = LogKey::open(field, firm.id, firm.ring->firm_fields()).value();
    auto key = crypto::SigningKey::from_seed(std::move(opened.seed)).value();
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

// Whoever can write to the database can write entries, and copy the field of the log's key: neither ends a log.
TEST_P(Anew, OnlyWhatIsSealedWithTheKeyEndsALog) {
    firm.record(4);
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto kind = static_cast<std::uint16_t>(keys::Kind::firm_log_key);
    auto first = firm.records->field(kind, firm.id.bytes, firm.id.bytes).value().value();
    Id16 continued{'l', 'o', 'g', '-', 'c', 'o', 'n', 't', 'i', 'n', 'u', 'e', 'd'};
    Draft forged({.action = Action::log_continued,
                  .outcome = Outcome::done,
                  .subjects = {{SubjectKind::other, new_random_id(), 500}, {SubjectKind::other, new_random_id(), 500},
                               {SubjectKind::other, continued, 2}}},
                 bytes("{}"), {storage::OwnerKind::firm, firm.id.bytes, firm.ring->firm_details()});
    ASSERT_TRUE(firm.log->record(std::move(forged)));
    EXPECT_FALSE(names(1, 400));
    ASSERT_TRUE(begin_anew({{1, 500, crypto::sha256(view("lost")), {}}}));
    ASSERT_TRUE(names(1, 400));
    first.revision = 2;
    ASSERT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) { return writer.put_field(first); }));
    EXPECT_FALSE(Log::lineage_in(*firm.records, *firm.ring)) << "sealed as another number's";
}

TEST_P(Anew, AboveEveryNumberThatIsKnownAndNamesEachEnd) {
    firm.record(3);
    std::vector<Log::Former> formers;
    for (std::uint64_t number = 1; number <= 9; ++number) formers.push_back({number, 10 * number, crypto::sha256(view("lost")), {}});
    ASSERT_TRUE(begin_anew(formers));
    EXPECT_EQ(lineage().number, 10u);
    for (std::uint64_t number = 1; number <= 9; ++number) {
        EXPECT_TRUE(names(number, 10 * number)) << number;
        EXPECT_FALSE(names(number, 10 * number + 1)) << number;
    }
    ASSERT_TRUE(firm.reopen());
    auto entry = firm.log->find({}, UINT64_MAX, 1).value().at(0);
    ASSERT_EQ(entry.leaf.subjects.size(), 2 * Log::formers_named_max + 1);
    EXPECT_EQ(entry.leaf.subjects.at(0).number, 90u) << "the newest first";
    std::vector<Log::Former> many;
    for (std::uint64_t size = 1; size <= 2 * ended_logs_max; ++size) many.push_back({10, size, {}, {}});
    ASSERT_TRUE(begin_anew(many));
    EXPECT_EQ(lineage().ended.size(), ended_logs_max);
    EXPECT_TRUE(names(10, 2 * ended_logs_max));
}

// A number that no reader takes for one would shut the log for ever.
TEST_P(Anew, NothingIsCommittedThatWouldNotOpen) {
    firm.record(3);
    EXPECT_FALSE(begin_anew({{log_number_max, 10, {}, {}}}));
    EXPECT_EQ(lineage().number, 1u);
    ASSERT_TRUE(begin_anew({{log_number_max - 1, 10, {}, {}}}));
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(lineage().number, log_number_max);
    ASSERT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) { return writer.put_single(tree_row, {7, Bytes(32)}); }));
    EXPECT_FALSE(begin_anew({})) << "entries are missing";
}

INSTANTIATE_TEST_SUITE_P(Stores, Anew, ::testing::ValuesIn(storage::testing::all_stores), storage::testing::name_of);

}  // namespace
}  // namespace muniment::audit

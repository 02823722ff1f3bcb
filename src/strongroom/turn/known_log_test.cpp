// SPDX-License-Identifier: Apache-2.0
// What is believed of the log, and of what others say of it, where the database or one slot is somebody else's to write.
#include "strongroom/turn/known_log.hpp"

#include <sqlite3.h>

#include "audit/verify.hpp"
#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

struct KnownLog : ::testing::Test {
    KnownLog() { paper = firm.put("deed", content(2'000)).value(); }

    std::filesystem::path copy() {
        auto file = firm.folder_of("copy-" + std::to_string(++copies) + ".db");
        EXPECT_TRUE(firm.records->copy_to(file));
        return file;
    }
    /// What the database's operator can do while nothing runs.
    void alter(const std::string& sql) {
        firm.shut();
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open(firm.file().c_str(), &db), SQLITE_OK);
        char* error = nullptr;
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
        EXPECT_GT(sqlite3_total_changes(db), 0) << sql;
        sqlite3_free(error);
        sqlite3_close(db);
        ASSERT_TRUE(firm.start_with(moved()));
    }
    /// The firm's file, under another name, so that it can be put in its own place.
    std::filesystem::path moved() {
        auto file = firm.folder_of("altered-" + std::to_string(++copies) + ".db");
        std::filesystem::rename(firm.file(), file);
        return file;
    }
    Result<Adopted> adopt() { return strongroom::adopt(firm.places(), firm.root_key, firm.firm); }
    Result<Adopted> mend() { return strongroom::mend(firm.places(), firm.root_key, firm.firm); }
    void close() {
        firm.close_strongroom();
        firm.close();
    }
    void expect_serves_and_verifies() {
        auto opened = firm.open();
        ASSERT_TRUE(opened) << why(opened);
        firm.still(2);
        ASSERT_TRUE(firm.watch->check());
        ASSERT_TRUE(firm.log->checkpoint_now());
        auto verified = audit::verify(*firm.records, audit::VerifierKey::parse(firm.log->verifier_key()).value()).value();
        EXPECT_TRUE(verified.sound()) << verified.first->why;
    }
    storage::FieldRow log_key() {
        auto kind = static_cast<std::uint16_t>(keys::Kind::firm_log_key);
        return firm.records->field(kind, firm.firm.bytes, firm.firm.bytes).value().value();
    }
    keys::Seen seen_by(std::size_t slot) { return keys::read_seen(*firm.slots[slot]).value().value(); }

    Firm firm{Store::sqlite};
    PaperView paper;
    int copies = 0;
};

// Somebody puts back the database from before a wall, with the newer living value, and an entry that says that the log of the slots
// ended, in the form of such an entry.
TEST_F(KnownLog, AForgedEntryMakesNoEarlierDatabaseTheFirm) {
    auto earlier = copy();
    ASSERT_TRUE(firm.put("later", content(5)));
    ASSERT_TRUE(firm.watch->check());
    auto living = firm.records->single("living").value().value();
    auto seen = seen_by(0);
    auto key = log_key();
    ASSERT_TRUE(firm.start_with(earlier));
    ASSERT_EQ(firm.standing().standing, Standing::older);

    Id16 continued{'l', 'o', 'g', '-', 'c', 'o', 'n', 't', 'i', 'n', 'u', 'e', 'd'};
    audit::Leaf leaf{.id = EntryId::fresh(firm.clock.now()), .at = firm.clock.now(), .action = audit::Action::log_continued,
                     .outcome = audit::Outcome::done};
    leaf.subjects.assign(3, {audit::SubjectKind::other, {}, seen.log_size});
    std::copy_n(seen.log_root.begin(), 16, leaf.subjects[0].id.begin());
    std::copy_n(seen.log_root.begin() + 16, 16, leaf.subjects[1].id.begin());
    leaf.subjects[2] = {audit::SubjectKind::other, continued, 2};
    firm.tamper([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto at, writer.append_entry({0, leaf.encode(), storage::OwnerKind::firm, firm.firm.bytes, content(64)}));
        CHECK(writer.index_entry(continued, at));
        CHECK(writer.put_field(key));
        return writer.put_single("living", living);
    });
    EXPECT_EQ(firm.standing().standing, Standing::older);
    EXPECT_FALSE(firm.open());
}

// Two databases went on from one state, each for itself. Whichever is adopted: nothing is signed under an origin that the other used.
TEST_F(KnownLog, TheLongerOfTwoForksBeginsALogOfItsOwn) {
    ASSERT_TRUE(firm.watch->check());
    auto fork = copy();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(firm.put("of the longer one " + std::to_string(i), content(5)));
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto longer = copy();
    ASSERT_TRUE(firm.start_with(fork));
    ASSERT_TRUE(firm.open());
    firm.still(2);
    firm.renew(*firm.anna);
    ASSERT_TRUE(firm.put("of the shorter one", content(5)));
    ASSERT_TRUE(firm.watch->check());
    auto shorter = copy();
    auto seen = seen_by(0);

    ASSERT_TRUE(firm.start_with(longer));
    ASSERT_GT(firm.records->newest_checkpoint().value()->size, seen.log_size);
    ASSERT_EQ(firm.standing().standing, Standing::older);
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    EXPECT_TRUE(adopted->log.log_begun_anew);
    EXPECT_EQ(adopted->log.former_size, seen.log_size) << "what the other one signed";
    expect_serves_and_verifies();
    EXPECT_TRUE(firm.log->origin().ends_with("/2")) << firm.log->origin();

    ASSERT_TRUE(firm.start_with(shorter));
    ASSERT_EQ(firm.standing().standing, Standing::older);
    adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    expect_serves_and_verifies();
    EXPECT_TRUE(firm.log->origin().ends_with("/3")) << firm.log->origin();
}

// Everything behind what the slots have seen is cut off, and the tree set back to it: only the sealed heads still know.
TEST_F(KnownLog, ALogThatWasCutOffEndsWhenItIsMended) {
    ASSERT_TRUE(firm.watch->check());
    auto seen = seen_by(0);
    for (auto name : {"Cut off", "Cut off too"}) firm.new_client(name);   // the second head has the entry of the first
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto was = firm.records->entry_count().value();
    auto size = std::to_string(seen.log_size), root = to_hex(View(seen.log_root));
    alter("delete from entries where sequence >= " + size + "; delete from about where sequence >= " + size +
          "; delete from checkpoints where size > " + size + "; update singles set number = " + size + ", value = x'" + root +
          "' where name = 'tree'; update singles set number = min(number, " + size + ") where name = 'indexed'");
    ASSERT_EQ(firm.records->entry_count().value(), seen.log_size);
    ASSERT_EQ(firm.standing().standing, Standing::damaged);
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_TRUE(mended->log.log_begun_anew);
    EXPECT_GT(mended->log.former_size, seen.log_size);
    EXPECT_LE(mended->log.former_size, was);
    EXPECT_EQ(firm.standing().standing, Standing::living);
    expect_serves_and_verifies();
    EXPECT_TRUE(firm.log->origin().ends_with("/2")) << firm.log->origin();
}

TEST_F(KnownLog, ACleanStopTellsTheSlotsHowFarTheLogHadCome) {
    ASSERT_TRUE(firm.watch->check());
    auto earlier = copy();
    ASSERT_TRUE(firm.put("later", content(5)));
    auto newest = firm.log->checkpoint_now().value();
    ASSERT_TRUE(firm.watch->stop_cleanly());
    for (std::size_t i = 0; i < firm.slots.size(); ++i) EXPECT_EQ(seen_by(i).log_size, newest.size);
    ASSERT_TRUE(firm.start_with(earlier));
    EXPECT_EQ(firm.standing().standing, Standing::older);
}

// The rows of a paper are deleted, and the entries that speak of it are edited to match.
TEST_F(KnownLog, EntriesThatTheTreeDoesNotHoldSayNothing) {
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    ASSERT_TRUE(firm.log->checkpoint_now());
    std::string sql = "delete from singles where name = 'scrubbed'; delete from documents; delete from versions; delete from parts";
    std::size_t edited = 0;
    ASSERT_TRUE(firm.records->for_each_entry(0, firm.records->entry_count().value(), [&](const storage::EntryRow& row) {
        auto leaf = audit::Leaf::decode(row.leaf).value();
        bool of_it = false;
        for (auto& mark : leaf.rows) {
            if (mark.row != paper.id.bytes) continue;
            mark.sealed = {};
            of_it = true;
        }
        edited += of_it;
        if (of_it)
            sql += "; update entries set leaf = x'" + to_hex(leaf.encode()) + "' where sequence = " + std::to_string(row.sequence);
        return true;
    }));
    ASSERT_GT(edited, 0u);
    alter(sql);
    ASSERT_TRUE(firm.open());
    Scrub pass(*firm.gate);
    auto scrubbed = pass.run();
    ASSERT_EQ(problem_of(scrubbed), Problem::corrupt);
    EXPECT_NE(scrubbed.error().detail.find("of the log is missing or is not what its tree holds"), std::string::npos);
    EXPECT_FALSE(last_scrub(*firm.gate).value());
    firm.still(2);
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::corrupt);
    close();
    EXPECT_EQ(problem_of(mend()), Problem::corrupt) << "nor is anything restored by it";
}

// The tiles edited as well: then it is the root that does not fit.
TEST_F(KnownLog, NorDoThoseWhoseTilesWereEditedToo) {
    ASSERT_TRUE(firm.log->checkpoint_now());
    storage::EntryRow row;
    ASSERT_TRUE(firm.records->for_each_entry(1, 2, [&](const auto& each) { return row = each, false; }));
    auto leaf = audit::Leaf::decode(row.leaf).value();
    leaf.person = PersonId::random();
    auto tile = firm.records->tile(0, 0).value().value();
    auto hash = audit::leaf_hash(leaf.encode());
    std::ranges::copy(hash, tile.hashes.begin() + sizeof(Hash));
    alter("update entries set leaf = x'" + to_hex(leaf.encode()) + "' where sequence = 1; update tiles set hashes = x'" +
          to_hex(tile.hashes) + "' where level = 0 and tile = 0");
    LogSays says;
    auto heard = says.hear(*firm.records, UINT64_MAX / 2);
    ASSERT_EQ(problem_of(heard), Problem::corrupt);
    EXPECT_NE(heard.error().detail.find("root of its tree"), std::string::npos) << heard.error().detail;
}

TEST_F(KnownLog, IsHeardInPiecesWhileItGoesOn) {
    LogSays says;
    for (int i = 0; i < 30; ++i) {
        ASSERT_TRUE(says.hear(*firm.records, 7)) << i;
        firm.new_client("Client " + std::to_string(i));
        if (i % 3 == 0) ASSERT_TRUE(firm.log->checkpoint_now());
    }
    for (bool all = false; !all;) all = says.hear(*firm.records, 1'000).value();
    EXPECT_EQ(says.heard(), firm.records->entry_count().value());
    EXPECT_GE(says.owners().size(), 30u);
}

// Whoever can write into one slot must neither shut the firm nor get it to take up a log that never was.
TEST_F(KnownLog, AStateThatTheFirmNeverSignedIsNotBelieved) {
    ASSERT_TRUE(firm.watch->check());
    auto good = seen_by(1);
    auto forged = firm.seen_elsewhere(100'000, 999'999'999);
    auto note = audit::Note::parse(forged.checkpoint).value();
    note.signatures[0].signature[20] ^= 1;
    forged.checkpoint = bytes(note.encode());
    auto no_note = forged, another_size = firm.seen_elsewhere(100'000);
    no_note.checkpoint.clear();
    another_size.log_size += 1;
    for (const auto& seen : {forged, no_note, another_size}) {
        ASSERT_TRUE(keys::write_seen(*firm.slots[1], seen));
        close();
        auto found = firm.standing();
        EXPECT_EQ(found.standing, Standing::living);
        EXPECT_EQ(found.not_believed, std::vector{firm.slots[1]->name()});
        EXPECT_NE(text_of(found).find("Find out who can write there"), std::string::npos);
        ASSERT_TRUE(firm.open());
        auto report = firm.watch->report()[1];
        EXPECT_EQ(report.state, SlotState::holds);
        EXPECT_TRUE(report.not_believed);
        EXPECT_NE(text_of(report).find("never signed"), std::string::npos);
        firm.still(3);
        EXPECT_FALSE(firm.watch->report()[1].not_believed) << "written anew";
        EXPECT_GE(seen_by(1).log_size, good.log_size);
    }
    // What it did sign counts, and the number that the log then takes can be read again.
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], firm.seen_elsewhere(100'000, 999'999'998)));
    close();
    EXPECT_EQ(firm.standing().standing, Standing::older);
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    expect_serves_and_verifies();
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], firm.seen_elsewhere(200'000, 999'999'999)));
    close();
    EXPECT_EQ(firm.standing().standing, Standing::older);
    EXPECT_EQ(problem_of(adopt()), Problem::conflict) << "there is no number left";
}

// Where the log's key does not open, nothing tells what slots have seen: that is damage, and comes back from the key set.
TEST_F(KnownLog, WithoutTheLogsKeyNothingIsTakenForTheFirm) {
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    auto field = log_key();
    field.sealed.back() ^= 1;
    ASSERT_TRUE(firm.watch->stop_cleanly());
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_field(field); });
    close();
    EXPECT_EQ(firm.standing().standing, Standing::damaged);
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_FALSE(mended->log.log_begun_anew);
    expect_serves_and_verifies();
}

}  // namespace
}  // namespace muniment::strongroom

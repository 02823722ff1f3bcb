// SPDX-License-Identifier: Apache-2.0
// What the database's operator does to the log is found, and the entry that does not fit is named.
#include "audit/verify.hpp"

#include <atomic>

#include "audit/firm_test.hpp"
#include "audit/watch.hpp"
#include "base/limits.hpp"
#include "storage/forwarding.hpp"

namespace muniment::audit::testing {
namespace {

/// 700 entries, the first 600 of them in the tree and covered by checkpoints at 300 and 600.
struct Sound : Firm {
    Sound() : Firm(Store::sqlite) {
        record(300);
        EXPECT_TRUE(log->checkpoint_now());
        record(300);
        EXPECT_TRUE(log->checkpoint_now());
        record(100);
    }
};

TEST(Verify, ASoundLogIsSound) {
    Sound firm;
    auto report = firm.verified();
    EXPECT_TRUE(report.sound()) << report.first->why;
    EXPECT_EQ(report.entries, 700u);
    EXPECT_EQ(report.covered, 600u);
    EXPECT_EQ(report.beyond, 100u);
    EXPECT_EQ(report.checkpoints, 2u);
    EXPECT_EQ(report.tiles, 4u);
}

TEST(Verify, AnEmptyLogIsSound) {
    Firm firm(Store::memory);
    EXPECT_TRUE(firm.verified().sound());
    ASSERT_TRUE(firm.log->checkpoint_now());
    EXPECT_TRUE(firm.verified().sound());
}

struct Harm {
    const char* name;
    const char* sql;
    std::uint64_t sequence;
    const char* why;
};
void PrintTo(const Harm& harm, std::ostream* out) { *out << harm.name; }
class Harms : public ::testing::TestWithParam<Harm> {};

TEST_P(Harms, AreFoundAndNamed) {
    Sound firm;
    EntryId named;
    ASSERT_TRUE(firm.records->for_each_entry(GetParam().sequence, GetParam().sequence + 1, [&](const storage::EntryRow& row) {
        named = Leaf::decode(row.leaf)->id;
        return false;
    }));
    firm.tamper(GetParam().sql);
    auto report = firm.verified_after_tampering();
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.first->sequence, GetParam().sequence) << report.first->why;
    EXPECT_NE(report.first->why.find(GetParam().why), std::string::npos) << report.first->why;
    if (std::string_view(GetParam().name).starts_with("Named")) EXPECT_EQ(report.first->entry, named);
}

// The byte of the leaf that is edited lies behind the entry's id: at 18, within its time.
#define EDITED "CAST(substr(leaf, 1, 18) || x'ff' || substr(leaf, 20) AS BLOB)"
INSTANTIATE_TEST_SUITE_P(
    Of, Harms,
    ::testing::Values(
        Harm{"NamedEditedEntry", "UPDATE entries SET leaf = " EDITED " WHERE sequence = 77", 77, "tile 0/0"},
        Harm{"NamedEditedBehindCheckpoint", "UPDATE entries SET leaf = " EDITED " WHERE sequence = 599", 599, "tile 0/2"},
        Harm{"UnreadableEntry", "UPDATE entries SET leaf = x'01' WHERE sequence = 512", 512, "leaf"},
        Harm{"UnreadableUncovered", "UPDATE entries SET leaf = x'' WHERE sequence = 650", 650, "leaf"},
        Harm{"DeletedEntry", "DELETE FROM entries WHERE sequence = 400", 400, "no entry"},
        Harm{"DeletedUncovered", "DELETE FROM entries WHERE sequence = 650", 650, "no entry"},
        Harm{"SwappedEntries",
             "UPDATE entries SET sequence = 9999 WHERE sequence = 10; UPDATE entries SET sequence = 10 WHERE sequence = 20;"
             "UPDATE entries SET sequence = 20 WHERE sequence = 9999",
             10, "tile 0/0"},
        Harm{"InsertedEntry",
             "UPDATE entries SET sequence = -sequence - 1 WHERE sequence >= 50; UPDATE entries SET sequence = -sequence WHERE "
             "sequence < 0;"
             "INSERT INTO entries SELECT 50, leaf, owner_kind, owner, detail FROM entries WHERE sequence = 49",
             50, "tile 0/0"},
        Harm{"TruncatedEntries", "DELETE FROM entries WHERE sequence >= 580", 580, "the tree has this entry"},
        Harm{"NamedEditedTile",
             "UPDATE tiles SET hashes = CAST(substr(hashes, 1, 32) || zeroblob(32) || substr(hashes, 65) AS BLOB) WHERE level = "
             "0 AND tile = 1",
             257, "tile 0/1"},
        Harm{"NamedTruncatedTile", "UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0 AND tile = 2", 514,
             "tile 0/2"},
        Harm{"NamedDeletedTile", "DELETE FROM tiles WHERE level = 0 AND tile = 1", 256, "tile 0/1"},
        Harm{"LengthenedTile", "UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE level = 0 AND tile = 2", 512,
             "more hashes"},
        Harm{"EditedUpperTile", "UPDATE tiles SET hashes = CAST(substr(hashes, 1, 32) || zeroblob(32) AS BLOB) WHERE level = 1",
             256, "tile 1/0"},
        Harm{"DeletedUpperTile", "DELETE FROM tiles WHERE level = 1", 0, "tile 1/0"},
        Harm{"EditedHead", "UPDATE singles SET value = zeroblob(32) WHERE name = 'tree'", 600, "head"},
        Harm{"ShortenedHead", "UPDATE singles SET number = 599 WHERE name = 'tree'", 599, "head"},
        Harm{"LengthenedHead", "UPDATE singles SET number = 601 WHERE name = 'tree'", 600, "has no hash"},
        Harm{"ForgedCheckpoint", "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 600) WHERE size = 300",
             300, "size 300"},
        Harm{"EditedCheckpoint",
             "UPDATE checkpoints SET note = CAST(replace(CAST(note AS TEXT), char(10) || '600', char(10) || '601') AS BLOB), "
             "size = 601 WHERE size = 600",
             600, "size 601"},
        Harm{"UnsignedCheckpoint", "INSERT INTO checkpoints VALUES (10, x'00')", 10, "not signed"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Verify, AnEntryRewrittenWithAllItsTilesIsFoundByTheCheckpoint) {
    Sound firm;
    auto key = firm.key();
    // As somebody with the program, but without the signing key, would do it: everything that is not signed is made to fit.
    Edge edge;
    std::vector<Tile> tiles;
    ASSERT_TRUE(firm.records->for_each_entry(0, 600, [&](const storage::EntryRow& row) {
        auto leaf = Leaf::decode(row.leaf).value();
        if (row.sequence == 123) leaf.action = Action::people_listed;
        edge.append(leaf_hash(leaf.encode()), tiles);
        return true;
    }));
    for (auto& tile : edge.partial_tiles()) tiles.push_back(std::move(tile));
    ASSERT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) -> Result<void> {
        for (const auto& tile : tiles) CHECK(writer.put_tile(row_of(tile)));
        return writer.put_single(tree_row, TreeHead{600, edge.root()}.row());
    }));
    std::string leaf;
    ASSERT_TRUE(firm.records->for_each_entry(123, 124, [&](const storage::EntryRow& row) {
        auto changed = Leaf::decode(row.leaf).value();
        changed.action = Action::people_listed;
        leaf = to_hex(changed.encode());
        return false;
    }));
    firm.tamper("UPDATE entries SET leaf = x'" + leaf + "' WHERE sequence = 123");
    auto report = firm.verified_after_tampering();
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.first->sequence, 300u);
    EXPECT_NE(report.first->why.find("the checkpoint at size 300"), std::string::npos);
    EXPECT_FALSE(Log::open(*firm.records, firm.ring, firm.clock, {.start_sequencer = false}));
}

TEST(Verify, AnotherKeySignedNothing) {
    Sound firm;
    VerifierKey other(firm.log->origin(), crypto::SigningKey::random().public_key());
    auto report = verify(*firm.records, other).value();
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.first->sequence, 300u);
}

TEST(Verify, CanBeStopped) {
    Sound firm;
    EXPECT_EQ(verify(*firm.records, firm.key(), [](auto, auto) { return false; }).error().problem, Problem::stopping);
}

/// Remembers how far the log was read.
class Counting final : public storage::ForwardsReads<storage::RecordReader, Counting> {
  public:
    explicit Counting(storage::RecordReader& reader) : reader_(reader) {}
    template <class F>
    auto reading(F f) {
        return f(reader_);
    }
    Result<void> for_each_entry(std::uint64_t from, std::uint64_t to,
                                const std::function<bool(const storage::EntryRow&)>& take) override {
        read_to = to;
        return reader_.for_each_entry(from, to, take);
    }
    std::atomic<std::uint64_t> read_to{0};

  private:
    storage::RecordReader& reader_;
};

TEST(Verify, ReadsOnlyAFewBatchesAhead) {
    constexpr auto entries = limits::verify_batch * (limits::verify_queue_max + 6) + 1;
    Firm firm(Store::memory);
    firm.record(entries);
    ASSERT_TRUE(firm.log->checkpoint_now());
    Counting reader(*firm.records);
    std::uint64_t furthest = 0;
    auto report = verify(reader, firm.key(), [&](std::uint64_t done, std::uint64_t) {
        // The slower half of the two is this one, so that the other gets as far ahead as it may.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        furthest = std::max(furthest, reader.read_to - done);
        return true;
    });
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->sound());
    EXPECT_EQ(report->covered, entries);
    // The queue, and the one that waits to be put into it.
    EXPECT_LE(furthest, limits::verify_batch * (limits::verify_queue_max + 1));
    EXPECT_GE(furthest, limits::verify_batch);
}

class Sealed : public ::testing::Test {
  protected:
    Firm firm{Store::sqlite};
    Id16 row = new_random_id();
    std::optional<RowNow> now;
    bool key_gone = false;
    KeyOf key_of = [this](const storage::EntryRow&, const Leaf&) -> Result<std::shared_ptr<const keys::SealKey>> {
        if (key_gone) return fail(Problem::not_found);
        return std::make_shared<const keys::SealKey>(firm.ring->firm_details());
    };
    Standing standing = [this](const Said& said) -> Result<std::optional<RowNow>> {
        if (said.mark.kind == 21 && said.mark.row == row) return now;
        return std::nullopt;
    };
    void change(std::uint64_t revision, std::uint8_t content) {
        auto draft = firm.draft();
        RowMark mark{21, row, revision, {}};
        mark.sealed.fill(content);
        draft.add(mark);
        ASSERT_TRUE(firm.log->record(std::move(draft)));
    }
    DetailsReport verified() { return verify_details(*firm.records, firm.id, key_of).value(); }
    RowsReport rows() { return verify_rows(*firm.records, standing).value(); }
};

TEST_F(Sealed, DetailsOpenAndFit) {
    firm.record(5);
    EXPECT_TRUE(verified().sound());
    EXPECT_EQ(verified().opened, 5u);
    ASSERT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) {
        return writer.replace_detail(2, storage::OwnerKind::firm, firm.id.bytes, {});
    }));
    EXPECT_EQ(verified().destroyed, 1u);
    key_gone = true;
    EXPECT_EQ(verified().destroyed, 5u);
    EXPECT_TRUE(verified().sound());
}

TEST_F(Sealed, ADetailOfAnotherEntryIsNamed) {
    firm.record(5);
    firm.tamper("UPDATE entries SET detail = (SELECT detail FROM entries WHERE sequence = 1) WHERE sequence = 3");
    ASSERT_FALSE(verified().sound());
    EXPECT_EQ(verified().first->sequence, 3u);
}

TEST_F(Sealed, ADetailResealedWithOtherWordsIsNamed) {
    firm.record(5);
    auto entry = firm.log->find(std::nullopt, 4, 1).value().at(0);
    Detail other{{}, bytes("other words")};
    auto sealed = keys::seal(firm.ring->firm_details(), firm.id,
                             {keys::Kind::audit_detail, firm.id.bytes, entry.leaf.id.bytes, 0}, other.encode());
    ASSERT_TRUE(firm.records->commit([&](storage::RecordWriter& writer) {
        return writer.replace_detail(3, storage::OwnerKind::firm, firm.id.bytes, sealed);
    }));
    ASSERT_FALSE(verified().sound());
    EXPECT_EQ(verified().first->entry, entry.leaf.id);
    EXPECT_EQ(firm.log->words_of(firm.log->find(std::nullopt, 4, 1).value().at(0), firm.ring->firm_details()).error().problem,
              Problem::corrupt);
}

TEST_F(Sealed, ARowMustBeWhatTheLogLastSaid) {
    firm.record(1);
    change(1, 0xaa);
    change(2, 0xbb);
    Hash written;
    written.fill(0xbb);
    now = RowNow{2, written};
    EXPECT_TRUE(rows().sound());
    EXPECT_EQ(rows().rows, 1u);
    written.fill(0xaa);
    now = RowNow{1, written};  // an older revision, put back
    ASSERT_FALSE(rows().sound());
    EXPECT_EQ(rows().first->sequence, 2u);
    now.reset();
    ASSERT_FALSE(rows().sound());
    change(3, 0);              // all zeros: dropped
    EXPECT_TRUE(rows().sound());
    now = RowNow{2, written};  // put back after it was dropped
    EXPECT_FALSE(rows().sound());
}

// More rows than may be remembered at once take more passes, and none of them is left out.
TEST_F(Sealed, RowsBeyondTheMemoryTakeMorePasses) {
    constexpr std::size_t rows_max = 16, rows = 300;
    std::map<Id16, RowNow> stand;
    for (std::size_t round = 0; round < 2; ++round) {
        ASSERT_TRUE(firm.log->commit(firm.draft(), [&](storage::RecordWriter&, Draft& entry) -> Result<void> {
            for (std::size_t i = 0; i < rows; ++i) {
                Id16 id{};
                id[15] = static_cast<std::uint8_t>(i), id[14] = static_cast<std::uint8_t>(i >> 8);
                RowNow written{round + 1, {}};
                written.sealed.fill(static_cast<std::uint8_t>(1 + i % 200 + round));
                entry.add(RowMark{30, id, written.revision, written.sealed});
                stand[id] = written;
            }
            return {};
        }));
    }
    EXPECT_EQ(firm.log->size().value(), 4u) << "300 marks are more than one leaf holds";
    auto look = [&](const Said& said) -> Result<std::optional<RowNow>> {
        auto at = stand.find(said.mark.row);
        return at == stand.end() ? std::nullopt : std::optional(at->second);
    };
    auto report = verify_rows(*firm.records, look, {}, rows_max).value();
    EXPECT_TRUE(report.sound());
    EXPECT_EQ(report.rows, rows);
    EXPECT_GE(report.passes, rows / rows_max);
    stand.begin()->second.sealed.fill(0xee);
    stand.erase(std::prev(stand.end()));
    report = verify_rows(*firm.records, look, {}, rows_max).value();
    ASSERT_FALSE(report.sound());
    EXPECT_EQ(report.rows, rows - 2);
    EXPECT_EQ(report.first->sequence, 2u) << "the first of the two that do not fit was last spoken of in the third entry";
}

// A change that is made between the reading of the log and the look at the row is no damage: the log speaks of it, further on.
TEST_F(Sealed, ChangesMeanwhileAreNoDamage) {
    change(1, 0xaa);
    bool changed = false;
    auto look = [&](const Said&) -> Result<std::optional<RowNow>> {
        if (!std::exchange(changed, true)) change(2, 0xbb);
        Hash written;
        written.fill(0xbb);
        return RowNow{2, written};
    };
    auto report = verify_rows(*firm.records, look).value();
    EXPECT_TRUE(report.sound());
    EXPECT_EQ(report.rows, 1u);
}

}  // namespace
}  // namespace muniment::audit::testing

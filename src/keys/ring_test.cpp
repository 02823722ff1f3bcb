// SPDX-License-Identifier: Apache-2.0
// The ring against a database that is never believed, in each store.
#include "keys/ring.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "keys/slot_files.hpp"
#include "storage/conformance/stores_test.hpp"

namespace muniment::keys {
namespace {

using storage::KeyRow;
using storage::OwnerKind;
using storage::RecordWriter;

class Rings : public ::testing::TestWithParam<storage::testing::Store> {
  protected:
    Rings() {
        std::filesystem::create_directory(folder);
        records = storage::testing::StoreOf(GetParam(), folder / "records.db").open();
        auto founded = records->commit([&](RecordWriter& writer) -> Result<void> {
            TRY(ring, Ring::found_in(writer, firm, epoch.clone()));
            return {};
        });
        EXPECT_TRUE(founded);
        for (auto owner : {person.bytes, other_person.bytes}) add(OwnerKind::person, owner, crypto::Secret::random(32));
        add(OwnerKind::client, client.bytes, crypto::Secret::random(32));
        add(OwnerKind::matter, matter.bytes, MatterKeys::random().encode());
    }
    ~Rings() override {
        records.reset();
        std::filesystem::remove_all(folder);
    }

    void add(OwnerKind kind, const Id16& owner, crypto::Secret record) {
        ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->add_in(writer, kind, owner, record); }));
        ring->took(kind, owner, record);
    }
    /// Committed, and not taken yet. Gives the record's number.
    std::uint64_t renew(Ring& by, OwnerKind kind, const Id16& owner, const crypto::Secret& record) {
        std::uint64_t number = 0;
        EXPECT_TRUE(records->commit([&](RecordWriter& writer) -> Result<void> {
            TRY(number, by.renew_in(writer, kind, owner, record));
            return {};
        }));
        return number;
    }
    Result<std::shared_ptr<Ring>> reopened() { return Ring::open(*records, firm, epoch.clone()); }
    Problem refusal() {
        auto opened = reopened();
        EXPECT_FALSE(opened);
        return opened ? Problem::internal : opened.error().problem;
    }
    /// What the database's operator does.
    void tamper(const storage::Records::Work& work) { ASSERT_TRUE(records->commit(work)); }
    KeyRow key(OwnerKind kind, const Id16& owner) { return records->key(kind, owner).value().value(); }

    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("muniment-ring-" + to_uuid_text(new_random_id()));
    FirmId firm = FirmId::random();
    EpochKey epoch = EpochKey::random();
    PersonId person = PersonId::random(), other_person = PersonId::random();
    ClientId client = ClientId::random();
    MatterId matter = MatterId::random();
    std::unique_ptr<storage::Records> records;
    std::shared_ptr<Ring> ring;
};

TEST_P(Rings, OpenAgainWithAllTheirKeys) {
    auto again = reopened().value();
    EXPECT_TRUE(again->firm_key()->equals(*ring->firm_key()));
    EXPECT_TRUE(again->person(person).value()->equals(*ring->person(person).value()));
    EXPECT_TRUE(again->client(client).value()->equals(*ring->client(client).value()));
    EXPECT_TRUE(again->matter(matter).value()->matter.equals(ring->matter(matter).value()->matter));
    EXPECT_TRUE(again->matter(matter).value()->page.equals(ring->matter(matter).value()->page));
    EXPECT_EQ(again->matter(matter).value()->generation, 1u);
    EXPECT_EQ(again->mark(), mark_of(epoch, firm));
    EXPECT_EQ(again->sign_in_tag("anna"), ring->sign_in_tag("anna"));
    EXPECT_NE(again->sign_in_tag("anna"), ring->sign_in_tag("anne"));
    EXPECT_TRUE(again->check_records(*records));
    EXPECT_EQ(again->person(PersonId::random()).error().problem, Problem::not_found);
}

TEST_P(Rings, OpenWithTheirEpochKeyAndFirmAlone) {
    EXPECT_EQ(Ring::open(*records, firm, EpochKey::random()).error().problem, Problem::wrong_key);
    EXPECT_FALSE(Ring::open(*records, FirmId::random(), epoch.clone()));
}

TEST_P(Rings, AreFoundedOnce) {
    auto again = records->commit([&](RecordWriter& writer) -> Result<void> {
        CHECK(Ring::found_in(writer, firm, EpochKey::random()));
        return {};
    });
    EXPECT_EQ(again.error().problem, Problem::already_done);
    EXPECT_TRUE(reopened());
}

TEST_P(Rings, AnOwnerHasOneRecord) {
    auto doubled = records->commit(
        [&](RecordWriter& writer) { return ring->add_in(writer, OwnerKind::person, person.bytes, crypto::Secret::random(32)); });
    EXPECT_EQ(doubled.error().problem, Problem::already_done);
    EXPECT_TRUE(reopened());
}

TEST_P(Rings, ARecordThatIsMissingShutsThem) {
    for (auto [kind, owner] : {std::pair(OwnerKind::person, person.bytes),
                               {OwnerKind::client, client.bytes},
                               {OwnerKind::matter, matter.bytes},
                               {OwnerKind::firm, firm.bytes}}) {
        auto row = key(kind, owner);
        tamper([&](RecordWriter& writer) { return writer.drop_key(kind, owner); });
        EXPECT_EQ(refusal(), Problem::corrupt);
        EXPECT_EQ(ring->check_records(*records).error().problem, Problem::corrupt);
        tamper([&](RecordWriter& writer) { return writer.put_key(row); });
        EXPECT_TRUE(reopened());
    }
}

TEST_P(Rings, ARecordTooManyShutsThem) {
    auto row = key(OwnerKind::person, person.bytes);
    row.owner = new_random_id();
    tamper([&](RecordWriter& writer) { return writer.put_key(row); });
    EXPECT_EQ(refusal(), Problem::corrupt);
}

TEST_P(Rings, RecordsSwappedBetweenOwnersShutThem) {
    auto one = key(OwnerKind::person, person.bytes), two = key(OwnerKind::person, other_person.bytes);
    std::swap(one.sealed, two.sealed);
    tamper([&](RecordWriter& writer) -> Result<void> {
        CHECK(writer.put_key(one));
        return writer.put_key(two);
    });
    EXPECT_EQ(refusal(), Problem::corrupt);
}

TEST_P(Rings, AnEditedRecordShutsThem) {
    for (auto change : {+[](KeyRow& row) { row.sealed.back() ^= 1; }, +[](KeyRow& row) { row.number += 1; },
                        +[](KeyRow& row) { row.sealed.pop_back(); }, +[](KeyRow& row) { row.sealed.clear(); }}) {
        auto row = key(OwnerKind::client, client.bytes), edited = row;
        change(edited);
        tamper([&](RecordWriter& writer) { return writer.put_key(edited); });
        EXPECT_EQ(refusal(), Problem::corrupt);
        tamper([&](RecordWriter& writer) { return writer.put_key(row); });
    }
}

// A person's record sealed by whoever has the epoch key, but not in the head's sum: only an older state can be that.
TEST_P(Rings, AnOlderHeadShutsThem) {
    auto head = records->single("key-head").value().value();
    add(OwnerKind::client, new_random_id(), crypto::Secret::random(32));
    ASSERT_TRUE(reopened());
    tamper([&](RecordWriter& writer) { return writer.put_single("key-head", head); });
    EXPECT_EQ(refusal(), Problem::corrupt);
    EXPECT_EQ(ring->check_records(*records).error().problem, Problem::corrupt);
}

TEST_P(Rings, AnEditedOrMissingHeadShutsThem) {
    auto head = records->single("key-head").value().value();
    for (std::size_t byte : {std::size_t{0}, std::size_t{31}, std::size_t{32}, std::size_t{40}, head.value.size() - 1}) {
        auto edited = head;
        edited.value[byte] ^= 0x10;
        tamper([&](RecordWriter& writer) { return writer.put_single("key-head", edited); });
        EXPECT_FALSE(reopened()) << byte;
    }
    auto renumbered = head;
    renumbered.number -= 1;
    tamper([&](RecordWriter& writer) { return writer.put_single("key-head", renumbered); });
    EXPECT_EQ(refusal(), Problem::corrupt);
    tamper([&](RecordWriter& writer) { return writer.drop_single("key-head"); });
    EXPECT_EQ(refusal(), Problem::not_found);
}

TEST_P(Rings, ALogShorterThanTheHeadSawShutsThem) {
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) -> Result<void> {
        CHECK(writer.append_entry({.leaf = bytes("leaf")}));
        return {};
    }));
    add(OwnerKind::client, new_random_id(), crypto::Secret::random(32));
    ASSERT_TRUE(reopened());
    // The same rows in a database whose log has no entry yet.
    auto elsewhere = storage::open_memory();
    ASSERT_TRUE(elsewhere->commit([&](RecordWriter& writer) -> Result<void> {
        Result<void> outcome;
        CHECK(records->for_each_key([&](const KeyRow& row) { return (outcome = writer.put_key(row)).has_value(); }));
        CHECK(std::move(outcome));
        return writer.put_single("key-head", records->single("key-head").value().value());
    }));
    EXPECT_EQ(Ring::open(*elsewhere, firm, epoch.clone()).error().problem, Problem::corrupt);
}

TEST_P(Rings, TurnToTheNextEpochAndNoWayBack) {
    auto next = EpochKey::random();
    auto keys_before = ring->matter(matter).value();
    auto tag_before = ring->sign_in_tag("anna");
    Ring::Turned turned{next.clone(), {}};
    auto renewed = keys_before->clone();
    renewed.page = PageKey::random();
    renewed.generation += 1;
    turned.new_pages.emplace(matter.bytes, std::move(renewed));
    auto stale = reopened().value();   // another process that has not heard of it
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->turn_in(writer, turned); }));

    EXPECT_EQ(refusal(), Problem::wrong_key) << "the former key";
    auto opened = Ring::open(*records, firm, next.clone()).value();
    EXPECT_EQ(opened->epoch_number(), 2u);
    EXPECT_TRUE(opened->person(person).value()->equals(*ring->person(person).value()));
    EXPECT_TRUE(opened->matter(matter).value()->matter.equals(keys_before->matter));
    EXPECT_FALSE(opened->matter(matter).value()->page.equals(keys_before->page));
    EXPECT_EQ(opened->matter(matter).value()->generation, 2u);
    EXPECT_NE(opened->sign_in_tag("anna"), tag_before);

    // The fence: who stands under the former epoch seals nothing any more.
    EXPECT_EQ(stale->fence_in(*records).error().problem, Problem::unavailable);
    auto sealed = records->commit([&](RecordWriter& writer) {
        return stale->add_in(writer, OwnerKind::person, new_random_id(), crypto::Secret::random(32));
    });
    EXPECT_EQ(sealed.error().problem, Problem::unavailable);
    EXPECT_FALSE(stale->check_records(*records));

    ring->turned(std::move(turned));
    EXPECT_EQ(ring->mark(), mark_of(next, firm));
    EXPECT_EQ(ring->matter(matter).value()->generation, 2u);
    EXPECT_TRUE(ring->fence_in(*records));
    EXPECT_TRUE(ring->check_records(*records));
    add(OwnerKind::person, new_random_id(), crypto::Secret::random(32));
    EXPECT_TRUE(Ring::open(*records, firm, next.clone()));
}

// Old copies of records, in any snapshot: put back after the turn they are only bytes.
TEST_P(Rings, RecordsOfAFormerEpochDoNotComeBack) {
    auto old = key(OwnerKind::person, person.bytes);
    auto old_head = records->single("key-head").value().value();
    auto next = EpochKey::random();
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->turn_in(writer, {next.clone(), {}}); }));
    tamper([&](RecordWriter& writer) { return writer.put_key(old); });
    EXPECT_EQ(Ring::open(*records, firm, next.clone()).error().problem, Problem::corrupt);
    tamper([&](RecordWriter& writer) { return writer.put_single("key-head", old_head); });
    EXPECT_EQ(Ring::open(*records, firm, next.clone()).error().problem, Problem::wrong_key);
}

TEST_P(Rings, ATurnCarriesNothingOverThatDoesNotOpen) {
    auto row = key(OwnerKind::client, client.bytes);
    tamper([&](RecordWriter& writer) { return writer.drop_key(OwnerKind::client, client.bytes); });
    auto turned = records->commit([&](RecordWriter& writer) { return ring->turn_in(writer, {EpochKey::random(), {}}); });
    EXPECT_EQ(turned.error().problem, Problem::corrupt);
    tamper([&](RecordWriter& writer) { return writer.put_key(row); });
    EXPECT_TRUE(reopened()) << "and nothing of it was done";
}

// Another node's ring over the same rows.
TEST_P(Rings, FollowsWhatAnotherRingWrote) {
    auto other = reopened().value();
    EXPECT_TRUE(other->follow_in(*records).value().empty());
    auto held = other->matter(matter).value();
    auto fresh = PersonId::random();
    add(OwnerKind::person, fresh.bytes, crypto::Secret::random(32));
    auto renewed = MatterKeys::random();
    EXPECT_EQ(renew(*ring, OwnerKind::matter, matter.bytes, renewed.encode()), 2u);
    EXPECT_FALSE(other->person(fresh));
    auto moved = other->follow_in(*records).value();
    ASSERT_EQ(moved.size(), 2u) << "those that moved, and no others";
    EXPECT_EQ(moved[0].id, fresh.bytes);
    EXPECT_EQ(moved[1].id, matter.bytes);
    EXPECT_TRUE(other->person(fresh).value()->equals(*ring->person(fresh).value()));
    EXPECT_TRUE(other->matter(matter).value()->matter.equals(renewed.matter));
    EXPECT_FALSE(held->matter.equals(renewed.matter)) << "what somebody holds stays what it was";
    EXPECT_TRUE(other->check_records(*records));
}

// Between the commit of a key and its being taken another ring puts a newer one in its place, and this ring follows that first.
TEST_P(Rings, TakesNoKeyThatAnotherRingHasReplacedAlready) {
    auto other = reopened().value();
    auto first = MatterKeys::random(), second = MatterKeys::random();
    auto number = renew(*ring, OwnerKind::matter, matter.bytes, first.encode());
    ASSERT_TRUE(other->follow_in(*records));
    other->took(OwnerKind::matter, matter.bytes, second.encode(), renew(*other, OwnerKind::matter, matter.bytes, second.encode()));
    ASSERT_TRUE(ring->follow_in(*records));
    ring->took(OwnerKind::matter, matter.bytes, first.encode(), number);
    EXPECT_TRUE(ring->matter(matter).value()->matter.equals(second.matter)) << "the former key is nobody's any more";
    // So it is with one that was only added.
    auto fresh = PersonId::random();
    auto added = crypto::Secret::random(32);
    auto newer = crypto::Secret::random(32);
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->add_in(writer, OwnerKind::person, fresh.bytes, added); }));
    ASSERT_TRUE(other->follow_in(*records));
    other->took(OwnerKind::person, fresh.bytes, newer, renew(*other, OwnerKind::person, fresh.bytes, newer));
    ASSERT_TRUE(ring->follow_in(*records));
    ring->took(OwnerKind::person, fresh.bytes, added);
    EXPECT_TRUE(crypto::equal(ring->person(fresh).value()->expose(), newer.expose()));
    // What each has in memory is what stands there, also when it is looked at again.
    for (auto* each : {ring.get(), other.get()}) {
        EXPECT_TRUE(each->follow_in(*records).value().empty());
        EXPECT_TRUE(each->matter(matter).value()->matter.equals(second.matter));
    }
}

TEST_P(Rings, FollowsAfterATurnOfItsOwnOnlyWhatOthersMove) {
    Ring::Turned turned{EpochKey::random(), {}};
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->turn_in(writer, turned); }));
    auto next = turned.epoch.clone();
    ring->turned(std::move(turned));
    EXPECT_TRUE(ring->follow_in(*records).value().empty());
    auto other = Ring::open(*records, firm, std::move(next)).value();
    auto renewed = MatterKeys::random();
    renew(*other, OwnerKind::matter, matter.bytes, renewed.encode());
    EXPECT_EQ(ring->follow_in(*records).value().size(), 1u);
    EXPECT_TRUE(ring->matter(matter).value()->matter.equals(renewed.matter));
}

TEST_P(Rings, FollowsNothingThatDoesNotCountOrStandsUnderAnotherEpoch) {
    auto other = reopened().value();
    auto row = key(OwnerKind::client, client.bytes);
    tamper([&](RecordWriter& writer) { return writer.drop_key(OwnerKind::client, client.bytes); });
    EXPECT_EQ(other->follow_in(*records).error().problem, Problem::corrupt);
    EXPECT_TRUE(other->client(client)) << "and it keeps what it had";
    tamper([&](RecordWriter& writer) { return writer.put_key(row); });
    ASSERT_TRUE(records->commit([&](RecordWriter& writer) { return ring->turn_in(writer, {EpochKey::random(), {}}); }));
    EXPECT_EQ(other->follow_in(*records).error().problem, Problem::turned_elsewhere);
}

TEST(MatterKeysRecord, IsReadAsItWasWritten) {
    auto keys = MatterKeys::random();
    keys.generation = 0x0102030405060708;
    auto back = MatterKeys::decode(keys.encode()).value();
    EXPECT_TRUE(back.matter.equals(keys.matter));
    EXPECT_TRUE(back.page.equals(keys.page));
    EXPECT_EQ(back.generation, keys.generation);
    EXPECT_EQ(MatterKeys::decode(crypto::Secret::random(71)).error().problem, Problem::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Stores, Rings, ::testing::ValuesIn(storage::testing::all_stores), storage::testing::name_of);

}  // namespace
}  // namespace muniment::keys

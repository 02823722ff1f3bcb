// SPDX-License-Identifier: Apache-2.0
// The rows that the gate reads, in the hands of whoever runs the database: each kind edited, deleted, added, swapped and rolled back,
// and the head as well. Every time the door is shut.
#include "access/record/gate_rows.hpp"

#include <map>

#include "access/house_test.hpp"

namespace muniment::access {
namespace {

using namespace testing;
using storage::GateRow;
using storage::RecordWriter;

/// The gate's part of the database, as an operator can copy and put it back.
struct Copy {
    std::map<std::pair<std::uint16_t, Id16>, GateRow> rows;
    storage::SingleRow head;
};

class Tampered : public ::testing::TestWithParam<Store> {
  protected:
    Tampered() {
        auto matter = house.open_matter(anna);
        EXPECT_TRUE(house.put_on(anna, matter, root.id, TeamRole::reader));
        GroupId group = GroupId::fresh(house.clock.now());
        EXPECT_TRUE(house.groups->add(house.gate->admit(root.who, ChangeGroup{group}).value(), "Tax"));
        EXPECT_TRUE(house.groups->join(house.gate->admit(root.who, ChangeGroup{group, anna.id}).value()));
        EXPECT_TRUE(house.raise(carl, {.matters = {matter}}, {.people = {root.id}}));
    }

    Result<GateHead> load() {
        return GateRows(*house.ring).load(*house.records, [](const GateRows::Loaded&) -> Result<void> { return {}; });
    }
    void expect_shut(const char* what) {
        auto loaded = load();
        ASSERT_FALSE(loaded) << what;
        EXPECT_EQ(loaded.error().problem, Problem::wall_shut) << what;
        EXPECT_FALSE(Gate::open(*house.records, house.ring, *house.log, house.clock)) << what;
    }
    Copy copy() {
        Copy all;
        EXPECT_TRUE(house.records->for_each_gate_row([&](const GateRow& row) {
            all.rows[{row.kind, row.row}] = row;
            return true;
        }));
        all.head = house.records->single("gate-head").value().value();
        return all;
    }
    void put(const GateRow& row) {
        house.tamper([&](RecordWriter& writer) { return writer.put_gate_row(row); });
    }
    void drop(const GateRow& row) {
        house.tamper([&](RecordWriter& writer) { return writer.drop_gate_row(row.kind, row.row); });
    }
    void put_back(const Copy& earlier) {
        house.tamper([&](RecordWriter& writer) -> Result<void> {
            for (const auto& [key, row] : copy_.rows) CHECK(writer.drop_gate_row(row.kind, row.row));
            for (const auto& [key, row] : earlier.rows) CHECK(writer.put_gate_row(row));
            return writer.put_single("gate-head", earlier.head);
        });
    }
    /// One of each kind: person, credential, session, group, matter, team, wall.
    std::vector<GateRow> one_of_each() {
        std::map<std::uint16_t, GateRow> found;
        for (const auto& [key, row] : copy().rows) found.emplace(row.kind, row);
        EXPECT_EQ(found.size(), 7u) << "a kind of row that is not tried here";
        std::vector<GateRow> rows;
        for (auto& [kind, row] : found) rows.push_back(row);
        return rows;
    }

    House house{GetParam()};
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});
    Member carl = house.hire(root.who, "carl", {FirmRole::compliance});
    Copy copy_;
};

TEST_P(Tampered, UntouchedRowsLoad) {
    auto head = load();
    ASSERT_TRUE(head) << why(head);
    EXPECT_EQ(head->rows.count, copy().rows.size());
    EXPECT_EQ(head->policy_revision, house.gate->policy()->revision());
    ASSERT_TRUE(house.reopen());
    EXPECT_TRUE(house.gate->inspect());
}

TEST_P(Tampered, AnEditedRowShutsTheDoor) {
    for (const auto& row : one_of_each()) {
        SCOPED_TRACE(row.kind);
        auto edited = [&](auto change) {
            auto other = row;
            change(other);
            put(other);
            expect_shut("edited");
            put(row);
            ASSERT_TRUE(load());
        };
        edited([](GateRow& r) { r.sealed.back() ^= 1; });
        edited([](GateRow& r) { r.sealed[30] ^= 0x80; });
        edited([](GateRow& r) { r.sealed.clear(); });
        edited([](GateRow& r) { r.revision += 1; });
        edited([](GateRow& r) { r.owner = new_random_id(); });
    }
}

TEST_P(Tampered, ADeletedRowShutsTheDoor) {
    for (const auto& row : one_of_each()) {
        SCOPED_TRACE(row.kind);
        drop(row);
        expect_shut("deleted");
        put(row);
        ASSERT_TRUE(load());
    }
}

TEST_P(Tampered, AnAddedRowShutsTheDoor) {
    for (const auto& row : one_of_each()) {
        SCOPED_TRACE(row.kind);
        auto added = row;
        added.row = new_random_id();
        put(added);
        expect_shut("copied to another row");
        drop(added);
        // Sealed as it should be, by whoever had the key once: it still does not count.
        keys::Place place{static_cast<keys::Kind>(row.kind), added.owner, added.row, added.revision};
        added.sealed = keys::seal(house.ring->gate_seal(), house.firm, place, view("anything"));
        put(added);
        expect_shut("made well, but not by a change");
        drop(added);
        ASSERT_TRUE(load());
    }
}

TEST_P(Tampered, SwappedRowsShutTheDoor) {
    auto all = copy();
    std::map<std::uint16_t, GateRow> first;
    std::size_t swapped = 0;
    for (const auto& [key, row] : all.rows) {
        auto [at, fresh] = first.emplace(row.kind, row);
        if (fresh) continue;
        auto one = at->second, two = row;
        std::swap(one.sealed, two.sealed);
        put(one), put(two);
        expect_shut("swapped");
        put(at->second), put(row);
        ++swapped;
    }
    EXPECT_GE(swapped, 3u);
    ASSERT_TRUE(load());
}

TEST_P(Tampered, ARowRolledBackShutsTheDoor) {
    auto before = copy();
    // A sign-in writes the credential, the end of somebody's access their person.
    house.renew(anna);
    auto matter = house.open_matter(anna);
    ASSERT_TRUE(house.people->end(house.gate->admit(root.who, EndPerson{carl.id}).value()));
    ASSERT_TRUE(house.put_on(anna, matter, root.id, TeamRole::reader));
    std::size_t rolled_back = 0;
    for (const auto& [key, now] : copy().rows) {
        auto at = before.rows.find(key);
        if (at == before.rows.end() || at->second == now) continue;
        put(at->second);
        expect_shut("an older revision");
        put(now);
        ++rolled_back;
    }
    EXPECT_GE(rolled_back, 2u);
    ASSERT_TRUE(load());
}

// A session that was ended by its person's end, or signed out, is put back from a copy.
TEST_P(Tampered, ARevokedSessionDoesNotComeBack) {
    auto before = copy();
    ASSERT_TRUE(house.sign_in->sign_out(house.gate->admit(anna.who, SignOut{anna.who.session()}).value()));
    auto session = before.rows.at({static_cast<std::uint16_t>(keys::Kind::gate_session), anna.who.session().bytes});
    EXPECT_FALSE(house.records->gate_row(session.kind, session.row).value());
    put(session);
    expect_shut("a session that was signed out");
}

TEST_P(Tampered, AnEditedHeadShutsTheDoor) {
    auto head = copy().head;
    for (std::size_t byte = 0; byte < head.value.size(); ++byte) {
        auto edited = head;
        edited.value[byte] ^= 0x04;
        house.tamper([&](RecordWriter& writer) { return writer.put_single("gate-head", edited); });
        auto loaded = load();
        ASSERT_FALSE(loaded) << byte;
        EXPECT_EQ(loaded.error().problem, Problem::wall_shut);
    }
    for (auto number : {head.number - 1, head.number + 1, std::uint64_t{0}}) {
        house.tamper([&](RecordWriter& writer) { return writer.put_single("gate-head", {number, head.value}); });
        expect_shut("renumbered");
    }
    house.tamper([&](RecordWriter& writer) { return writer.drop_single("gate-head"); });
    expect_shut("deleted");
}

TEST_P(Tampered, AnOlderHeadShutsTheDoor) {
    auto before = copy();
    house.renew(anna);
    house.tamper([&](RecordWriter& writer) { return writer.put_single("gate-head", before.head); });
    expect_shut("the head alone");
}

// Rows and head of last week fit each other. The log goes on since, and speaks of rows that they do not have.
TEST_P(Tampered, AnOlderCopyOfAllShutsTheDoorBecauseTheLogIsLonger) {
    auto before = copy();
    ASSERT_TRUE(house.people->end(house.gate->admit(root.who, EndPerson{anna.id}).value()));
    copy_ = copy();
    put_back(before);
    expect_shut("somebody whose access was ended");
    put_back(copy_);
    ASSERT_TRUE(load());
}

TEST_P(Tampered, ACopyFromBeforeASignInShutsTheDoorToo) {
    auto before = copy();
    house.renew(anna);
    copy_ = copy();
    put_back(before);
    expect_shut("a code that was used counts as unused, a session is gone");
}

// A log that is longer only by what changes nothing at the gate is no alarm.
TEST_P(Tampered, ReadingsDoNotShutTheDoor) {
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(house.gate->admit(root.who, ReadMatter{MatterId::random()}));
    EXPECT_TRUE(load());
}

// Each entry since the head was sealed is read at the next start: after many, an inspection seals it anew.
TEST_P(Tampered, AnInspectionAfterManyEntriesSealsTheHeadAnew) {
    auto append = [&](std::size_t count) {
        house.tamper([&](RecordWriter& writer) -> Result<void> {
            for (std::size_t i = 0; i < count; ++i) {
                audit::Draft draft({.action = audit::Action::log_read, .outcome = audit::Outcome::permitted}, bytes("{}"),
                                   {storage::OwnerKind::firm, house.firm.bytes, house.ring->firm_details()});
                CHECK(house.log->append_in(writer, std::move(draft)));
            }
            return {};
        });
    };
    auto head = copy().head;
    append(100);
    ASSERT_TRUE(house.gate->inspect());
    EXPECT_EQ(copy().head, head);
    append(5'000);
    ASSERT_TRUE(house.gate->inspect());
    EXPECT_EQ(load().value().log_size, house.records->entry_count().value());
    house.tamper([&](RecordWriter& writer) { return writer.put_single("gate-head", head); });
    EXPECT_TRUE(load()) << "the former head still fits: no row has changed since";
    EXPECT_TRUE(house.open_matter(anna) != MatterId{});
}

TEST_P(Tampered, ALogThatIsShorterShutsTheDoor) {
    auto elsewhere = storage::open_memory();
    auto all = copy();
    ASSERT_TRUE(elsewhere->commit([&](RecordWriter& writer) -> Result<void> {
        for (const auto& [key, row] : all.rows) CHECK(writer.put_gate_row(row));
        return writer.put_single("gate-head", all.head);
    }));
    auto loaded = GateRows(*house.ring).load(*elsewhere, [](const auto&) -> Result<void> { return {}; });
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().problem, Problem::wall_shut);
}

TEST_P(Tampered, RowsOfAnotherFirmAreNotOurs) {
    House other;
    EXPECT_FALSE(GateRows(*other.ring).load(*house.records, [](const auto&) -> Result<void> { return {}; }));
}

// Against the running gate: a row that is hidden while its successor is written would count twice, and the successor could be put
// back after it was dropped. The change is refused instead.
TEST_P(Tampered, ARowThatIsHiddenIsNotWrittenAnew) {
    auto matter = house.open_matter(anna);
    ASSERT_TRUE(house.put_on(anna, matter, root.id, TeamRole::reader));
    auto place = place_of(house.firm, Grant{matter, root.id, TeamRole::reader, {}});
    auto kind = static_cast<std::uint16_t>(place.kind);
    auto hidden = house.records->gate_row(kind, place.row).value().value();
    drop(hidden);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, root.id, TeamRole::member)), Problem::wall_shut);
    EXPECT_FALSE(house.take_off(anna, matter, root.id));
    put(hidden);
    EXPECT_TRUE(house.take_off(anna, matter, root.id));
    EXPECT_TRUE(load());
}

INSTANTIATE_TEST_SUITE_P(Stores, Tampered, ::testing::ValuesIn(testing::all_stores), testing::name_of);

}  // namespace
}  // namespace muniment::access

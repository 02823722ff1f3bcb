// SPDX-License-Identifier: Apache-2.0
// No permit without an entry, no change without a decision by the policy that it is made under.
#include "access/gate.hpp"

#include <latch>
#include <thread>

#include "access/house_test.hpp"
#include "base/limits.hpp"
#include "storage/faulty/faulty.hpp"

namespace muniment::access {
namespace {

using namespace testing;
using audit::Outcome;
using storage::RecordWriter;

// The cheapest tests there are: what must not be said does not compile.
static_assert(!std::is_copy_constructible_v<Permit<ReadMatter>> && !std::is_copy_assignable_v<Permit<ReadMatter>>);
static_assert(!std::is_copy_constructible_v<Permit<WriteMatter>> && !std::is_default_constructible_v<Permit<WriteMatter>>);
static_assert(!std::is_constructible_v<Permit<ReadMatter>, ReadMatter, Ruling, std::shared_ptr<const audit::Durable>>);
static_assert(!std::is_constructible_v<Permit<WriteMatter>, WriteMatter, Ruling, audit::Draft>);
static_assert(!std::is_default_constructible_v<Principal> && !std::is_constructible_v<Principal, PersonId, SessionId, Origin>);
static_assert(!std::is_constructible_v<Principal, Session, Origin>);
static_assert(!std::is_copy_constructible_v<audit::Durable> && !std::is_default_constructible_v<audit::Durable>);

constexpr auto nothing = [](RecordWriter&, audit::Draft&) -> Result<void> { return {}; };

struct Gates : ::testing::Test {
    House house;
    Gate& gate = *house.gate;
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});
    MatterId matter = house.open_matter(anna);

    std::size_t written() { return house.entries().size(); }
    audit::Leaf last() { return house.entries().back(); }
    Member compliance() { return house.hire(root.who, "carl", {FirmRole::compliance}); }
};

TEST_F(Gates, APermitStandsUnderItsEntry) {
    auto before = written();
    auto permit = gate.admit(anna.who, ReadMatter{matter}).value();
    ASSERT_EQ(written(), before + 1);
    auto leaf = last();
    EXPECT_EQ(leaf.id, permit.record().entry());
    EXPECT_EQ(leaf.outcome, Outcome::permitted);
    EXPECT_EQ(leaf.person, anna.id);
    EXPECT_EQ(leaf.session, anna.who.session());
    EXPECT_EQ(leaf.subjects, ReadMatter{matter}.subjects());
}

TEST_F(Gates, RefusalsAreEntriesAndHideWhatMayNotBeSeen) {
    auto bert = house.hire(root.who, "bert", {FirmRole::lawyer});
    auto before = written();
    EXPECT_EQ(problem_of(gate.admit(bert.who, ReadMatter{matter})), Problem::not_found) << "a stranger to the matter";
    EXPECT_EQ(problem_of(gate.admit(bert.who, WriteMatter{matter})), Problem::not_found);
    EXPECT_EQ(problem_of(gate.admit(bert.who, ReadMatter{MatterId::random()})), Problem::not_found)
        << "and a matter that is not there";
    EXPECT_EQ(problem_of(gate.admit(root.who, ReadMatter{matter})), Problem::not_found) << "an administrator is a stranger too";
    ASSERT_EQ(written(), before + 4);
    for (std::size_t i = before; i < before + 4; ++i) EXPECT_EQ(house.entries()[i].outcome, Outcome::refused);
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::reader));
    EXPECT_EQ(problem_of(gate.admit(bert.who, WriteMatter{matter})), Problem::denied) << "who may see it is told so";
}

TEST_F(Gates, OpeningsStandForFifteenMinutesOrUntilThePolicyMoves) {
    auto open = [&](std::uint64_t number = 1) {
        return gate.admit(anna.who, ReadMatter{matter, number}, Opening::may_stand).value().record().entry();
    };
    auto first = open();
    auto count = written();
    house.clock.advance(std::chrono::minutes(14));
    EXPECT_EQ(open(), first);
    EXPECT_EQ(written(), count) << "one entry";
    EXPECT_NE(open(2), first) << "another version is another opening";
    EXPECT_NE(gate.admit(anna.who, ReadMatter{matter}).value().record().entry(), first) << "where a new entry is asked for";
    house.clock.advance(std::chrono::minutes(1));
    auto second = open();
    EXPECT_NE(second, first);
    house.open_matter(anna);
    EXPECT_NE(open(), second) << "the policy moved";
}

TEST_F(Gates, OnceItIsClosedNothingIsAdmittedOrStillPermitted) {
    auto reading = gate.admit(anna.who, ReadMatter{matter}, Opening::may_stand).value();
    auto writing = gate.admit(anna.who, WriteMatter{matter}).value();
    gate.close();
    auto ruling = reading.ruling();
    EXPECT_EQ(problem_of(gate.still(ruling)), Problem::locked);
    EXPECT_EQ(problem_of(gate.commit(std::move(writing), nothing)), Problem::locked);
    EXPECT_EQ(problem_of(gate.admit(anna.who, ReadMatter{matter}, Opening::may_stand)), Problem::locked);
}

TEST_F(Gates, AnOpeningOfOneSessionIsNotAnothers) {
    auto first = gate.admit(anna.who, ReadMatter{matter}, Opening::may_stand).value().record().entry();
    auto again = house.sign_in_again(anna).value();
    auto who = house.sign_in->principal(again.secret, House::origin()).value();
    EXPECT_NE(gate.admit(who, ReadMatter{matter}, Opening::may_stand).value().record().entry(), first);
}

TEST_F(Gates, AChangeAndItsEntryAreOne) {
    auto before = written();
    auto permit = gate.admit(anna.who, WriteMatter{matter}).value();
    EXPECT_EQ(written(), before) << "nothing is written before the commit";
    auto refused = gate.commit(std::move(permit), [](RecordWriter& writer, audit::Draft&) -> Result<void> {
        CHECK(writer.put_single("half", {1, {}}));
        return fail(Problem::conflict);
    });
    EXPECT_EQ(problem_of(refused), Problem::conflict);
    EXPECT_FALSE(house.records->single("half").value());
    // The answer tells how things stand, so that it was given is an entry.
    EXPECT_EQ(written(), before + 1);
    EXPECT_EQ(last().outcome, Outcome::refused);
    auto done = gate.commit(gate.admit(anna.who, WriteMatter{matter}).value(), nothing).value();
    EXPECT_EQ(last().id, done.entry());
    EXPECT_EQ(last().outcome, Outcome::done);
}

// Between admit and commit somebody takes the permission back: the commit finds out, and writes a refusal instead.
TEST_F(Gates, TheCommitDecidesAgain) {
    auto bert = house.hire(root.who, "bert", {FirmRole::lawyer});
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::member));
    auto permit = gate.admit(bert.who, WriteMatter{matter}).value();
    auto carl = compliance();
    ASSERT_TRUE(house.raise(carl, {.matters = {matter}}, {.people = {bert.id}}));
    bool ran = false;
    auto done =
        gate.commit(std::move(permit), [&](RecordWriter&, audit::Draft&) -> Result<void> { return ran = true, Result<void>{}; });
    EXPECT_EQ(problem_of(done), Problem::not_found);
    EXPECT_FALSE(ran);
    EXPECT_EQ(last().outcome, Outcome::refused);
    EXPECT_EQ(last().person, bert.id);
}

TEST_F(Gates, ATransferIsAUseOfItsSessionAndEndsWithIt) {
    auto ruling = gate.admit(anna.who, ReadMatter{matter}).value().ruling();
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(gate.still(ruling)) << i;
        house.clock.advance(limits::session_idle_max / 2);
    }
    EXPECT_TRUE(house.sign_in->principal(anna.secret, House::origin())) << "a download that runs keeps its session from idling";
    auto other = house.sign_in_again(anna).value();
    auto who = house.sign_in->principal(other.secret, House::origin()).value();
    auto others = gate.admit(who, ReadMatter{matter}).value().ruling();
    ASSERT_TRUE(house.sign_in->sign_out(gate.admit(anna.who, SignOut{anna.who.session()}).value()));
    EXPECT_EQ(problem_of(gate.still(ruling)), Problem::unauthenticated);
    EXPECT_TRUE(gate.still(others)) << "her other session goes on";
}

TEST_F(Gates, TheCommitDecidesAgainWhereOnlyTheClockMoved) {
    auto bert = house.hire(root.who, "bert", {FirmRole::lawyer});
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::member, house.clock.now() + std::chrono::minutes(5)));
    auto permit = gate.admit(bert.who, WriteMatter{matter}).value();
    auto ruling = permit.ruling();
    EXPECT_TRUE(gate.still(ruling));
    house.clock.advance(std::chrono::minutes(5));
    EXPECT_EQ(problem_of(gate.still(ruling)), Problem::denied);
    EXPECT_FALSE(gate.commit(std::move(permit), nothing));
    EXPECT_EQ(last().outcome, Outcome::refused);
}

TEST_F(Gates, AMoveThatChangesNothingForItLetsTheCommitThrough) {
    auto permit = gate.admit(anna.who, WriteMatter{matter}).value();
    house.open_matter(anna);
    EXPECT_TRUE(gate.commit(std::move(permit), nothing));
}

// What is under way in a session ends with it: a stolen session's download, a password reset.
TEST_F(Gates, NothingIsDecidedForAPrincipalWhosePersonMovedOn) {
    auto ruling = gate.admit(anna.who, ReadMatter{matter}).value().ruling();
    auto permit = gate.admit(anna.who, WriteMatter{matter}).value();
    auto change = gate.admit(root.who, ChangePerson{anna.id}).value();
    auto revision = gate.policy()->person(anna.id)->revision;
    ASSERT_TRUE(house.people->change(std::move(change), revision, {FirmRole::partner}, {}));
    EXPECT_EQ(problem_of(gate.still(ruling)), Problem::denied);
    EXPECT_FALSE(gate.commit(std::move(permit), nothing));
    EXPECT_FALSE(gate.admit(anna.who, ReadMatter{matter}));
    house.renew(anna);
    EXPECT_TRUE(gate.admit(anna.who, ReadMatter{matter}));
}

TEST_F(Gates, AChangeThatMayBeSentAgainIsMadeOnce) {
    const auto request = std::make_shared<const Hash>(crypto::sha256(view("what is asked for")));
    auto who = anna.who.with_idempotency("key 1", request);
    EXPECT_FALSE(gate.answers().find(who).value());
    auto commit = [&](const Principal& p) { return gate.commit(gate.admit(p, WriteMatter{matter}).value(), nothing); };
    ASSERT_TRUE(commit(who));
    auto before = written();
    EXPECT_EQ(gate.answers().find(who).value().value().subjects, WriteMatter{matter}.subjects());
    EXPECT_EQ(gate.answers().find(who).value().value().request, *request);
    EXPECT_EQ(problem_of(commit(who)), Problem::already_done);
    EXPECT_EQ(written(), before);
    EXPECT_FALSE(gate.answers().find(anna.who.with_idempotency("key 2", request)).value());
    EXPECT_FALSE(gate.answers().find(root.who.with_idempotency("key 1", request)).value()) << "keys are each person's own";
    house.clock.advance(std::chrono::hours(24));
    EXPECT_FALSE(gate.answers().find(who).value());
}

TEST_F(Gates, AnAnswerPutBackUnderAnotherKeyIsNotBelieved) {
    const auto request = std::make_shared<const Hash>();
    auto one = anna.who.with_idempotency("key 1", request), two = anna.who.with_idempotency("key 2", request);
    ASSERT_TRUE(gate.commit(gate.admit(one, WriteMatter{matter}).value(), nothing));
    auto row = house.records->remembered(one.origin().repeatable->key).value().value();
    house.tamper([&](RecordWriter& writer) { return writer.remember(two.origin().repeatable->key, row); });
    EXPECT_EQ(problem_of(gate.answers().find(two)), Problem::corrupt);
}

// ---- the record cannot be written ----

struct BrokenRecords : ::testing::Test {
    House house;
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});
    MatterId matter = house.open_matter(anna);
    storage::faulty::Faults faults;
    storage::faulty::FaultyRecords records{*house.records, faults};
    std::unique_ptr<audit::Log> log = audit::Log::open(records, house.ring, house.clock, {.start_sequencer = false}).value();
    std::unique_ptr<Gate> gate = Gate::open(records, house.ring, *log, house.clock).value();
};

TEST_F(BrokenRecords, NoRecordNoPermit) {
    faults.fail_at(1, storage::faulty::Lasting::for_ever);
    EXPECT_EQ(problem_of(gate->admit(anna.who, ReadMatter{matter})), Problem::unavailable);
    EXPECT_EQ(problem_of(gate->admit(anna.who, ReadMatter{matter}, Opening::may_stand)), Problem::unavailable);
    EXPECT_EQ(problem_of(gate->admit(root.who, ReadMatter{matter})), Problem::unavailable) << "a refusal is not answered either";
    auto permit = gate->admit(anna.who, WriteMatter{matter}).value();
    EXPECT_EQ(problem_of(gate->commit(std::move(permit), nothing)), Problem::unavailable);
    faults.none();
    EXPECT_TRUE(gate->admit(anna.who, ReadMatter{matter}, Opening::may_stand)) << "and nothing stands under an entry that failed";
}

TEST_F(BrokenRecords, APolicyThatWasNotWrittenIsNotDecidedBy) {
    auto revision = gate->policy()->revision();
    auto permit = gate->admit(anna.who, ManageTeam{matter, root.id}).value();
    faults.fail_at(1, storage::faulty::Lasting::for_ever);
    EXPECT_FALSE(put_on_team(*gate, std::move(permit), TeamRole::reader, {}));
    faults.none();
    EXPECT_EQ(gate->policy()->revision(), revision);
    EXPECT_FALSE(gate->admit(root.who, ReadMatter{matter}));
    EXPECT_TRUE(gate->inspect());
}

// ---- many at once ----

TEST_F(Gates, EightThreadsChangeAndRead) {
    constexpr int threads = 8, rounds = 20;
    std::vector<PersonId> others;
    for (int i = 0; i < threads; ++i) {
        auto id = PersonId::fresh(house.clock.now());
        ASSERT_TRUE(house.people->add(gate.admit(root.who, AddPerson{id}).value(), {"p" + std::to_string(i), "p", {}}));
        others.push_back(id);
    }
    std::latch begin(threads);
    std::atomic<int> changed{0};
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            begin.arrive_and_wait();
            for (int round = 0; round < rounds; ++round) {
                auto permit = gate.admit(anna.who, ManageTeam{matter, others[static_cast<std::size_t>(i)]});
                ASSERT_TRUE(permit) << why(permit);
                auto done = round % 2 == 0 ? put_on_team(gate, std::move(*permit), TeamRole::reader, {})
                                           : take_off_team(gate, std::move(*permit));
                ASSERT_TRUE(done) << why(done);
                ++changed;
                auto read = gate.admit(anna.who, ReadMatter{matter}, Opening::may_stand);
                // `busy` is an answer under such a storm; anything else would be a wrong decision.
                if (!read) {
                    EXPECT_EQ(read.error().problem, Problem::busy);
                }
                EXPECT_EQ(problem_of(gate.admit(root.who, ReadMatter{matter})), Problem::not_found);
            }
        });
    }
    auto inspected = std::jthread([&] {
        begin.wait();
        for (int i = 0; i < 10; ++i) {
            auto fits = gate.inspect();
            EXPECT_TRUE(fits) << "rows and policy fit at every moment: " << why(fits);
        }
    });
    running.clear();
    inspected.join();
    EXPECT_EQ(changed, threads * rounds);
    EXPECT_TRUE(gate.inspect());
    EXPECT_EQ(gate.policy()->matter_card(matter)->team.size(), 1u) << "everybody was taken off again";
    EXPECT_TRUE(house.reopen());
}

// Sessions come and go without the lock that changes of the policy hold: an inspection must not take that for tampering.
TEST_F(Gates, AnInspectionWhileSessionsComeAndGoFindsNothing) {
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (int i = 0; i < 200; ++i) {
            audit::Draft draft({.action = audit::Action::session_ended, .outcome = Outcome::done}, bytes("{}"),
                               {storage::OwnerKind::firm, house.firm.bytes, house.ring->firm_details()});
            auto written = house.log->commit(std::move(draft), [&](RecordWriter& w, audit::Draft& entry) {
                return gate.rows().put_in(w, entry, {keys::Kind::gate_session, anna.id.bytes, new_random_id()}, bytes("x"));
            });
            EXPECT_TRUE(written);
        }
        done = true;
    });
    while (!done) {
        auto fits = gate.inspect();
        ASSERT_TRUE(fits) << why(fits);
    }
}

TEST_F(Gates, AnInspectionThatFindsSomethingShutsEveryDoor) {
    auto permit = gate.admit(anna.who, WriteMatter{matter}).value();
    auto ruling = permit.ruling();
    house.tamper([&](RecordWriter& writer) {
        return writer.drop_gate_row(static_cast<std::uint16_t>(keys::Kind::gate_person), root.id.bytes);
    });
    EXPECT_EQ(problem_of(gate.inspect()), Problem::wall_shut);
    EXPECT_EQ(problem_of(gate.admit(anna.who, ReadMatter{matter})), Problem::wall_shut);
    EXPECT_EQ(problem_of(gate.admit(anna.who, WriteMatter{matter})), Problem::wall_shut);
    EXPECT_EQ(problem_of(gate.commit(std::move(permit), nothing)), Problem::wall_shut);
    EXPECT_EQ(problem_of(gate.still(ruling)), Problem::wall_shut);
}

// With the last of the disk somebody can still be shut out, and nothing else is done.
TEST_F(Gates, TheReserveOfTheDiskIsForShuttingSomebodyOut) {
    auto bert = house.hire(root.who, "bert", {FirmRole::lawyer}), carl = compliance();
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::member));
    storage::faulty::Faults disk;
    storage::faulty::FaultyRecords records(*house.records, disk);
    house.gate = Gate::open(records, house.ring, *house.log, house.clock).value();
    house.people = People::open(*house.gate).value();
    house.groups = Groups::open(*house.gate).value();
    house.sign_in = SignIn::open(*house.gate, *house.people, "Example").value();
    auto room = [&](std::uint64_t bytes) {
        disk.room = storage::Room{.free_bytes = bytes, .bytes = 1'000'000'000};
        house.clock.advance(std::chrono::seconds(1));
    };
    room(limits::disk_reserve_bytes);
    EXPECT_TRUE(house.gate->admit(anna.who, ReadMatter{matter}));

    room(limits::disk_reserve_bytes - 1);
    auto before = written();
    EXPECT_EQ(problem_of(house.gate->admit(anna.who, ReadMatter{matter})), Problem::no_room);
    EXPECT_EQ(problem_of(house.gate->admit(anna.who, WriteMatter{matter})), Problem::no_room);
    EXPECT_EQ(problem_of(house.gate->admit(root.who, AddPerson{PersonId::fresh(house.clock.now())})), Problem::no_room);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, carl.id, TeamRole::member)), Problem::no_room);
    EXPECT_EQ(written(), before) << "not even refusals use up what is left";
    auto in = house.sign_in_again(anna);
    EXPECT_TRUE(in) << why(in);
    auto off = house.take_off(anna, matter, bert.id);
    EXPECT_TRUE(off) << why(off);
    auto wall = house.raise(carl, {.matters = {matter}}, {.people = {bert.id}});
    EXPECT_TRUE(wall) << why(wall);
    auto ended = house.people->end(house.gate->admit(root.who, EndPerson{bert.id}).value());
    EXPECT_TRUE(ended) << why(ended);

    room(limits::disk_reserve_bytes);
    EXPECT_TRUE(house.gate->admit(anna.who, ReadMatter{matter})) << "as soon as there is room again";
    house.close();   // before the records that it was opened with
}

}  // namespace
}  // namespace muniment::access

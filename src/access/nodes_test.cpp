// SPDX-License-Identifier: Apache-2.0
// Two nodes of one firm on one database: what one of them changes, the other decides by before it says anything.
#include <gtest/gtest.h>

#include "access/house_test.hpp"

namespace muniment::access {
namespace {

using namespace testing;
using std::chrono::minutes;

/// What the app connects, without names of clients and matters.
struct Node final : storage::Follower {
    Node(storage::Records& on, std::shared_ptr<keys::Ring> with, Gate& gate, People& people, Groups& groups, SignIn& sign_in)
        : records(on), ring(std::move(with)), gate(gate), people(people), groups(groups), sign_in(sign_in) {
        records.nodes()->followed_by(this);
        EXPECT_TRUE(storage::catch_up(records));
    }
    ~Node() override { records.nodes()->followed_by(nullptr); }
    Result<void> follow(storage::RecordReader& reader, const storage::Moved& moved) override {
        std::vector<keys::Ring::Owner> owners;
        if (moved.keys) {
            TRY(owners, ring->follow_in(reader));
        }
        if (moved.gate) {
            std::vector<Session> sessions;
            CHECK(gate.follow_in(reader, [&](const GateRows::Loaded& row) -> Result<void> {
                TRY(auto session, SignIn::session_in(row));
                if (session) sessions.push_back(std::move(*session));
                return {};
            }));
            sign_in.follow(sessions);
            CHECK(groups.follow_in(reader));
        }
        return people.follow_in(reader, owners);
    }
    storage::Records& records;
    std::shared_ptr<keys::Ring> ring;
    Gate& gate;
    People& people;
    Groups& groups;
    SignIn& sign_in;
};

struct TwoNodes : ::testing::Test {
    House house{Store::postgresql};
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});
    Member bert = house.hire(root.who, "bert", {FirmRole::lawyer});
    Member carla = house.hire(root.who, "carla", {FirmRole::compliance});
    MatterId matter = house.open_matter(anna);

    std::unique_ptr<storage::Records> records = house.store().open();
    std::shared_ptr<keys::Ring> ring = keys::Ring::open(*records, house.firm, house.epoch.clone()).value();
    std::unique_ptr<audit::Log> log = audit::Log::open(*records, ring, house.clock, {.start_sequencer = false}).value();
    std::unique_ptr<Gate> gate = Gate::open(*records, ring, *log, house.clock).value();
    std::unique_ptr<People> people = People::open(*gate).value();
    std::unique_ptr<Groups> groups = Groups::open(*gate).value();
    std::unique_ptr<SignIn> sign_in = SignIn::open(*gate, *people, "Example & Partners").value();
    Node here{*house.records, house.ring, *house.gate, *house.people, *house.groups, *house.sign_in};
    Node there{*records, ring, *gate, *people, *groups, *sign_in};

    Result<Principal> principal(const std::string& secret) { return sign_in->principal(secret, House::origin()); }
};

TEST_F(TwoNodes, WhoSignsInOnOneIsKnownOnTheOtherUntilTheySignOut) {
    auto dora = house.hire(root.who, "dora", {FirmRole::lawyer});
    auto who = principal(dora.secret);
    ASSERT_TRUE(who) << why(who);
    EXPECT_EQ(people->name_of(who->person()), "dora");
    EXPECT_EQ(people->signs_in_as("DORA"), who->person());
    ASSERT_TRUE(house.sign_in->sign_out(house.gate->admit(dora.who, SignOut{dora.who.session()}).value()));
    EXPECT_EQ(problem_of(principal(dora.secret)), Problem::unauthenticated);
}

TEST_F(TwoNodes, AccessThatEndsEndsEverywhere) {
    ASSERT_TRUE(principal(bert.secret));
    ASSERT_TRUE(house.people->end(house.gate->admit(root.who, EndPerson{bert.id}).value()));
    EXPECT_EQ(problem_of(principal(bert.secret)), Problem::unauthenticated);
}

TEST_F(TwoNodes, ATeamAndAWallCountAtOnce) {
    EXPECT_EQ(problem_of(gate->admit(principal(bert.secret).value(), ReadMatter{matter})), Problem::not_found);
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::member));
    auto permit = gate->admit(principal(bert.secret).value(), ReadMatter{matter}, Opening::may_stand);
    ASSERT_TRUE(permit) << why(permit);
    auto ruling = permit->ruling();
    EXPECT_TRUE(gate->still(ruling));
    auto writing = gate->admit(bert.who, WriteMatter{matter});
    ASSERT_TRUE(writing);

    ASSERT_TRUE(house.raise(carla, {.matters = {matter}}, {.people = {bert.id}}));
    EXPECT_EQ(problem_of(gate->still(ruling)), Problem::denied) << "what is under way ends at its next step";
    EXPECT_EQ(problem_of(gate->commit(std::move(*writing), [](storage::RecordWriter&, audit::Draft&) { return Result<void>{}; })),
              Problem::not_found);
    EXPECT_EQ(problem_of(gate->admit(principal(bert.secret).value(), ReadMatter{matter}, Opening::may_stand)), Problem::not_found)
        << "and no opening stands any more";
}

TEST_F(TwoNodes, AReadingIsDecidedAnewInItsOwnTransaction) {
    // Nobody asked before: the entry's transaction finds that the policy moved, and follows.
    ASSERT_TRUE(gate->admit(anna.who, ReadMatter{matter}));
    ASSERT_TRUE(house.raise(carla, {.matters = {matter}}, {.people = {anna.id}}));
    EXPECT_EQ(problem_of(gate->admit(anna.who, ReadMatter{matter})), Problem::not_found);
}

TEST_F(TwoNodes, ChangesMadeOnBothAtOnceAreBothInForce) {
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::member));
    // Made by a policy that is one behind: looked at again, and not lost.
    auto put = put_on_team(*gate, gate->admit(anna.who, ManageTeam{matter, carla.id}).value(), TeamRole::reader, {});
    ASSERT_TRUE(put) << why(put);
    ASSERT_TRUE(storage::catch_up(*house.records));
    for (auto* each : {gate.get(), house.gate.get()}) {
        EXPECT_TRUE(each->ask(bert.id, Permission::papers_write, {.matter = matter}).permitted);
        EXPECT_TRUE(each->ask(carla.id, Permission::papers_read, {.matter = matter}).permitted);
        EXPECT_TRUE(each->inspect());
    }
    EXPECT_EQ(gate->policy()->revision(), house.gate->policy()->revision());
}

TEST_F(TwoNodes, ANameThatWasTakenOnTheOtherIsTaken) {
    auto adding = [&](Gate& on) { return on.admit(root.who, AddPerson{PersonId::fresh(house.clock.now())}).value(); };
    ASSERT_TRUE(house.people->add(adding(*house.gate), {"ella", "Ella", {}}));
    EXPECT_EQ(problem_of(people->add(adding(*gate), {"Ella", "Another", {}})), Problem::name_taken);
    auto grouping = [&](Gate& on) { return on.admit(root.who, ChangeGroup{GroupId::fresh(house.clock.now())}).value(); };
    ASSERT_TRUE(house.groups->add(grouping(*house.gate), "Tax"));
    EXPECT_EQ(problem_of(groups->add(grouping(*gate), "tax")), Problem::name_taken);
}

TEST_F(TwoNodes, ASessionThatIsUsedOnOneIsNotIdleOnTheOther) {
    ASSERT_TRUE(principal(anna.secret));
    for (int i = 0; i < 5; ++i) {
        house.clock.advance(minutes(10));
        ASSERT_TRUE(house.sign_in->principal(anna.secret, House::origin()));
    }
    EXPECT_TRUE(principal(anna.secret)) << "by what this node saw, it was idle for 50 minutes";
    // A node that opens the firm now ends only those that are idle everywhere: bert's.
    sign_in = SignIn::open(*gate, *people, "Example & Partners").value();
    EXPECT_TRUE(principal(anna.secret));
    house.clock.advance(minutes(31));
    EXPECT_EQ(problem_of(principal(anna.secret)), Problem::unauthenticated);
    EXPECT_EQ(problem_of(house.sign_in->principal(bert.secret, House::origin())), Problem::unauthenticated);
}

TEST_F(TwoNodes, RowsThatDoNotFitAreNotFollowed) {
    // A wall's row is taken away behind a change that another node makes: the sum says so, and nothing is decided.
    ASSERT_TRUE(house.raise(carla, {.matters = {matter}}, {.people = {bert.id}}));
    ASSERT_TRUE(principal(anna.secret));
    house.store().operate("DELETE FROM gate_rows WHERE kind = " + std::to_string(static_cast<int>(keys::Kind::gate_wall)));
    ASSERT_TRUE(house.put_on(anna, matter, carla.id, TeamRole::reader));
    EXPECT_EQ(problem_of(principal(anna.secret)), Problem::wall_shut);
    EXPECT_EQ(problem_of(gate->admit(anna.who, ReadMatter{matter})), Problem::wall_shut);
}

TEST_F(TwoNodes, ATurnOfTheEpochElsewhereEndsEverythingHere) {
    keys::Ring::Turned turned{keys::EpochKey::random(), {}};
    ASSERT_TRUE(house.records->commit([&](storage::RecordWriter& writer) { return house.ring->turn_in(writer, turned); }));
    house.ring->turned(std::move(turned));
    EXPECT_EQ(problem_of(principal(anna.secret)), Problem::turned_elsewhere);
    EXPECT_EQ(problem_of(gate->admit(anna.who, ReadMatter{matter})), Problem::turned_elsewhere);
    auto entries = house.records->entry_count().value();
    EXPECT_EQ(problem_of(gate->admit(bert.who, ReadMatter{matter})), Problem::turned_elsewhere);
    EXPECT_EQ(house.records->entry_count().value(), entries) << "not even a refusal is sealed under the former key";
    EXPECT_TRUE(house.sign_in->principal(anna.secret, House::origin()));
}

}  // namespace
}  // namespace muniment::access

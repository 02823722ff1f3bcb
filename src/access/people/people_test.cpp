// SPDX-License-Identifier: Apache-2.0
// People, groups, teams and walls through the gate.
#include "access/people/people.hpp"

#include "access/house_test.hpp"

namespace muniment::access {
namespace {

using namespace testing;

struct Staff : ::testing::Test {
    House house;
    Gate& gate = *house.gate;
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});

    Member hire(const std::string& name, FirmRoles roles) { return house.hire(root.who, name, roles); }
    /// Without a sign-in: somebody to put onto lists.
    PersonId invite(const std::string& name, FirmRoles roles = {}) {
        auto id = PersonId::fresh(house.clock.now());
        auto added = house.people->add(gate.admit(root.who, AddPerson{id}).value(), {name, name, roles});
        EXPECT_TRUE(added) << why(added);
        return id;
    }
    Result<void> change(PersonId id, FirmRoles roles, std::optional<Instant> until = {}) {
        auto revision = gate.policy()->person(id)->revision;
        TRY(auto permit, gate.admit(root.who, ChangePerson{id}));
        return house.people->change(std::move(permit), revision, roles, until);
    }
    Result<void> end(PersonId id) { return house.people->end(gate.admit(root.who, EndPerson{id}).value()); }
    GroupId group(const std::string& name, const std::vector<PersonId>& members) {
        auto id = GroupId::fresh(house.clock.now());
        EXPECT_TRUE(house.groups->add(gate.admit(root.who, ChangeGroup{id}).value(), name));
        for (const auto& member : members) EXPECT_TRUE(join(id, member));
        return id;
    }
    Result<void> join(GroupId id, PersonId member) {
        TRY(auto permit, gate.admit(root.who, ChangeGroup{id, member}));
        return house.groups->join(std::move(permit));
    }
    Result<void> leave(GroupId id, PersonId member) {
        return house.groups->leave(gate.admit(root.who, ChangeGroup{id}).value(), member);
    }
    bool reads(const Member& member, MatterId matter) { return gate.admit(member.who, ReadMatter{matter}).has_value(); }
};

TEST_F(Staff, AreFoundByTheirFoldedSignInName) {
    EXPECT_EQ(house.people->signs_in_as("ANNA"), anna.id);
    EXPECT_EQ(house.people->signs_in_as("anne"), std::nullopt);
    auto permit = gate.admit(root.who, AddPerson{PersonId::random()}).value();
    EXPECT_EQ(problem_of(house.people->add(std::move(permit), {"Anna", "Another", {}})), Problem::name_taken);
    ASSERT_TRUE(house.reopen());
    EXPECT_EQ(house.people->signs_in_as("aNNa"), anna.id);
    EXPECT_EQ(house.people->name_of(root.id), "The First");
}

TEST_F(Staff, NamesAreNowhereInTheClear) {
    auto holds = [](View stored) { return text(stored).find("anna") != std::string_view::npos; };
    bool found = false;
    ASSERT_TRUE(
        house.records->for_each_field(static_cast<std::uint16_t>(keys::Kind::person_profile), [&](const storage::FieldRow& row) {
            found |= holds(row.sealed);
            return true;
        }));
    ASSERT_TRUE(house.records->for_each_entry(0, UINT64_MAX, [&](const storage::EntryRow& row) {
        found |= holds(row.leaf) || holds(row.detail);
        return true;
    }));
    EXPECT_FALSE(found);
}

TEST_F(Staff, NamesThatCannotBeShownAreRefused) {
    for (const NewPerson& person : {NewPerson{"", "Name", {}}, NewPerson{"a\nb", "Name", {}}, NewPerson{"ok", "a\u202Eb", {}},
                                    NewPerson{std::string(2'000, 'x'), "Name", {}}}) {
        auto permit = gate.admit(root.who, AddPerson{PersonId::random()}).value();
        EXPECT_EQ(problem_of(house.people->add(std::move(permit), person)), Problem::bad_name);
    }
}

TEST_F(Staff, OnlyWhoMayGivesAccounts) {
    EXPECT_EQ(problem_of(gate.admit(anna.who, AddPerson{PersonId::random()})), Problem::denied);
    EXPECT_EQ(problem_of(gate.admit(anna.who, ChangePerson{anna.id})), Problem::denied) << "nor roles to oneself";
    EXPECT_EQ(problem_of(gate.admit(anna.who, EndPerson{root.id})), Problem::denied);
    EXPECT_EQ(problem_of(gate.admit(anna.who, InviteAgain{root.id})), Problem::denied);
    EXPECT_TRUE(gate.admit(anna.who, ListPeople{})) << "but colleagues' names are everybody's";
}

TEST_F(Staff, AChangeNamesTheRevisionItWasMadeFrom) {
    auto revision = gate.policy()->person(anna.id)->revision;
    ASSERT_TRUE(change(anna.id, {FirmRole::partner}));
    auto permit = gate.admit(root.who, ChangePerson{anna.id}).value();
    EXPECT_EQ(problem_of(house.people->change(std::move(permit), revision, {FirmRole::lawyer}, {})), Problem::stale);
    EXPECT_TRUE(gate.policy()->person(anna.id)->roles.has(FirmRole::partner));
}

TEST_F(Staff, TheLastAdministratorStays) {
    EXPECT_EQ(problem_of(end(root.id)), Problem::conflict);
    EXPECT_EQ(problem_of(change(root.id, {FirmRole::partner})), Problem::conflict);
    EXPECT_EQ(problem_of(change(root.id, {FirmRole::administrator}, house.clock.now() + std::chrono::hours(1))),
              Problem::conflict);
    auto temporary = invite("temp", {FirmRole::administrator});
    ASSERT_TRUE(change(temporary, {FirmRole::administrator}, house.clock.now() + std::chrono::hours(1)));
    EXPECT_EQ(problem_of(end(root.id)), Problem::conflict) << "one who leaves soon does not count";
    auto second = invite("second", {FirmRole::administrator});
    ASSERT_TRUE(end(second));
    EXPECT_EQ(problem_of(end(root.id)), Problem::conflict) << "nor one who left";
    invite("third", {FirmRole::administrator});
    EXPECT_TRUE(end(root.id));
}

TEST_F(Staff, EndedAccessIsEndedOnce) {
    ASSERT_TRUE(end(anna.id));
    EXPECT_EQ(problem_of(end(anna.id)), Problem::already_done);
    EXPECT_EQ(problem_of(house.sign_in->principal(anna.secret, House::origin())), Problem::unauthenticated);
    EXPECT_FALSE(gate.admit(anna.who, ListPeople{})) << "a principal from before is worth nothing";
}

// ---- teams ----

TEST_F(Staff, NobodyAppointsThemselves) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto matter = house.open_matter(anna);
    EXPECT_FALSE(gate.admit(carl.who, AppointToTeam{matter, carl.id}));
    EXPECT_FALSE(gate.admit(carl.who, ManageTeam{matter, carl.id}));
    EXPECT_FALSE(gate.admit(root.who, AppointToTeam{matter, root.id})) << "administrators do not appoint at all";
    EXPECT_FALSE(gate.admit(root.who, AppointToTeam{matter, carl.id}));
    auto bert = invite("bert");
    EXPECT_TRUE(put_on_team(gate, gate.admit(carl.who, AppointToTeam{matter, bert}).value(), TeamRole::lead, {}));
    auto mine = group("Compliance", {carl.id});
    EXPECT_FALSE(gate.admit(carl.who, AppointToTeam{matter, mine})) << "nor by a group that they are in";
    EXPECT_FALSE(gate.admit(root.who, ChangeGroup{mine, root.id})) << "and nobody puts themselves into a group";
}

TEST_F(Staff, TheLastLeadStays) {
    auto matter = house.open_matter(anna);
    EXPECT_EQ(problem_of(house.take_off(anna, matter, anna.id)), Problem::conflict);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, anna.id, TeamRole::member)), Problem::conflict);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, anna.id, TeamRole::lead, house.clock.now() + std::chrono::hours(1))),
              Problem::conflict);
    // Others who could not name a successor do not count: an empty group, somebody who left, somebody for a while.
    ASSERT_TRUE(house.put_on(anna, matter, group("Nobody", {}), TeamRole::lead));
    auto left = invite("left"), soon = invite("soon");
    ASSERT_TRUE(house.put_on(anna, matter, left, TeamRole::lead));
    ASSERT_TRUE(house.put_on(anna, matter, soon, TeamRole::lead, house.clock.now() + std::chrono::hours(1)));
    ASSERT_TRUE(end(left));
    EXPECT_EQ(problem_of(house.take_off(anna, matter, anna.id)), Problem::conflict);
    auto bert = invite("bert");
    ASSERT_TRUE(house.put_on(anna, matter, bert, TeamRole::lead));
    EXPECT_TRUE(house.take_off(anna, matter, anna.id));
    EXPECT_FALSE(reads(anna, matter));
}

TEST_F(Staff, TeamsHoldWhoIsThere) {
    auto matter = house.open_matter(anna);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, PersonId::random(), TeamRole::reader)), Problem::not_found);
    EXPECT_EQ(problem_of(house.put_on(anna, matter, GroupId::random(), TeamRole::reader)), Problem::not_found);
    EXPECT_EQ(problem_of(house.take_off(anna, matter, root.id)), Problem::not_found);
    auto left = invite("left");
    ASSERT_TRUE(end(left));
    EXPECT_EQ(problem_of(house.put_on(anna, matter, left, TeamRole::reader)), Problem::not_found);
    EXPECT_EQ(team_of(gate, gate.admit(anna.who, ListTeam{matter}).value()).value().size(), 1u);
}

TEST_F(Staff, APlaceEndsByItself) {
    auto matter = house.open_matter(anna);
    auto bert = hire("bert", {});
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::reader, house.clock.now() + std::chrono::minutes(5)));
    EXPECT_TRUE(reads(bert, matter));
    house.clock.advance(std::chrono::minutes(5));
    EXPECT_FALSE(reads(bert, matter));
}

// ---- groups ----

TEST_F(Staff, GroupsGiveAndTake) {
    auto matter = house.open_matter(anna);
    auto bert = hire("bert", {});
    auto tax = group("Tax", {});
    ASSERT_TRUE(house.put_on(anna, matter, tax, TeamRole::reader));
    EXPECT_FALSE(reads(bert, matter));
    ASSERT_TRUE(join(tax, bert.id));
    EXPECT_TRUE(reads(bert, matter));
    EXPECT_EQ(problem_of(join(tax, bert.id)), Problem::already_done);
    ASSERT_TRUE(house.reopen());
    EXPECT_EQ(house.groups->named("TAX"), tax);
    EXPECT_EQ(house.groups->list().at(0).members, std::vector{bert.id});
}

TEST_F(Staff, GroupNamesAreUsedOnce) {
    group("Tax", {});
    auto permit = gate.admit(root.who, ChangeGroup{GroupId::random()}).value();
    EXPECT_EQ(problem_of(house.groups->add(std::move(permit), "tAX")), Problem::name_taken);
    EXPECT_EQ(problem_of(leave(house.groups->named("Tax").value(), anna.id)), Problem::not_found);
}

// ---- walls ----

TEST_F(Staff, AWallIsStrongerThanEveryGrantAndRole) {
    auto matter = house.open_matter(anna);
    auto carl = hire("carl", {FirmRole::compliance});
    auto bert = hire("bert", {FirmRole::lawyer});
    ASSERT_TRUE(house.put_on(anna, matter, bert.id, TeamRole::lead));
    EXPECT_TRUE(reads(bert, matter));
    auto both = house.raise(carl, {.matters = {matter}}, {.people = {bert.id, root.id}});
    EXPECT_EQ(both.value(), std::vector{bert.id}) << "who stands on both sides is named, to be told";
    EXPECT_FALSE(reads(bert, matter));
    EXPECT_FALSE(gate.admit(bert.who, ManageTeam{matter, bert.id})) << "nor lets themselves back in";
    EXPECT_EQ(problem_of(house.put_on(anna, matter, root.id, TeamRole::reader)), Problem::conflict)
        << "nor is anybody put on by mistake";
}

TEST_F(Staff, AWallRemembersWhoLeftATeam) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto bert = hire("bert", {FirmRole::lawyer});
    auto ours = house.open_matter(anna);
    auto doris = hire("doris", {FirmRole::lawyer});
    auto other = house.open_matter(doris);
    ASSERT_TRUE(house.put_on(anna, ours, bert.id, TeamRole::member));
    ASSERT_TRUE(house.raise(carl, {.matters = {ours}}, {.matters = {other}}));
    EXPECT_EQ(problem_of(house.put_on(doris, other, bert.id, TeamRole::reader)), Problem::conflict);
    ASSERT_TRUE(house.take_off(anna, ours, bert.id));
    EXPECT_EQ(problem_of(house.put_on(doris, other, bert.id, TeamRole::reader)), Problem::conflict)
        << "what they know, they still know";
    ASSERT_TRUE(house.reopen());
    house.renew(doris);
    EXPECT_EQ(problem_of(house.put_on(doris, other, bert.id, TeamRole::reader)), Problem::conflict) << "after a restart as well";
}

TEST_F(Staff, AWallRemembersWhoLeftAGroup) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto bert = invite("bert");
    auto tax = group("Tax", {bert});
    auto matter = house.open_matter(anna);
    ASSERT_TRUE(house.raise(carl, {.matters = {matter}}, {.groups = {tax}}));
    ASSERT_TRUE(leave(tax, bert));
    EXPECT_EQ(problem_of(house.put_on(anna, matter, bert, TeamRole::reader)), Problem::conflict);
}

TEST_F(Staff, NobodyJoinsAGroupPastAWall) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto bert = invite("bert");
    auto matter = house.open_matter(anna);
    auto tax = group("Tax", {});
    ASSERT_TRUE(house.put_on(anna, matter, tax, TeamRole::reader));
    ASSERT_TRUE(house.raise(carl, {.matters = {matter}}, {.people = {bert}}));
    EXPECT_EQ(problem_of(join(tax, bert)), Problem::conflict);
}

TEST_F(Staff, WallsAreListedWithTheirMemoAndTakenDown) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto matter = house.open_matter(anna);
    ASSERT_TRUE(house.raise(carl, {.matters = {matter}}, {.people = {root.id}}));
    auto listed = walls(gate, gate.admit(carl.who, ListWalls{}).value()).value();
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0].memo, "because");
    EXPECT_FALSE(gate.admit(root.who, ListWalls{})) << "whom a wall concerns is not told";
    auto id = listed[0].wall.id;
    EXPECT_EQ(problem_of(put_up(gate, gate.admit(carl.who, ChangeWall{id}).value(), listed[0].wall, "")), Problem::already_done);
    ASSERT_TRUE(take_down(gate, gate.admit(carl.who, RemoveWall{id}).value()));
    EXPECT_TRUE(house.put_on(anna, matter, root.id, TeamRole::reader));
    EXPECT_EQ(problem_of(take_down(gate, gate.admit(carl.who, RemoveWall{id}).value())), Problem::not_found);
    EXPECT_TRUE(house.reopen());
}

TEST_F(Staff, AWallThatHidesNothingIsRefused) {
    auto carl = hire("carl", {FirmRole::compliance});
    auto matter = house.open_matter(anna);
    EXPECT_EQ(problem_of(house.raise(carl, {.people = {anna.id}}, {.people = {root.id}})), Problem::malformed);
    EXPECT_EQ(problem_of(house.raise(carl, {.matters = {matter}}, {})), Problem::malformed);
    EXPECT_EQ(problem_of(house.raise(carl, {.matters = {MatterId::random()}}, {.people = {root.id}})), Problem::not_found);
    EXPECT_EQ(problem_of(house.raise(carl, {.matters = {matter}}, {.people = {PersonId::random()}})), Problem::not_found);
}

}  // namespace
}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
// The rules one by one, on a firm small enough to hold in one's head.
#include "access/decide/decide.hpp"

#include <gtest/gtest.h>

#include "access/decide/conflicts.hpp"
#include "base/safeguards.hpp"

namespace muniment::access {
namespace {

using enum Permission;

template <class T>
T id(std::uint8_t n) {
    T out;
    out.bytes[15] = n;
    return out;
}

constexpr Instant now{1'000};
const auto ada = id<PersonId>(1), ben = id<PersonId>(2), root = id<PersonId>(3), eve = id<PersonId>(4);
const auto litigation = id<GroupId>(1);
const auto acme = id<ClientId>(1), bolt = id<ClientId>(2);
const auto acme_suit = id<MatterId>(1), bolt_suit = id<MatterId>(2), acme_deed = id<MatterId>(3);
const auto orchid = id<WallId>(1);

class Decide : public testing::Test {
  protected:
    void SetUp() override {
        if (broken(2)) GTEST_SKIP() << "the safeguard was left out on purpose";
    }
    void put(const Change& change) { policy_ = policy_.with(change); }
    Decision ask(PersonId who, Permission what, MatterId matter, Instant when = now) const {
        return decide(policy_, who, what, {.matter = matter}, when);
    }
    Policy policy_ = Policy::build(
        {.people = {{ada, 1, true, {FirmRole::lawyer}, {}},
                    {ben, 1, true, {FirmRole::partner}, {}},
                    {root, 1, true, {FirmRole::administrator}, {}},
                    {eve, 1, true, {FirmRole::compliance}, {}}},
         .groups = {{litigation, 1, {ben}}},
         .matters = {{acme_suit, acme, MatterState::open, 1},
                     {bolt_suit, bolt, MatterState::open, 1},
                     {acme_deed, acme, MatterState::open, 1}},
         .grants = {{acme_suit, ada, TeamRole::lead, {}}, {bolt_suit, litigation, TeamRole::member, {}}}},
        1);
};

TEST_F(Decide, TheEmptyPolicyDeniesEverything) {
    for (auto permission : all_permissions()) {
        auto decision = decide(Policy{}, ada, permission, {.matter = acme_suit}, now);
        EXPECT_FALSE(decision.permitted);
        EXPECT_EQ(decision.reason, Reason::unknown_person);
    }
}

TEST_F(Decide, TheTeamOpensTheMatter) {
    auto decision = ask(ada, papers_read, acme_suit);
    EXPECT_TRUE(decision.permitted);
    EXPECT_EQ(decision.reason, Reason::team_grants);
    EXPECT_EQ(decision.team_role, TeamRole::lead);
    EXPECT_FALSE(decision.group);
    EXPECT_EQ(ask(ada, papers_read, bolt_suit).reason, Reason::no_grant);
}

TEST_F(Decide, AGroupOpensItToItsMembers) {
    auto decision = ask(ben, papers_write, bolt_suit);
    EXPECT_TRUE(decision.permitted);
    EXPECT_EQ(decision.group, litigation);
    EXPECT_EQ(ask(ben, team_manage, bolt_suit).reason, Reason::team_role_lacks);
    put(Group{litigation, 2, {}});
    EXPECT_EQ(ask(ben, papers_write, bolt_suit).reason, Reason::no_grant);
}

TEST_F(Decide, WhoeverAdministersReadsNoFile) {
    for (auto permission : all_permissions())
        if (concerns_a_matter(permission)) EXPECT_EQ(ask(root, permission, acme_suit).reason, Reason::no_grant);
    EXPECT_TRUE(decide(policy_, root, people_manage, {}, now).permitted);
}

TEST_F(Decide, NobodyLetsThemselvesIn) {
    EXPECT_TRUE(decide(policy_, eve, teams_appoint, {.matter = acme_suit, .concerned = Grantee(ben)}, now).permitted);
    EXPECT_EQ(decide(policy_, eve, teams_appoint, {.matter = acme_suit, .concerned = Grantee(eve)}, now).reason,
              Reason::not_oneself);
    EXPECT_TRUE(decide(policy_, root, groups_manage, {.concerned = Grantee(ada)}, now).permitted);
    EXPECT_EQ(decide(policy_, root, groups_manage, {.concerned = Grantee(root)}, now).reason, Reason::not_oneself);
    put(Group{litigation, 2, {eve}});
    EXPECT_EQ(decide(policy_, eve, teams_appoint, {.matter = acme_suit, .concerned = Grantee(litigation)}, now).reason,
              Reason::not_oneself);
}

TEST_F(Decide, AnEndIsTheFirstMomentWithout) {
    put(Grant{acme_suit, ada, TeamRole::lead, Instant{now.us + 1}});
    EXPECT_TRUE(ask(ada, papers_read, acme_suit, now).permitted);
    EXPECT_EQ(ask(ada, papers_read, acme_suit, {now.us + 1}).reason, Reason::grant_expired);
    put(Grant{acme_suit, ada, TeamRole::lead, {}});
    put(Person{ada, 2, true, {}, Instant{now.us + 1}});
    EXPECT_TRUE(ask(ada, papers_read, acme_suit, now).permitted);
    EXPECT_EQ(ask(ada, papers_read, acme_suit, {now.us + 1}).reason, Reason::person_ended);
    put(Person{ada, 3, false, {}, {}});
    EXPECT_EQ(ask(ada, papers_read, acme_suit).reason, Reason::not_active);
}

TEST_F(Decide, AClosedMatterIsReadAndReopenedOnly) {
    put(Matter{acme_suit, acme, MatterState::closed, 2});
    for (auto permission : {matter_view, team_view, papers_list, papers_read, log_read_matter, matter_reopen})
        EXPECT_TRUE(ask(ada, permission, acme_suit).permitted) << name(permission);
    for (auto permission : {matter_edit, matter_close, team_manage, papers_write, papers_trash, papers_move, checkout_break})
        EXPECT_EQ(ask(ada, permission, acme_suit).reason, Reason::matter_closed) << name(permission);
    // A closed matter whose lead has left still finds a new one.
    EXPECT_TRUE(decide(policy_, eve, teams_appoint, {.matter = acme_suit, .concerned = Grantee(ben)}, now).permitted);
}

TEST_F(Decide, AMatterPermissionNeedsTheMatterAndItsOwnClient) {
    EXPECT_EQ(decide(policy_, ada, papers_read, {}, now).reason, Reason::unknown_matter);
    EXPECT_EQ(ask(ada, papers_read, id<MatterId>(99)).reason, Reason::unknown_matter);
    EXPECT_EQ(decide(policy_, ada, papers_read, {.client = bolt, .matter = acme_suit}, now).reason, Reason::unknown_matter);
    EXPECT_TRUE(decide(policy_, ada, papers_read, {.client = acme, .matter = acme_suit}, now).permitted);
}

TEST_F(Decide, AWallIsStrongerThanGrantsAndRoles) {
    put(Wall{orchid, 1, {.matters = {acme_suit}}, {.clients = {bolt}}});
    put(Grant{bolt_suit, ada, TeamRole::lead, {}});  // ada works for acme: she gets the grant, and then neither matter
    auto decision = ask(ada, papers_read, bolt_suit);
    EXPECT_EQ(decision.reason, Reason::wall_forbids);
    EXPECT_EQ(decision.wall, orchid);
    EXPECT_EQ(ask(ada, papers_read, acme_suit).reason, Reason::wall_forbids);
    EXPECT_EQ(ask(ben, papers_read, acme_suit).reason, Reason::wall_forbids);
    EXPECT_TRUE(ask(ben, papers_read, bolt_suit).permitted);
    // The other matter of acme's is on no side.
    EXPECT_EQ(ask(ben, papers_read, acme_deed).reason, Reason::no_grant);
    // The register does not show it either, and an appointment by somebody barred is refused.
    EXPECT_EQ(decide(policy_, ben, register_read, {.matter = acme_suit}, now).reason, Reason::wall_forbids);
    EXPECT_EQ(decide(policy_, ada, matters_open, {.client = bolt}, now).reason, Reason::wall_forbids);
    EXPECT_TRUE(decide(policy_, ada, matters_open, {.client = acme}, now).permitted);
}

TEST_F(Decide, AScreenBarsAdministratorsToo) {
    put(Wall{orchid, 1, {.people = {root}}, {.matters = {acme_suit}}});
    put(Grant{acme_suit, root, TeamRole::lead, {}});
    EXPECT_EQ(ask(root, matter_view, acme_suit).reason, Reason::wall_forbids);
    EXPECT_TRUE(ask(ada, matter_view, acme_suit).permitted);
}

TEST_F(Decide, AnExpiredGrantStillCountsForTheWall) {
    put(Grant{acme_suit, ben, TeamRole::reader, Instant{1}});
    put(Wall{orchid, 1, {.clients = {acme}}, {.matters = {bolt_suit}}});
    EXPECT_EQ(ask(ben, papers_read, bolt_suit).reason, Reason::wall_forbids);
    EXPECT_EQ(wall_bars(policy_, ben, bolt_suit), orchid);
}

TEST_F(Decide, AWallRemembersWhomSidesLeftNames) {
    put(Grant{acme_suit, ben, TeamRole::reader, {}});
    Wall wall{orchid, 1, {.clients = {acme}}, {.matters = {bolt_suit}}};
    put(wall);
    const Change leaves = DropGrant{acme_suit, ben};
    auto left = sides_left_by(policy_, leaves);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0], (SideLeft{ben, {orchid, SideName::a}}));
    auto forgetful = policy_.with(leaves);
    EXPECT_TRUE(decide(forgetful, ben, papers_read, {.matter = bolt_suit}, now).permitted);
    put(remembering(wall, left));
    put(leaves);
    EXPECT_EQ(ask(ben, papers_read, bolt_suit).reason, Reason::wall_forbids);
    EXPECT_TRUE(sides_left_by(policy_, leaves).empty());
    EXPECT_EQ(remembering(remembering(wall, left), left), remembering(wall, left));
    // Taking the wall itself down is somebody's decision, not forgetting.
    EXPECT_TRUE(sides_left_by(policy_, Drop<WallId>{orchid}).empty());
}

TEST_F(Decide, LeavingAGroupLeavesASideToo) {
    put(Wall{orchid, 1, {.clients = {bolt}}, {.matters = {acme_deed}}});
    auto left = sides_left_by(policy_, Group{litigation, 2, {ada}});
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].person, ben);
}

TEST_F(Decide, ABreachIsToldBeforehand) {
    put(Wall{orchid, 1, {.clients = {acme}}, {.clients = {bolt}}});
    using Breaches = std::vector<Breach>;
    EXPECT_EQ(would_breach(policy_, Grant{bolt_suit, ada, TeamRole::reader, {}}), (Breaches{{ada, orchid}}));
    EXPECT_EQ(would_breach(policy_, Grant{acme_deed, litigation, TeamRole::reader, {}}), (Breaches{{ben, orchid}}));
    EXPECT_EQ(would_breach(policy_, Group{litigation, 2, {ada, ben}}), (Breaches{{ada, orchid}}));
    EXPECT_TRUE(would_breach(policy_, Grant{acme_deed, ada, TeamRole::reader, {}}).empty());
    put(Grant{bolt_suit, ada, TeamRole::reader, {}});
    // Already on both sides: another grant would be as futile, and is told again.
    EXPECT_EQ(would_breach(policy_, Grant{acme_deed, ada, TeamRole::reader, {}}), (Breaches{{ada, orchid}}));
}

TEST_F(Decide, ListsWhatOneMayView) {
    EXPECT_EQ(matters_visible(policy_, ada, now), (std::vector{acme_suit}));
    EXPECT_EQ(matters_visible(policy_, ben, now), (std::vector{bolt_suit}));
    EXPECT_TRUE(matters_visible(policy_, root, now).empty());
    put(Wall{orchid, 1, {.people = {ada}}, {.clients = {acme}}});
    EXPECT_TRUE(matters_visible(policy_, ada, now).empty());
}

TEST_F(Decide, ExplainsInOneSentence) {
    auto name_of = [](const Named& named) -> std::string {
        const char* names[] = {"Ada", "Litigation", "Acme v. Bolt", "Acme", "Orchid"};
        return names[named.index()];
    };
    auto why = [&](PersonId who, Permission what, MatterId matter) {
        return explain(ask(who, what, matter), who, what, {.matter = matter}, name_of);
    };
    EXPECT_EQ(why(ada, papers_read, acme_suit), "Ada may read papers (in Acme v. Bolt): the role of lead on its team gives it.");
    EXPECT_EQ(why(ben, team_manage, bolt_suit),
              "Ada may not change the team (in Acme v. Bolt): the role of member on its team (through the group Litigation) "
              "does not give it.");
    put(Wall{orchid, 1, {.people = {ada}}, {.matters = {bolt_suit}}});
    EXPECT_EQ(why(ada, papers_read, bolt_suit),
              "Ada may not read papers (in Acme v. Bolt): the wall Orchid stands between, and no grant or role goes over a "
              "wall.");
    EXPECT_EQ(why(id<PersonId>(99), papers_read, bolt_suit), "This person may not read papers: there is no such person.");
    EXPECT_EQ(explain(decide(policy_, ben, matters_open, {.client = acme}, now), ben, matters_open, {.client = acme}, name_of),
              "Ada may open a matter (for Acme): the firm role partner gives it.");
}

TEST_F(Decide, AFormerPolicyIsNotDisturbed) {
    const Policy former = policy_;
    put(DropGrant{acme_suit, ada});
    EXPECT_EQ(policy_.revision(), former.revision() + 1);
    EXPECT_TRUE(decide(former, ada, papers_read, {.matter = acme_suit}, now).permitted);
    EXPECT_FALSE(ask(ada, papers_read, acme_suit).permitted);
    EXPECT_FALSE(policy_ == former);
    put(Grant{acme_suit, ada, TeamRole::lead, {}});
    EXPECT_TRUE(policy_ == former);
}

}  // namespace
}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
#include "access/decide/decide.hpp"

#include "access/decide/sorted.hpp"
#include "base/safeguards.hpp"

namespace muniment::access {
namespace {

Decision no(Reason reason) { return {.permitted = false, .reason = reason}; }

bool ended(const std::optional<Instant>& until, Instant now) { return until && now >= *until; }

/// A wall of which one side lists the thing, while the person stands on the other.
std::optional<WallId> wall_between(const std::vector<WallSide>& stands, const std::vector<WallSide>& listed) {
    for (const auto& here : listed)
        if (contains(stands, WallSide{here.wall, other(here.side)})) return here.wall;
    return std::nullopt;
}

std::optional<WallId> wall_between(const Policy& policy, const PersonCard& person, const MatterCard& matter) {
    if (person.stands.empty()) return std::nullopt;
    if (auto wall = wall_between(person.stands, matter.listed)) return wall;
    if (!matter.fact) return std::nullopt;
    const auto* client = policy.client_card(matter.fact->client);
    return client ? wall_between(person.stands, client->listed) : std::nullopt;
}

bool is_oneself(const Policy& policy, PersonId who, const Grantee& concerned) {
    if (const auto* person = std::get_if<PersonId>(&concerned)) return *person == who;
    return policy.in_group(who, std::get<GroupId>(concerned));
}

Decision by_firm_role(FirmRoles roles, Permission what) {
    for (auto role : all_firm_roles())
        if (roles.has(role) && permissions_of(role).has(what))
            return {.permitted = true, .reason = Reason::role_grants, .firm_role = role};
    return no(Reason::no_role);
}

/// What one place on the team gives. When several apply, the one that says most is the answer: a yes before what the matter's
/// state denies, before what time denied, before a role that never held it.
Reason by_grant(const Grant& grant, Permission what, bool closed, Instant now) {
    const bool held = permissions_of(grant.role).has(what);
    const bool over = ended(grant.until, now);
    if (!held) return over ? Reason::no_grant : Reason::team_role_lacks;
    if (over) return Reason::grant_expired;
    return closed && !stays_in_a_closed_matter(what) ? Reason::matter_closed : Reason::team_grants;
}
constexpr int weight(Reason reason) {
    switch (reason) {
        case Reason::team_grants: return 4;
        case Reason::matter_closed: return 3;
        case Reason::grant_expired: return 2;
        case Reason::team_role_lacks: return 1;
        default: return 0;
    }
}

Decision by_team(const PersonCard& person, PersonId who, const MatterCard& matter, Permission what, Instant now) {
    const bool closed = matter.fact->state == MatterState::closed;
    Decision best = no(Reason::no_grant);
    for (const auto& grant : matter.team) {
        const auto* group = std::get_if<GroupId>(&grant.grantee);
        if (group ? !contains(person.groups, *group) : std::get<PersonId>(grant.grantee) != who) continue;
        auto reason = by_grant(grant, what, closed, now);
        if (weight(reason) <= weight(best.reason)) continue;
        best = {.permitted = reason == Reason::team_grants, .reason = reason, .team_role = grant.role};
        if (group) best.group = *group;
        if (best.permitted) break;
    }
    return best;
}

}  // namespace

Decision decide(const Policy& policy, PersonId who, Permission what, const Subject& subject, Instant now) {
    const auto* person = policy.person_card(who);
    if (!person || !person->fact) return no(Reason::unknown_person);
    if (!person->fact->active) return no(Reason::not_active);
    if (ended(person->fact->until, now)) return no(Reason::person_ended);

    // The safeguard of promise 2. A test build that leaves it out asks neither walls nor teams: whoever is active may do anything
    // to any matter, and the scenario "nobody in without a reason" must notice. What ships is built without this line's effect.
    if (broken(2) && concerns_a_matter(what))
        return {.permitted = true, .reason = Reason::team_grants, .team_role = TeamRole::lead};

    const MatterCard* matter = nullptr;
    if (subject.matter) {
        matter = policy.matter_card(*subject.matter);
        if (!matter || !matter->fact) return no(Reason::unknown_matter);
        if (subject.client && *subject.client != matter->fact->client) return no(Reason::unknown_matter);
    } else if (concerns_a_matter(what)) {
        return no(Reason::unknown_matter);
    }

    auto wall = matter ? wall_between(policy, *person, *matter) : std::nullopt;
    if (!wall && !matter && subject.client) wall = wall_bars(policy, who, *subject.client);
    if (wall) return {.permitted = false, .reason = Reason::wall_forbids, .wall = wall};

    if (concerns_a_matter(what)) return by_team(*person, who, *matter, what, now);
    const bool for_others_only = what == Permission::teams_appoint || what == Permission::groups_manage;
    if (for_others_only && subject.concerned && is_oneself(policy, who, *subject.concerned)) return no(Reason::not_oneself);
    return by_firm_role(person->fact->roles, what);
}

std::vector<MatterId> matters_visible(const Policy& policy, PersonId who, Instant now) {
    const auto* person = policy.person_card(who);
    if (!person) return {};
    auto matters = person->granted;
    for (auto group : person->groups)
        if (const auto* card = policy.group_card(group)) append(matters, card->granted);
    sort_unique(matters);
    std::erase_if(matters, [&](const MatterId& matter) {
        return !decide(policy, who, Permission::matter_view, {.matter = matter}, now).permitted;
    });
    return matters;
}

std::optional<WallId> wall_bars(const Policy& policy, PersonId who, MatterId matter) {
    const auto* person = policy.person_card(who);
    const auto* card = policy.matter_card(matter);
    return person && card ? wall_between(policy, *person, *card) : std::nullopt;
}

std::optional<WallId> wall_bars(const Policy& policy, PersonId who, ClientId client) {
    const auto* person = policy.person_card(who);
    const auto* card = policy.client_card(client);
    return person && card ? wall_between(person->stands, card->listed) : std::nullopt;
}

}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
#include "access/people/teams.hpp"

#include <algorithm>
#include <map>

namespace muniment::access {
namespace {

std::vector<audit::Subject> matter_and(const MatterId& matter, const Grantee& grantee) {
    std::vector<audit::Subject> subjects{{audit::SubjectKind::matter, matter.bytes}};
    if (const auto* person = std::get_if<PersonId>(&grantee)) subjects.push_back({audit::SubjectKind::person, person->bytes});
    if (const auto* group = std::get_if<GroupId>(&grantee)) subjects.push_back({audit::SubjectKind::group, group->bytes});
    return subjects;
}

bool exists(const Policy& policy, const Grantee& grantee) {
    if (const auto* person = std::get_if<PersonId>(&grantee)) {
        const auto* fact = policy.person(*person);
        return fact && fact->active;
    }
    return policy.group(std::get<GroupId>(grantee)) != nullptr;
}

bool stays(const Policy& policy, const PersonId& id) {
    const auto* person = policy.person(id);
    return person && person->active && !person->until;
}

bool is_last_lead(const Policy& policy, const MatterId& matter, const Grantee& grantee) {
    const auto* card = policy.matter_card(matter);
    if (!card || !card->fact || card->fact->state != MatterState::open) return false;
    // Who leads only until some day, has left the firm, or is a group of nobody does not count: they could not name another.
    auto leads = [&](const Grant& grant) {
        if (grant.role != TeamRole::lead || grant.until) return false;
        if (const auto* group = std::get_if<GroupId>(&grant.grantee)) {
            const auto* fact = policy.group(*group);
            return fact && std::ranges::any_of(fact->members, [&](const PersonId& member) { return stays(policy, member); });
        }
        return stays(policy, std::get<PersonId>(grant.grantee));
    };
    bool others = std::ranges::any_of(card->team, [&](const Grant& grant) { return grant.grantee != grantee && leads(grant); });
    return !others &&
           std::ranges::any_of(card->team, [&](const Grant& grant) { return grant.grantee == grantee && leads(grant); });
}

}  // namespace

std::vector<audit::Subject> ManageTeam::subjects() const { return matter_and(matter, grantee); }
std::vector<audit::Subject> AppointToTeam::subjects() const { return matter_and(matter, grantee); }

std::vector<Change> remembering_walls(const Policy& policy, const Change& change) {
    std::map<WallId, std::vector<SideLeft>> by_wall;
    for (const auto& left : sides_left_by(policy, change)) by_wall[left.side.wall].push_back(left);
    std::vector<Change> changes;
    for (const auto& [id, left] : by_wall) {
        Wall wall = remembering(*policy.wall(id), left);
        wall.revision += 1;
        changes.push_back(std::move(wall));
    }
    return changes;
}

template <class TeamPermit>
Result<void> put_on_team(Gate& gate, TeamPermit permit, TeamRole role, std::optional<Instant> until) {
    CHECK(gate.room_left());   // the disk's reserve is for taking somebody off
    Grant grant{permit.action().matter, permit.action().grantee, role, until};
    CHECK(gate.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        if (!policy.matter(grant.matter)) return fail(Problem::not_found);
        if (!exists(policy, grant.grantee))
            return fail(Problem::not_found, "No such person or group, or their access was ended.");
        if ((role != TeamRole::lead || until) && is_last_lead(policy, grant.matter, grant.grantee)) {
            return fail(Problem::conflict, "this is the matter's last lead: name another first");
        }
        if (!would_breach(policy, grant).empty()) {
            return fail(Problem::conflict, "an ethical wall keeps them, or somebody of that group, from this matter");
        }
        return std::vector<Change>{grant};
    }));
    return {};
}

template <class TeamPermit>
Result<void> take_off_team(Gate& gate, TeamPermit permit) {
    DropGrant leaving{permit.action().matter, permit.action().grantee};
    CHECK(gate.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        const auto* card = policy.matter_card(leaving.matter);
        bool there = card && std::ranges::find(card->team, leaving.grantee, &Grant::grantee) != card->team.end();
        if (!there) return fail(Problem::not_found, "They are not on this team.");
        if (is_last_lead(policy, leaving.matter, leaving.grantee)) {
            return fail(Problem::conflict, "this is the matter's last lead: name another first, or close the matter");
        }
        auto changes = remembering_walls(policy, leaving);
        changes.push_back(leaving);
        return changes;
    }));
    return {};
}

template Result<void> put_on_team(Gate&, Permit<ManageTeam>, TeamRole, std::optional<Instant>);
template Result<void> put_on_team(Gate&, Permit<AppointToTeam>, TeamRole, std::optional<Instant>);
template Result<void> take_off_team(Gate&, Permit<ManageTeam>);
template Result<void> take_off_team(Gate&, Permit<AppointToTeam>);

Result<std::vector<Grant>> team_of(const Gate& gate, const Permit<ListTeam>& permit) {
    auto policy = gate.policy();
    const auto* card = policy->matter_card(permit.action().matter);
    if (!card) return fail(Problem::not_found);
    return card->team;
}

}  // namespace muniment::access

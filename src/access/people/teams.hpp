// SPDX-License-Identifier: Apache-2.0
// Matter teams: who stands on one, and the change of it. A wall remembers who leaves.
#pragma once
#include "access/decide/conflicts.hpp"
#include "access/gate.hpp"

namespace muniment::access {

/// By somebody on the team who may manage it.
struct ManageTeam {
    static constexpr auto permission = Permission::team_manage;
    static constexpr auto entry = audit::Action::team_changed;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    MatterId matter;
    Grantee grantee;
    Subject subject() const { return {.matter = matter, .concerned = grantee}; }
    std::vector<audit::Subject> subjects() const;
};
/// By somebody who is not on the team and may appoint others, never themselves.
struct AppointToTeam {
    static constexpr auto permission = Permission::teams_appoint;
    static constexpr auto entry = audit::Action::team_changed;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    MatterId matter;
    Grantee grantee;
    Subject subject() const { return {.matter = matter, .concerned = grantee}; }
    std::vector<audit::Subject> subjects() const;
};
struct ListTeam {
    static constexpr auto permission = Permission::team_view;
    static constexpr auto entry = audit::Action::team_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    MatterId matter;
    Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};

/// `conflict` where a wall keeps somebody from the matter whom this would put on it.
template <class TeamPermit>
Result<void> put_on_team(Gate& gate, TeamPermit permit, TeamRole role, std::optional<Instant> until);
/// `conflict` for the last lead of an open matter, whom nobody on the team could replace.
template <class TeamPermit>
Result<void> take_off_team(Gate& gate, TeamPermit permit);
Result<std::vector<Grant>> team_of(const Gate& gate, const Permit<ListTeam>& permit);

/// The changes with which a wall remembers whom `change` would let leave one of its sides.
std::vector<Change> remembering_walls(const Policy& policy, const Change& change);

}  // namespace muniment::access

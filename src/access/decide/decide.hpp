// SPDX-License-Identifier: Apache-2.0
// May this person do this, here, now? A pure function of a policy and a moment.
//
// The order of the questions is the promise: is the person known, active and not past their end; does the matter exist; does a
// wall stand between; only then, does a role or a place on the team give it. Whatever is not given is denied.
//
// Promises   A wall is stronger than every grant and every role, administrators' included. Firm roles never open a matter.
// Does not   Log, wait, allocate on the way to a decision, or know names. The gate writes every answer down (../gate.hpp).
// Read next  facts.hpp for what a wall means, conflicts.hpp for what a change would do to walls, naive_model_test.cpp for the
//            same rules written down a second time.
#pragma once
#include <functional>

#include "access/decide/policy.hpp"

namespace muniment::access {

/// Why, for the log and for explain(). Numbers are written to disk: never change one, never use one twice.
enum class Reason : std::uint8_t {
    role_grants = 1,       ///< a firm role holds it
    team_grants = 2,       ///< a place on the team holds it
    unknown_person = 16,
    not_active = 17,
    person_ended = 18,     ///< past the person's own `until`
    unknown_matter = 19,   ///< there is none, none was named where one is needed, or it is not that client's
    wall_forbids = 20,
    no_role = 21,          ///< no firm role of theirs holds it
    no_grant = 22,         ///< not on the team, neither in person nor by a group
    grant_expired = 23,    ///< a grant that would give it is past its end
    team_role_lacks = 24,  ///< on the team, in a role that does not hold it
    matter_closed = 25,
    not_oneself = 26,      ///< may be done for others only
};

/// What is acted on. `concerned` is whom the act would put onto a team (teams_appoint) or into a group (groups_manage): both are
/// refused for oneself, since otherwise whoever administers could let themselves into a file. A matter is named where its name or
/// content would be shown or changed; who manages walls or reads the whole log is asked without one.
struct Subject {
    std::optional<ClientId> client = {};
    std::optional<MatterId> matter = {};
    std::optional<Grantee> concerned = {};
};

struct Decision {
    bool permitted = false;
    Reason reason = Reason::no_role;
    std::optional<FirmRole> firm_role = {};  ///< role_grants: by which
    std::optional<TeamRole> team_role = {};  ///< team_grants, grant_expired, team_role_lacks, matter_closed: of which place
    std::optional<GroupId> group = {};       ///< … if that place is a group's
    std::optional<WallId> wall = {};         ///< wall_forbids
};

Decision decide(const Policy& policy, PersonId who, Permission what, const Subject& subject, Instant now);

/// All matters that decide() lets the person view, sorted. Takes time in what the person and their groups were granted.
std::vector<MatterId> matters_visible(const Policy& policy, PersonId who, Instant now);

/// The wall that keeps the person from the matter or from a client as a whole, whatever they were granted.
std::optional<WallId> wall_bars(const Policy& policy, PersonId who, MatterId matter);
std::optional<WallId> wall_bars(const Policy& policy, PersonId who, ClientId client);

/// Puts a name to an id; called only with ids that the sentence needs. Who asks must be permitted to read it.
using Named = std::variant<PersonId, GroupId, MatterId, ClientId, WallId>;
using NameOf = std::function<std::string(const Named&)>;
/// One plain sentence: "Ada Byron may not read papers (in Smith v. Jones): the wall Orchid stands between."
std::string explain(const Decision& decision, PersonId who, Permission what, const Subject& subject, const NameOf& name_of);

}  // namespace muniment::access

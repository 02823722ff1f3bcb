// SPDX-License-Identifier: Apache-2.0
// What the places on a team permit somebody: their own, and those of groups that they are in. The server decides; this only keeps from
// offering what it would refuse.
import type { Schemas } from "../api/client";

export function permitted_on(
    team: readonly Schemas["TeamMember"][],
    groups: readonly Schemas["Group"][],
    roles: Schemas["Roles"] | undefined,
    person: string,
): ReadonlySet<string> {
    const own = new Set([person, ...groups.filter(({ members }) => members.includes(person)).map(({ id }) => id)]);
    const held = new Set(team.filter(({ id }) => own.has(id)).map(({ role }) => role));
    return new Set((roles?.team_roles ?? []).filter(({ name }) => held.has(name)).flatMap(({ permissions }) => permissions));
}

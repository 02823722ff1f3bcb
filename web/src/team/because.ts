// SPDX-License-Identifier: Apache-2.0
// The gate's reason, in the person's language.
import type { Schemas } from "../api/client";
import type { Words } from "../words";

/** "the place as Reader on the team (through the group Litigation)" */
function place(because: Schemas["Because"], words: Words): string {
    const role = words.team_roles[because.team_role ?? "reader"] ?? because.team_role ?? "";
    return words.place_on_team(role) + (because.group === undefined ? "" : ` ${words.through_group(because.group)}`);
}

export function because_in_words(because: Schemas["Because"], person: string, words: Words): string {
    const firm_role = words.firm_roles[because.firm_role ?? ""] ?? because.firm_role ?? "";
    const say = words.reasons[because.reason];
    return say ? say({ person, firm_role, place: place(because, words) }) : because.reason;
}

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { permitted_on } from "./standing";

const roles = {
    permissions: [],
    firm_roles: [],
    team_roles: [
        { name: "lead", permissions: ["papers_read", "team_manage"] },
        { name: "reader", permissions: ["papers_read"] },
    ],
};

test("somebody may what their own place permits, and what a group of theirs does", () => {
    const team = [
        { kind: "person" as const, id: "anna", name: "Anna", role: "reader" },
        { kind: "group" as const, id: "estate", name: "Real estate", role: "lead" },
    ];
    const groups = [{ id: "estate", name: "Real estate", members: ["bela"], revision: 1 }];
    expect([...permitted_on(team, groups, roles, "anna")]).toEqual(["papers_read"]);
    expect(permitted_on(team, groups, roles, "bela").has("team_manage")).toBe(true);
    expect(permitted_on(team, groups, roles, "cora").size).toBe(0);
    expect(permitted_on(team, groups, undefined, "bela").size).toBe(0);
});

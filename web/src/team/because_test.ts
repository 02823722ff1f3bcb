// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { de } from "../words/de";
import { en } from "../words/en";
import { because_in_words } from "./because";

test("each reason of the gate has its words, in each language", () => {
    const source = readFileSync(new URL("../../../src/server/routes/explain.cpp", import.meta.url), "utf8");
    const reasons = [...source.matchAll(/case \w+: return "([a-z-]+)"/g)].map(([, name]) => name ?? "");
    expect(reasons.length).toBe(13);
    for (const words of [en, de]) expect(Object.keys(words.reasons).sort()).toEqual(reasons.sort());
});

test("a place on the team is named, with its group", () => {
    const because = { reason: "team-grants", team_role: "reader", group: "Litigation" } as const;
    expect(because_in_words(because, "Ada", en)).toBe("The place as Reader on its team (through the group Litigation) gives it.");
    expect(because_in_words({ reason: "no-grant" }, "Ada", de)).toContain("Ada");
});

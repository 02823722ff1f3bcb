// SPDX-License-Identifier: Apache-2.0
// What the server names by a key has words in each language: compared with the server's own lists.
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { de } from "./de";
import { en } from "./en";
import { formats } from "./formats";

const names = (file: string, pattern: RegExp): string[] => {
    const text = readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");
    return [...text.matchAll(pattern)].map(([, name]) => name ?? "");
};
const dashed = (name: string) => name.replaceAll("_", "-");

for (const [language, words] of Object.entries({ en, de })) {
    test(`${language}: every problem, action, permission and role has its words, and no other`, () => {
        expect(Object.keys(words.problems).sort()).toEqual(
            names("base/problems.def", /^PROBLEM\((\w+)/gm)
                .map(dashed)
                .sort(),
        );
        expect(Object.keys(words.actions).sort()).toEqual(
            names("audit/actions.def", /^ACTION\((\w+)/gm)
                .map(dashed)
                .sort(),
        );
        const roles = "access/decide/roles.def";
        expect(Object.keys(words.permissions).sort()).toEqual(names(roles, /^(?:FIRM|MATTER)_PERMISSION\((\w+),/gm).sort());
        expect(Object.keys(words.firm_roles).sort()).toEqual(names(roles, /^FIRM_ROLE\((\w+),/gm).sort());
        expect(Object.keys(words.team_roles).sort()).toEqual(names(roles, /^TEAM_ROLE\((\w+),/gm).sort());
    });
}

test("no word is left in the other language, but those that are the same in both", () => {
    const same = Object.entries(en).filter(([key, word]) => typeof word === "string" && de[key as keyof typeof de] === word);
    expect(same.map(([key]) => key).sort()).toEqual(["code", "name", "nobody", "passphrase", "person", "uploads"]);
});

test("sizes, dates and order are those of the place", () => {
    const there = formats("de-DE");
    expect(there.size(0)).toBe("0 B");
    expect(there.size(1_500_000)).toBe("1,5 MB");
    expect(formats("en-GB").size(999)).toBe("999 B");
    expect(["Brief 10", "Brief 9"].toSorted(there.compare)).toEqual(["Brief 9", "Brief 10"]);
});

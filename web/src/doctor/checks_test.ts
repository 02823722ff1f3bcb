// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { de } from "../words/de";
import { en } from "../words/en";

test("each check that is documented has its title, in each language", () => {
    const page = readFileSync(new URL("../../../docs/operate/monitoring.md", import.meta.url), "utf8");
    const names = [...page.matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(20);
    for (const words of [en, de]) expect(Object.keys(words.checks).sort()).toEqual(names.sort());
});

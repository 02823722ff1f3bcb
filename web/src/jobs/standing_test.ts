// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { de } from "../words/de";
import { en } from "../words/en";
import { formats } from "../words/formats";
import { counts_in_words, state_in_words } from "./standing";

const format = formats("en-GB");

test("what was counted is said, and what was not there is left out", () => {
    expect(counts_in_words({ entries: 120_345, wrong: 0 }, en, format)).toBe("entries: 120,345");
    expect(counts_in_words({ objects: 3, bytes: 1_500_000, damaged: 1 }, en, format)).toBe("objects: 3 · 1.5 MB · damaged: 1");
    expect(counts_in_words({ ended: 0 }, en, format)).toBe("ended: 0");
    expect(counts_in_words({}, en, format)).toBe("");
});

test("a failure is told with its reason, as the page tells it elsewhere", () => {
    expect(state_in_words({ result: "failed", tries: 3, problem: "no-room" }, en)).toBe(
        `The last 3 runs failed. ${en.problems["no-room"]}`,
    );
    expect(state_in_words({ result: "failed", tries: 1, problem: "of-tomorrow" }, en)).toBe("The last run failed.");
    expect(state_in_words({ result: "found", tries: 0 }, de)).toBe(de.job_found);
});

test("each job of the program has its words in each language", () => {
    const program = readFileSync(new URL("../../../src/app/jobs.cpp", import.meta.url), "utf8");
    const names = [...program.matchAll(/\.name = "([a-z.]+)"/g)].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(4);
    for (const words of [en, de]) expect(Object.keys(words.job_lines)).toEqual(expect.arrayContaining(names));
});

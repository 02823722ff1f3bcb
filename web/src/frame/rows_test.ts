// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { folded, found, led_to, range, scrolled_to, window_of } from "./rows";

test("of twenty thousand rows those in sight are drawn, and a few around them", () => {
    expect(window_of(0, 600, 48, 20_000)).toEqual({ first: 0, last: 21 });
    const middle = window_of(480_000, 600, 48, 20_000);
    expect(middle).toEqual({ first: 9_992, last: 10_021 });
    expect(window_of(960_000, 600, 48, 20_000).last).toBe(20_000);
    expect(window_of(500, 600, 48, 0)).toEqual({ first: 0, last: 0 });
});

test("a row that the keyboard leads to is scrolled into sight whole, and no further", () => {
    expect(scrolled_to(0, 480, 600, 48, 36)).toBe(0);
    expect(scrolled_to(12, 480, 600, 48, 36)).toBe(480);
    expect(scrolled_to(30, 480, 600, 48, 36)).toBe(31 * 48 + 36 - 600);
});

test("keys lead to rows that there are", () => {
    expect(led_to("ArrowDown", 4, 5, 10)).toBe(4);
    expect(led_to("PageUp", 4, 5, 10)).toBe(0);
    expect(led_to("End", 0, 5, 10)).toBe(4);
    expect(led_to("x", 0, 5, 10)).toBeUndefined();
    expect(led_to("Home", 0, 0, 10)).toBeUndefined();
    expect(range(5, 3)).toEqual([3, 4, 5]);
});

test("search takes words in any order, without regard to case and accents", () => {
    const names = ["Müller Söhne GmbH", "Straße 12", "Bergmann"];
    expect(found(names, "sohne MULLER", (name) => name)).toEqual(["Müller Söhne GmbH"]);
    expect(found(names, "strasse", (name) => name)).toEqual(["Straße 12"]);
    expect(found(names, "  ", (name) => name)).toHaveLength(3);
    expect(folded("É")).toBe("e");
});

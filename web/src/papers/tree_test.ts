// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import type { Paper } from "../api/client";
import {
    by_id,
    extension_of,
    free_name,
    live_in,
    path_to,
    places_for,
    trash_of,
    with_below,
    with_paper,
    with_trashed,
} from "./tree";

const paper = (id: string, folder: string | null, kind: "paper" | "folder" = "paper", trashed = false): Paper => ({
    id,
    folder,
    kind,
    trashed,
    name: id,
    number: 0,
    size: 1,
    modified: "",
    added: "",
    class: "client file",
    versions: 1,
    revision: 1,
});
const all = [
    paper("a", null, "folder"),
    paper("b", "a", "folder"),
    paper("x", "b"),
    paper("y", "a"),
    paper("z", null),
    paper("old", "b", "paper", true),
];
const ids = (papers: readonly Paper[]) => papers.map(({ id }) => id);

test("a folder shows what lies in it and is not in the trash", () => {
    expect(ids(live_in(all, null))).toEqual(["a", "z"]);
    expect(ids(live_in(all, "b"))).toEqual(["x"]);
});

test("the way to a folder is named from the top, even where the data lead in a circle", () => {
    expect(ids(path_to(by_id(all), "b"))).toEqual(["a", "b"]);
    expect(path_to(by_id(all), null)).toEqual([]);
    const circle = [paper("p", "q", "folder"), paper("q", "p", "folder")];
    expect(path_to(by_id(circle), "p")).toHaveLength(2);
});

test("a folder takes all below it into the trash and out again, and the trash shows it once", () => {
    const gone = with_trashed(all, "a", true);
    expect(ids(gone.filter(({ trashed }) => !trashed))).toEqual(["z"]);
    expect(ids(trash_of(gone))).toEqual(["a"]);
    expect(ids(trash_of(all))).toEqual(["old"]);
    expect([...with_below(all, "a")].sort()).toEqual(["a", "b", "old", "x", "y"]);
});

test("a folder is not moved into itself or below", () => {
    expect(ids(places_for(all, ["a"]))).toEqual([]);
    expect(ids(places_for(all, ["b"]))).toEqual(["a"]);
    expect(ids(places_for(all, ["z"]))).toEqual(["a", "b"]);
});

test("what an answer says of a paper takes the place of what was known, or is added", () => {
    expect(with_paper(all, { ...paper("z", "a"), revision: 2 }).find(({ id }) => id === "z")?.folder).toBe("a");
    expect(with_paper(all, paper("new", null))).toHaveLength(all.length + 1);
});

test("a free name keeps its ending", () => {
    expect(free_name("Lease.pdf", new Set(["lease.pdf", "lease (2).pdf"]))).toBe("Lease (3).pdf");
    expect(free_name(".profile", new Set())).toBe(".profile (2)");
    expect(extension_of("Lease 2026.final.docx")).toBe("DOCX");
    expect(extension_of("README")).toBe("");
});

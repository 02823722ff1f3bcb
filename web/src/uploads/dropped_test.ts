// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { Stopped } from "../api/client";
import { walk } from "./dropped";

const file_of = (name: string, unreadable = false) =>
    ({
        isFile: true,
        name,
        file: (resolve: (file: File) => void, reject: (error: Error) => void) =>
            unreadable ? reject(new Error("NotReadableError")) : resolve(new File([name], name)),
    }) as unknown as FileSystemEntry;

function folder_of(name: string, inside: FileSystemEntry[] | undefined): FileSystemEntry {
    const rest = inside && [inside, []];
    const readEntries = (resolve: (some: FileSystemEntry[]) => void, reject: (error: Error) => void) =>
        rest ? resolve(rest.shift() ?? []) : reject(new Error("NotFoundError"));
    return { isFile: false, name, createReader: () => ({ readEntries }) } as unknown as FileSystemEntry;
}

test("what cannot be read is named, and what is beside and behind it comes in", async () => {
    const found = await walk(
        [folder_of("a", [file_of("1", true), file_of("2")]), folder_of("b", undefined), folder_of("c", []), file_of("3")],
        [],
    );
    const error = new Stopped("problem_unreadable");
    expect(found).toMatchObject([
        { path: ["a"], unread: { name: "1", error } },
        { path: ["a"], file: { name: "2" } },
        { path: [], unread: { name: "b", error } },
        { path: ["c"] },
        { path: [], file: { name: "3" } },
    ]);
});

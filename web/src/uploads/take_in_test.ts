// SPDX-License-Identifier: Apache-2.0
import { beforeEach, expect, test, vi } from "vitest";

import { api } from "../api/client";
import { forget_everything } from "../frame/session";
import { take_in, uploads } from "./index";

vi.mock("./transport", () => ({ send_whole: (wish: { name: string }) => Promise.resolve({ id: wish.name }) }));

const asked: string[] = [];
beforeEach(() => {
    forget_everything();
    asked.length = 0;
    vi.spyOn(api, "POST").mockImplementation(((_path: string, { body }: { body: { name: string } }) => {
        asked.push(body.name);
        const status = body.name === "barred" ? 403 : 201;
        const error = status === 403 ? { type: "/problems/denied" } : undefined;
        return Promise.resolve({ data: { id: `id of ${body.name}` }, error, response: new Response(null, { status }) });
    }) as never);
});
const file = (name: string) => new File(["x"], name);

test("a folder that is refused stops its own files and no other, and is asked for once", async () => {
    await take_in(
        "m",
        null,
        Promise.resolve([
            { path: ["barred"], file: file("1") },
            { path: ["barred", "in"], file: file("2") },
            { path: ["barred", "empty"] },
            { path: ["open"], file: file("3") },
            { path: [], unread: { name: "4", error: new Error("unreadable") } },
            { path: [], file: file("5") },
        ]),
    );
    await vi.waitFor(() => expect(uploads.snapshot().some(({ state }) => state === "waiting" || state === "sending")).toBe(false));
    expect(uploads.snapshot()).toMatchObject([
        { name: "1", state: "failed" },
        { name: "2", state: "failed" },
        { name: "3", state: "done", folder: "id of open" },
        { name: "4", state: "failed" },
        { name: "5", state: "done", folder: null },
        { name: "barred/empty", state: "failed" },
    ]);
    expect(asked).toEqual(["barred", "open"]);
});

test("what one person dropped is not taken in for the next", async () => {
    let walked = (_all: { path: string[]; file: File }[]) => {};
    const taking = take_in("m", null, new Promise((resolve) => (walked = resolve)));
    forget_everything();
    walked([{ path: ["open"], file: file("1") }]);
    await taking;
    expect(uploads.snapshot()).toEqual([]);
    expect(asked).toEqual([]);
});

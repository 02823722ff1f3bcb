// SPDX-License-Identifier: Apache-2.0
import { QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";

import { api, Refusal, type Session } from "../api/client";
import { look_who, queries, when_forgetting } from "./session";

const forgotten = vi.fn();
when_forgetting(forgotten);
const session_of = (id: string) => ({ person: { id } }) as Session;
function answer(status: number, data?: unknown): void {
    const error = status < 400 ? undefined : { type: status === 401 ? "/problems/unauthenticated" : "/problems/not-found" };
    vi.spyOn(api, "GET").mockResolvedValue({ data, error, response: new Response(null, { status }) } as never);
}
afterEach(() => {
    queries.clear();
    forgotten.mockClear();
});

for (const [who, status, session] of [
    ["another person", 200, session_of("p2")],
    ["nobody", 401, null],
] as const)
    test(`where ${who} is found in place of who was in, everything is forgotten`, async () => {
        queries.setQueryData(["session"], session_of("p1"));
        queries.setQueryData(["matters"], ["of p1"]);
        answer(status, session);
        expect(await queries.fetchQuery({ queryKey: ["session"], queryFn: look_who, staleTime: 0 })).toEqual(session);
        expect(queries.getQueryData(["session"])).toEqual(session);
        expect(queries.getQueryData(["matters"])).toBeUndefined();
        expect(forgotten).toHaveBeenCalledTimes(1);
    });

test("where the same person is found, nothing is forgotten", async () => {
    queries.setQueryData(["session"], session_of("p1"));
    queries.setQueryData(["matters"], ["of p1"]);
    answer(200, session_of("p1"));
    await queries.fetchQuery({ queryKey: ["session"], queryFn: look_who, staleTime: 0 });
    expect(queries.getQueryData(["matters"])).toEqual(["of p1"]);
    expect(forgotten).not.toHaveBeenCalled();
});

test("another tab's sign-in or sign-out is heard", async () => {
    queries.setQueryData(["session"], session_of("p1"));
    queries.setQueryData(["matters"], ["of p1"]);
    const other = new BroadcastChannel("muniment");
    other.postMessage("forget");
    await vi.waitFor(() => expect(queries.getQueryData(["matters"])).toBeUndefined());
    expect(queries.getQueryData(["session"])).toBeNull();
    other.close();
});

for (const [status, kept] of [
    [403, undefined],
    [404, undefined],
    [409, "from before"],
] as const)
    test(`what was seen before is ${kept ? "kept" : "taken away"} at a ${status}`, async () => {
        queries.setQueryData(["matter"], "from before");
        const queryFn = () => Promise.reject(new Refusal({ type: "/problems/not-found" }, status));
        const observer = new QueryObserver(queries, { queryKey: ["matter"], queryFn, staleTime: 0 });
        const stop = observer.subscribe(() => undefined);
        await vi.waitFor(() => expect(observer.getCurrentResult()).toMatchObject({ status: "error", isPending: false }));
        expect(observer.getCurrentResult().data).toBe(kept);
        stop();
    });

// SPDX-License-Identifier: Apache-2.0
// The API, typed from docs/api/openapi.json. The session is a cookie that no script can read; a change also sends a header that no
// page of another origin can.
import createClient, { type FetchResponse, type MaybeOptionalInit } from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Paper = Schemas["Paper"];
export type Matter = Schemas["Matter"];
export type Person = Schemas["Person"];
export type Session = Schemas["Session"];

/** The server said no: an RFC 9457 problem. `type` is its name, "name-taken". */
export class Refusal extends Error {
    readonly type: string;
    readonly status: number;
    readonly request: string;
    readonly retryAfter: number | undefined;

    constructor(problem: Partial<Schemas["Problem"]>, status: number, retryAfter?: number) {
        super(problem.detail ?? "");
        this.type = (problem.type ?? "").replace("/problems/", "") || "internal";
        this.status = status;
        this.request = problem.request ?? "";
        this.retryAfter = retryAfter;
    }
}

/** Stopped on this side, before or without an answer; `word` is its sentence in the catalogue. */
export class Stopped extends Error {
    readonly word: "problem_unreadable" | "problem_folder_not_made" | "problem_upload_gone";

    constructor(word: Stopped["word"]) {
        super(word);
        this.word = word;
    }
}

/** No answer came: the line, or the server, is down. */
export class Unreachable extends Error {}

export const api = createClient<paths>({ baseUrl: "/" });

api.use({
    onRequest({ request }) {
        if (request.method !== "GET") request.headers.set("X-Muniment", "1");
        return request;
    },
    onError: () => new Unreachable(),
});

export function refusal_of(body: unknown, status: number, headers: { get(name: string): string | null }): Refusal {
    const problem = typeof body === "object" && body !== null ? (body as Partial<Schemas["Problem"]>) : {};
    const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
    return new Refusal(problem, status, Number.isFinite(seconds) ? seconds : undefined);
}

/** What was answered, or a Refusal is thrown. */
export async function ask<T extends Record<string | number, unknown>, O, M extends `${string}/${string}`>(
    answer: Promise<FetchResponse<T, O, M>>,
): Promise<NonNullable<FetchResponse<T, O, M>["data"]>> {
    const { data, error, response } = await answer;
    if (!response.ok) throw refusal_of(error, response.status, response.headers);
    return (data ?? {}) as NonNullable<FetchResponse<T, O, M>["data"]>;
}
export type { MaybeOptionalInit };

export const if_match = (revision: number): string => `"${revision}"`;
/** New for each thing that is to be made; the same when its request is repeated. */
export const fresh_key = (): string => crypto.randomUUID();

interface Page<T> {
    items: T[];
    next?: string;
}

/** All of a list, page after page; `seen` is told after each. */
export async function all_of<T>(
    page: (cursor: string | undefined) => Promise<Page<T>>,
    seen?: (items: T[]) => void,
): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
        const { items: more, next } = await page(cursor);
        items.push(...more);
        seen?.(items);
        cursor = next;
    } while (cursor !== undefined);
    return items;
}

export const page_limit = 1000;

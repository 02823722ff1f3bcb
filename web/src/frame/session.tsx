// SPDX-License-Identifier: Apache-2.0
// Who is signed in. Null: nobody.
import { MutationCache, type Query, QueryCache, QueryClient, useQuery } from "@tanstack/react-query";

import { api, ask, Refusal, type Session } from "../api/client";

const shut = new Set(["locked", "wall-shut", "older-database", "damaged-database", "keyless"]);
export const is_shut = (error: unknown): error is Refusal => error instanceof Refusal && shut.has(error.type);

/** What is refused now is not shown from before. */
export function no_longer_seen(error: unknown, query: Query): void {
    if (error instanceof Refusal && [401, 403, 404].includes(error.status)) query.setState({ data: undefined });
}

/** A session that ended, or a door that was shut, is noticed by whatever is asked next. */
function noticed(error: unknown): void {
    if (error instanceof Refusal && error.type === "unauthenticated") forget_everything();
    else if (is_shut(error)) void queries.invalidateQueries({ queryKey: ["session"] });
}

/** Once more, where no answer came or the server had too much to do; never where it said no. */
const again = (count: number, error: unknown): boolean =>
    count < 2 && (!(error instanceof Refusal) || (error.status === 503 && !is_shut(error)));

export const queries = new QueryClient({
    queryCache: new QueryCache({
        onError: (error, query) => {
            if (query.queryKey[0] === "session" || query.meta?.["by_link"]) return;
            no_longer_seen(error, query as Query);
            noticed(error);
        },
    }),
    mutationCache: new MutationCache({ onError: noticed }),
    defaultOptions: {
        queries: { staleTime: 15_000, gcTime: 300_000, retry: again, networkMode: "always" },
        mutations: { retry: false, networkMode: "always" },
    },
});

async function who_is_in(): Promise<Session | null> {
    try {
        return await ask(api.GET("/api/v1/session"));
    } catch (error) {
        if (error instanceof Refusal && error.type === "unauthenticated") return null;
        throw error;
    }
}

/** The cookie is the browser's, not the tab's: in another tab somebody else may have come in. */
export async function look_who(): Promise<Session | null> {
    const now = await who_is_in();
    const former = queries.getQueryData<Session | null>(["session"]);
    if (former && former.person.id !== now?.person.id) forget_everything();
    return now;
}

export const useSession = () =>
    useQuery<Session | null>({
        queryKey: ["session"],
        staleTime: 60_000,
        refetchInterval: (query) => (query.state.status === "error" ? 5_000 : false),
        queryFn: look_who,
    });

const forgetting: (() => void)[] = [];
/** For what keeps something of a person's outside of the queries. */
export const when_forgetting = (forget: () => void): number => forgetting.push(forget);

/** Nothing of what one person saw is left for the next. */
export function forget_everything(): void {
    queries.setQueryData<Session | null>(["session"], null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    for (const forget of forgetting) forget();
}

/** The other tabs of this browser, whose cookie has changed too. */
const other_tabs = new BroadcastChannel("muniment");
other_tabs.onmessage = () => {
    forget_everything();
    void queries.invalidateQueries({ queryKey: ["session"] });
};

/** Whoever was in before is not any more, in any tab. */
export function forget_everywhere(): void {
    forget_everything();
    other_tabs.postMessage("forget");
}

export async function signed_in(): Promise<void> {
    forget_everywhere();
    await queries.invalidateQueries({ queryKey: ["session"] });
}

export async function sign_out(): Promise<void> {
    await ask(api.DELETE("/api/v1/session"));
    forget_everywhere();
}

export const may = (session: Session, permission: string): boolean => session.permissions.includes(permission);

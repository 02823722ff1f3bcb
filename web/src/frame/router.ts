// SPDX-License-Identifier: Apache-2.0
// Where in the page somebody is. Addresses hold ids only, so that no name gets into a history, a bookmark or a proxy's log; the
// list of them, routes.json, is the server's too.
import { useSyncExternalStore } from "react";

import routes from "../../routes.json" with { type: "json" };

export interface Place {
    route: string; // "/matters/{matter}"; "" where the page has no such address
    ids: Record<string, string>;
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function match(route: string, path: string): Record<string, string> | undefined {
    const pattern = route.split("/");
    const parts = path.split("/");
    if (pattern.length !== parts.length) return undefined;
    const ids: Record<string, string> = {};
    for (const [at, expected] of pattern.entries()) {
        const part = parts[at] ?? "";
        if (!expected.startsWith("{")) {
            if (part !== expected) return undefined;
        } else {
            if (!id.test(part)) return undefined;
            ids[expected.slice(1, -1)] = part;
        }
    }
    return ids;
}

export function place_of(path: string): Place {
    for (const route of routes) {
        const ids = match(route, path);
        if (ids) return { route, ids };
    }
    return { route: "", ids: {} };
}

const listeners = new Set<() => void>();
const moved = () => {
    for (const listener of listeners) listener();
};

export function navigate(path: string, how: "push" | "replace" = "push"): void {
    if (path !== location.pathname) history[how === "push" ? "pushState" : "replaceState"](null, "", path);
    moved();
}

function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    addEventListener("popstate", listener);
    return () => {
        listeners.delete(listener);
        removeEventListener("popstate", listener);
    };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

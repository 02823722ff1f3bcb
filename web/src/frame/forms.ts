// SPDX-License-Identifier: Apache-2.0
// What every form does: it is sent once, and what makes something has a key of its own.
import { type FormEvent, useRef } from "react";

import { fresh_key, Refusal } from "../api/client";

interface Mutation {
    isPending: boolean;
    mutate(): void;
}
/** For onSubmit; `ready`: what the form needs is there. */
export const sends =
    (mutation: Mutation, ready = true) =>
    (event: FormEvent): void => {
        event.preventDefault();
        if (ready && !mutation.isPending) mutation.mutate();
    };

export interface Key {
    header(): { "Idempotency-Key": string };
    /** For onError. Where no answer came the same request is repeated; what was refused is asked for anew. */
    refused(error: unknown): void;
}
export function useKey(): Key {
    const key = useRef(fresh_key());
    return {
        header: () => ({ "Idempotency-Key": key.current }),
        refused(error) {
            if (error instanceof Refusal) key.current = fresh_key();
        },
    };
}

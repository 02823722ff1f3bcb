// SPDX-License-Identifier: Apache-2.0
// What stands where something should be shown and cannot be (yet): loading, nothing there, refused, locked, out of reach.
import { type ReactNode, useEffect, useState } from "react";

import { Refusal, Stopped, Unreachable } from "../api/client";
import { useWords, type Words } from "../words";
import { Icon, type IconName } from "./icons";
import { Act } from "./parts";

/** Said only after a while: what is there at once needs no word. */
export function Loading({ what }: { what?: string }) {
    const words = useWords();
    const [late, set_late] = useState(false);
    useEffect(() => {
        const timer = setTimeout(() => set_late(true), 250);
        return () => clearTimeout(timer);
    }, []);
    return (
        <div className="state" role="status" aria-live="polite">
            {late && <p className="state-text loading">{what ?? words.loading}</p>}
        </div>
    );
}

interface NothingProps {
    icon?: IconName;
    title: string;
    text?: string;
    /** In place of a whole room: its title is the page's. */
    whole?: boolean;
    children?: ReactNode;
}
export function Nothing({ icon, title, text, whole = false, children }: NothingProps) {
    const Title = whole ? "h1" : "p";
    return (
        <div className="state">
            {icon && <Icon name={icon} />}
            <Title className="state-title">{title}</Title>
            {text && <p className="state-text">{text}</p>}
            {children}
        </div>
    );
}

/** One sentence for what went wrong, in the person's language; what the server said, where the catalogue does not know it. */
export function sentence_of(error: unknown, words: Words): string {
    if (error instanceof Unreachable) return words.problem_unreachable;
    if (error instanceof Stopped) return words[error.word];
    if (!(error instanceof Refusal)) return words.problem_internal;
    if (error.type === "slow-down" && error.retryAfter) return words.problem_wait(error.retryAfter);
    return words.problems[error.type] ?? (error.message || words.problem_internal);
}

export function Failed({ error, onAgain }: { error: unknown; onAgain?: (() => void) | undefined }) {
    const words = useWords();
    const refused = error instanceof Refusal && (error.status === 403 || error.status === 404);
    return (
        <div className="state" role="alert">
            <Icon name={refused ? "lock" : "warning"} />
            <p className="state-title">{refused ? words.refused_title : words.failed_title}</p>
            <p className="state-text">{sentence_of(error, words)}</p>
            {error instanceof Refusal && error.request !== "" && (
                <p className="state-small">
                    {words.request_id} <code>{error.request}</code>
                </p>
            )}
            {onAgain && !refused && <Act label={words.try_again} onPress={onAgain} />}
        </div>
    );
}

/** Beside a form. */
export function Complaint({ error }: { error: unknown }) {
    const words = useWords();
    if (!error) return null;
    return (
        <p className="complaint" role="alert">
            <Icon name="warning" /> <span>{sentence_of(error, words)}</span>
        </p>
    );
}

interface Queried<T> {
    data: T | undefined;
    error: unknown;
    isPending: boolean;
    refetch(): unknown;
}
/** What a query brought, or the state that it is in. */
export function Shown<T>({ query, children }: { query: Queried<T>; children(data: T): ReactNode }) {
    if (query.data !== undefined) return children(query.data);
    if (query.isPending) return <Loading />;
    return <Failed error={query.error} onAgain={() => void query.refetch()} />;
}

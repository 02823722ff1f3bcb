// SPDX-License-Identifier: Apache-2.0
// A line at the bottom that says what was done, with the way back. It stays while it is looked at.
import { useEffect, useState, useSyncExternalStore } from "react";

import { useWords } from "../words";
import { Act } from "./parts";
import { when_forgetting } from "./session";

interface Notice {
    number: number;
    text: string;
    undo?: (() => void) | undefined;
    kind: "done" | "failed";
}

let notices: readonly Notice[] = [];
let count = 0;
const listeners = new Set<() => void>();

function put(next: readonly Notice[]): void {
    notices = next;
    for (const listener of listeners) listener();
}

export function say(text: string, undo?: () => void): void {
    put([...notices.slice(-2), { number: ++count, text, undo, kind: "done" }]);
}
export function complain(text: string): void {
    put([...notices.slice(-2), { number: ++count, text, kind: "failed" }]);
}
when_forgetting(() => put([]));
const drop = (notice: Notice) => put(notices.filter((other) => other !== notice));

function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

const milliseconds_shown = 10_000;

function Line({ notice }: { notice: Notice }) {
    const words = useWords();
    const [held, set_held] = useState(false);
    useEffect(() => {
        if (held || notice.kind === "failed") return;
        const timer = setTimeout(() => drop(notice), milliseconds_shown);
        return () => clearTimeout(timer);
    }, [held, notice]);
    return (
        <div
            className={`notice notice-${notice.kind}`}
            onPointerEnter={() => set_held(true)}
            onPointerLeave={() => set_held(false)}
            onFocus={() => set_held(true)}
            onBlur={() => set_held(false)}
        >
            <span>{notice.text}</span>
            {notice.undo && (
                <Act
                    weight="quiet"
                    label={words.undo}
                    onPress={() => {
                        drop(notice);
                        notice.undo?.();
                    }}
                />
            )}
            <Act weight="quiet" icon="close" bare label={words.close} onPress={() => drop(notice)} />
        </div>
    );
}

export function Notices() {
    const shown = useSyncExternalStore(subscribe, () => notices);
    const words = useWords();
    return (
        <section className="notices" aria-label={words.notices} aria-live="polite">
            {shown.map((notice) => (
                <Line key={notice.number} notice={notice} />
            ))}
        </section>
    );
}

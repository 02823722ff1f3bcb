// SPDX-License-Identifier: Apache-2.0
// A browser that nobody uses is left by itself, although something in the page still asks the server now and then. Keys, presses and
// wheels count as use, in any tab; so do uploads under way.
import { useEffect, useState } from "react";

import type { Session } from "../api/client";
import { total_of } from "../uploads/queue";
import { uploads } from "../uploads/index";
import { useWords } from "../words";
import { Box } from "./boxes";
import { Act } from "./parts";
import { forget_everywhere, queries, sign_out } from "./session";

const signs = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
const warned_before = 120_000; // milliseconds
const told_every = 1_000;
/** So often the server hears of use that asks it nothing, as reading does. */
const asked_every = 300_000;

const other_tabs = new BroadcastChannel("muniment.use");
let used = Date.now();
let asked = Date.now();

function note_use(): void {
    const now = Date.now();
    if (now - used > told_every) other_tabs.postMessage("used");
    used = now;
    if (now - asked < asked_every) return;
    asked = now;
    void queries.invalidateQueries({ queryKey: ["session"] });
}
other_tabs.onmessage = () => {
    used = Date.now();
};

/** Milliseconds until the session ends by itself; while it is not near, nothing. */
function useRemaining(idle_max: number): number | undefined {
    const [remaining, set_remaining] = useState<number>();
    useEffect(() => {
        used = Date.now();
        const look = () => {
            if (total_of(uploads.snapshot()).active) note_use();
            const left = idle_max - (Date.now() - used);
            set_remaining(left <= warned_before ? Math.max(0, left) : undefined);
        };
        const noticed = () => {
            note_use();
            look();
        };
        const timer = setInterval(look, 1_000);
        for (const sign of signs) addEventListener(sign, noticed, { passive: true, capture: true });
        return () => {
            clearInterval(timer);
            for (const sign of signs) removeEventListener(sign, noticed, { capture: true });
        };
    }, [idle_max]);
    return remaining;
}

export function IdleWatch({ session }: { session: Session }) {
    const words = useWords();
    const remaining = useRemaining(session.session.idle_seconds * 1_000);
    const over = remaining === 0;
    useEffect(() => {
        // Where the server is not reached its own clock ends the session; nothing stays on the screen either way.
        if (over) void sign_out().catch(() => forget_everywhere());
    }, [over]);
    if (remaining === undefined) return null;
    return (
        <Box title={words.idle_title} open onClose={note_use}>
            <p className="prose" role="timer">
                {words.idle_text(Math.ceil(remaining / 1_000))}
            </p>
            <footer className="dialog-foot">
                <Act weight="main" label={words.idle_stay} onPress={note_use} autoFocus />
            </footer>
        </Box>
    );
}

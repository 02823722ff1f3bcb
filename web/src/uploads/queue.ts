// SPDX-License-Identifier: Apache-2.0
// The uploads of this page: a few at a time, each waiting, sending, paused, stopped by a refusal, or done. What is large goes in
// pieces and goes on from where it was, after a pause, a broken line, or a server that was started anew.
import { type Paper, Refusal, Stopped, Unreachable } from "../api/client";
import type { Going, Wish } from "./transport";

export type State = "waiting" | "sending" | "paused" | "taken" | "failed" | "done";
export interface Job extends Wish {
    id: string;
    key: string;
    state: State;
    sent: number;
    /** Where the pieces go, once a large one was begun. */
    address?: string;
    /** Begun in an earlier visit: nothing else is begun in its place. */
    left: boolean;
    error?: unknown;
    /** No answer: it tries again by itself. */
    trying: boolean;
    paper?: Paper;
}

export interface Transport {
    send_whole(wish: Wish, key: string, going: Going): Promise<Paper>;
    begin(wish: Wish, key: string, going: Going): Promise<string>;
    standing(address: string, going: Going): Promise<{ state: "open" | "filed"; offset: number; paper: string | null }>;
    send_rest(address: string, file: File, offset: number, going: Going): Promise<number>;
    give_up(address: string): Promise<void>;
    look(matter: string, paper: string): Promise<Paper>;
}

export const in_pieces_from = 16 * 1024 * 1024;
const at_once_max = 3;
const waits = [1, 2, 4, 8, 15, 30]; // seconds; the last again and again
const tries_max = 60;

const pausing = new DOMException("paused", "AbortError");

export class Uploads {
    private jobs: readonly Job[] = [];
    private readonly going = new Map<string, AbortController>();
    private readonly listeners = new Set<() => void>();
    private readonly transport: Transport;
    private readonly filed: (job: Job, paper: Paper) => void;
    private readonly wait: (seconds: number, signal: AbortSignal) => Promise<void>;

    constructor(transport: Transport, filed: (job: Job, paper: Paper) => void, wait = wait_for) {
        this.transport = transport;
        this.filed = filed;
        this.wait = wait;
    }

    readonly subscribe = (listener: () => void): (() => void) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    };
    readonly snapshot = (): readonly Job[] => this.jobs;

    add(wishes: readonly (Wish & { address?: string })[]): void {
        const fresh = wishes.map((wish): Job => ({
            ...wish,
            id: crypto.randomUUID(),
            key: crypto.randomUUID(),
            state: "waiting",
            sent: 0,
            trying: false,
            left: wish.address !== undefined,
        }));
        this.put([...this.jobs, ...fresh]);
        this.start();
    }
    pause(id: string): void {
        if (this.state_of(id) === "waiting" || this.state_of(id) === "sending") this.set(id, { state: "paused", trying: false });
        this.going.get(id)?.abort(pausing);
    }
    /** After a pause or a refusal; with a change, as another wish: under another name, as a version. */
    resume(id: string, change: Partial<Pick<Wish, "name" | "version_of">> = {}): void {
        const anew = Object.keys(change).length > 0;
        if (anew) this.drop(id);
        this.set(id, {
            ...change,
            state: "waiting",
            error: undefined,
            ...(anew ? { key: crypto.randomUUID(), address: undefined, left: false, sent: 0 } : {}),
        });
        this.start();
    }
    cancel(id: string): void {
        this.going.get(id)?.abort(pausing);
        this.drop(id);
        this.put(this.jobs.filter((each) => each.id !== id));
        this.start();
    }
    clear_done(): void {
        this.put(this.jobs.filter((job) => job.state !== "done"));
    }
    clear(): void {
        for (const controller of this.going.values()) controller.abort(pausing);
        this.put([]);
    }

    /** What arrived is dropped by the server in a day, should this not reach it. */
    private drop(id: string): void {
        const job = this.jobs.find((each) => each.id === id);
        if (job?.address && job.state !== "done") void this.transport.give_up(job.address).catch(() => undefined);
    }
    private put(jobs: readonly Job[]): void {
        this.jobs = jobs;
        for (const listener of this.listeners) listener();
    }
    private set(id: string, change: Partial<Job>): void {
        this.put(this.jobs.map((job) => (job.id === id ? { ...job, ...change } : job)));
    }
    private state_of(id: string): State | undefined {
        return this.jobs.find((job) => job.id === id)?.state;
    }
    private start(): void {
        for (const job of this.jobs) {
            if (this.going.size >= at_once_max) return;
            if (job.state === "waiting" && !this.going.has(job.id)) void this.run(job.id);
        }
    }
    private async run(id: string): Promise<void> {
        const controller = new AbortController();
        this.going.set(id, controller);
        this.set(id, { state: "sending" });
        try {
            const paper = await this.until_filed(id, controller.signal);
            const job = this.jobs.find((each) => each.id === id);
            if (job) {
                this.set(id, { state: "done", sent: job.file.size, paper, trying: false });
                this.filed(job, paper);
            }
        } catch (error) {
            if (error !== pausing)
                this.set(id, {
                    state: error instanceof Refusal && error.type === "name-taken" ? "taken" : "failed",
                    error,
                    trying: false,
                });
        }
        this.going.delete(id);
        this.start();
    }
    /** Where no answer came, or the server had too much to do, the same again after a while. */
    private async until_filed(id: string, signal: AbortSignal): Promise<Paper> {
        for (let tries = 0; ; ++tries) {
            let sent = -1;
            const going: Going = {
                signal,
                progress: (bytes) => {
                    sent = bytes;
                    this.set(id, { sent: bytes, trying: false });
                },
            };
            try {
                let job = this.jobs.find((each) => each.id === id);
                if (job?.lead) {
                    const folder = await job.lead();
                    signal.throwIfAborted();
                    this.set(id, { folder, lead: undefined });
                    job = this.jobs.find((each) => each.id === id);
                }
                if (!job) throw pausing;
                return await (job.file.size > in_pieces_from || job.address
                    ? this.in_pieces(job, going)
                    : this.transport.send_whole(job, job.key, going));
            } catch (error) {
                if (signal.aborted) throw pausing;
                if (sent > 0) tries = 0;
                if (!passes(error) || tries >= tries_max) throw error;
                this.set(id, { trying: true });
                await this.wait(waits[Math.min(tries, waits.length - 1)] ?? 30, signal);
            }
        }
    }
    private async in_pieces(job: Job, going: Going): Promise<Paper> {
        const address = job.address ?? (await this.transport.begin(job, job.key, going));
        if (!job.address) this.set(job.id, { address });
        let standing;
        try {
            standing = await this.transport.standing(address, going);
        } catch (error) {
            // Expired, given up elsewhere, or another person's: who sees it here may begin it anew, and nothing does by itself.
            if (!(error instanceof Refusal && error.status === 404)) throw error;
            if (!job.left) this.set(job.id, { address: undefined, key: crypto.randomUUID(), sent: 0 });
            throw new Stopped("problem_upload_gone");
        }
        if (standing.state === "open") {
            going.progress(standing.offset);
            await this.transport.send_rest(address, job.file, standing.offset, going);
            standing = await this.transport.standing(address, going);
        }
        if (standing.state !== "filed" || !standing.paper) throw new Unreachable();
        return this.transport.look(job.matter, standing.paper);
    }
}

/** Whether this is the file that an earlier visit began to send: as the server was told of it then. */
export function is_file_of(begun: { name?: string; size: number; modified?: string }, file: FileSaid): boolean {
    const { name, size, modified } = begun;
    return size === file.size && (!name || name === file.name) && Date.parse(modified ?? "") === file.lastModified;
}
type FileSaid = Pick<File, "name" | "size" | "lastModified">;

/** What another try may mend. 409 `conflict` of a piece: the offset was another; 423: the line that broke is not known to have yet. */
export function passes(error: unknown): boolean {
    if (error instanceof Unreachable) return true;
    return (
        error instanceof Refusal &&
        (error.status === 503 || error.type === "upload-busy" || error.type === "slow-down" || error.type === "too-slow")
    );
}

function wait_for(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, seconds * 1000);
        signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(signal.reason as Error);
        });
    });
}

export interface Total {
    count: number;
    done: number;
    sent: number;
    size: number;
    active: boolean;
    /** Something would be lost with this tab: also what waits, is paused or asks. */
    unfinished: boolean;
}
export function total_of(jobs: readonly Job[]): Total {
    const total: Total = { count: jobs.length, done: 0, sent: 0, size: 0, active: false, unfinished: false };
    for (const job of jobs) {
        total.done += job.state === "done" ? 1 : 0;
        total.sent += Math.min(job.sent, job.file.size);
        total.size += job.file.size;
        total.active ||= job.state === "waiting" || job.state === "sending";
        total.unfinished ||= job.state !== "done" && job.state !== "failed";
    }
    return total;
}

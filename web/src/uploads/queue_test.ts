// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { type Paper, Refusal, Stopped, Unreachable } from "../api/client";
import { in_pieces_from, is_file_of, type Job, type State, total_of, type Transport, Uploads } from "./queue";
import type { Going, Wish } from "./transport";

const file = (size: number, name = "a.pdf"): File => ({ size, name, lastModified: 0, type: "" }) as File;
const wish = (size = 10, name = "a.pdf"): Wish => ({ matter: "m", folder: null, name, file: file(size, name) });
const paper = { id: "p" } as Paper;
const refusal = (type: string, status: number) => new Refusal({ type: `/problems/${type}` }, status);

/** A server that keeps what it was sent, and lets the line break when told to. */
class Server implements Transport {
    whole: string[] = [];
    keys = new Set<string>();
    offset = 0;
    size = 0;
    begun = 0;
    given_up = 0;
    fails: unknown[] = [];
    cut_at: number[] = [];
    held: (() => void)[] = [];
    hold = false;

    private async answer(going?: Going): Promise<void> {
        if (this.hold) {
            await new Promise<void>((resolve, reject) => {
                this.held.push(resolve);
                going?.signal.addEventListener("abort", () => reject(going.signal.reason as Error));
            });
        }
        const error = this.fails.shift();
        if (error) throw error;
    }
    async send_whole(sent: Wish, key: string, going: Going): Promise<Paper> {
        going.progress(sent.file.size);
        await this.answer(going);
        this.keys.add(key);
        this.whole.push(sent.version_of ? `${sent.name} of ${sent.version_of.paper}` : sent.name);
        return paper;
    }
    async begin(sent: Wish): Promise<string> {
        await this.answer();
        ++this.begun;
        this.size = sent.file.size;
        this.offset = 0;
        return `/u/${this.begun}`;
    }
    async standing(_address: string, going: Going): Promise<{ state: "open" | "filed"; offset: number; paper: string | null }> {
        await this.answer(going);
        return this.offset === this.size
            ? { state: "filed", offset: this.offset, paper: "p" }
            : { state: "open", offset: this.offset, paper: null };
    }
    async send_rest(_address: string, _file: File, offset: number, going: Going): Promise<number> {
        if (offset !== this.offset) throw refusal("conflict", 409);
        const cut = this.cut_at.shift();
        this.offset = cut ?? this.size;
        going.progress(this.offset);
        await this.answer(going);
        if (cut !== undefined) throw new Unreachable();
        return this.offset;
    }
    async give_up(): Promise<void> {
        ++this.given_up;
    }
    async look(): Promise<Paper> {
        return paper;
    }
}

function uploads_to(server: Server): { uploads: Uploads; filed: string[]; waited: number[]; settled(): Promise<readonly Job[]> } {
    const filed: string[] = [];
    const waited: number[] = [];
    const uploads = new Uploads(
        server,
        (job) => filed.push(job.name),
        async (seconds) => void waited.push(seconds),
    );
    const settled = async () => {
        for (let turn = 0; turn < 200; ++turn) await Promise.resolve();
        await new Promise((resolve) => setTimeout(resolve, 0));
        return uploads.snapshot();
    };
    return { uploads, filed, waited, settled };
}

test("a small paper is one request, filed once", async () => {
    const server = new Server();
    const { uploads, filed, settled } = uploads_to(server);
    uploads.add([wish()]);
    expect((await settled())[0]?.state).toBe("done");
    expect(filed).toEqual(["a.pdf"]);
    expect(server.begun).toBe(0);
});

test("three go at once, the others wait", async () => {
    const server = new Server();
    server.hold = true;
    const { uploads, settled } = uploads_to(server);
    uploads.add([1, 2, 3, 4, 5].map((number) => wish(10, `${number}`)));
    expect((await settled()).map(({ state }) => state)).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
    server.hold = false;
    for (const go of server.held) go();
    expect(total_of(await settled())).toMatchObject({ done: 5, count: 5, active: false });
});

test("where no answer comes the same request is repeated, later and later", async () => {
    const server = new Server();
    server.fails = [new Unreachable(), refusal("busy", 503), new Unreachable()];
    const { uploads, waited, settled } = uploads_to(server);
    uploads.add([wish(0)]);
    expect((await settled())[0]?.state).toBe("done");
    expect(waited).toEqual([1, 2, 4]);
    expect(server.keys.size).toBe(1);
});

test("a refusal stops it, and it is not tried again by itself", async () => {
    const server = new Server();
    server.fails = [refusal("denied", 403)];
    const { uploads, waited, settled } = uploads_to(server);
    uploads.add([wish()]);
    const [job] = await settled();
    expect(job?.state).toBe("failed");
    expect(waited).toEqual([]);
    uploads.resume(job?.id ?? "");
    expect((await settled())[0]?.state).toBe("done");
});

test("a name that is taken is asked about: as a version, under another name", async () => {
    const server = new Server();
    server.fails = [refusal("name-taken", 409)];
    const { uploads, settled } = uploads_to(server);
    uploads.add([wish()]);
    const [job] = await settled();
    expect(job?.state).toBe("taken");
    uploads.resume(job?.id ?? "", { version_of: { paper: "p1", revision: 3 } });
    await settled();
    expect(server.whole).toEqual(["a.pdf of p1"]);
});

test("a large paper goes on from what arrived, whatever breaks", async () => {
    const server = new Server();
    const size = in_pieces_from + 100;
    server.cut_at = [1000, 5000];
    const { uploads, filed, settled } = uploads_to(server);
    uploads.add([wish(size, "hearing.mp4")]);
    expect((await settled())[0]).toMatchObject({ state: "done", sent: size });
    expect(server.begun).toBe(1);
    expect(filed).toEqual(["hearing.mp4"]);
});

test("a large paper that is paused goes on from where it was", async () => {
    const server = new Server();
    server.cut_at = [1000];
    const { uploads, settled } = uploads_to(server);
    uploads.add([wish(in_pieces_from + 100)]);
    server.hold = true;
    await settled();
    const [job] = uploads.snapshot();
    uploads.pause(job?.id ?? "");
    for (const go of server.held.splice(0)) go();
    expect((await settled())[0]?.state).toBe("paused");
    server.hold = false;
    uploads.resume(job?.id ?? "");
    expect((await settled())[0]?.state).toBe("done");
    expect(server.begun).toBe(1);
});

test("an upload that the server does not know any more stops, and begins anew when told to", async () => {
    const server = new Server();
    const { uploads, settled } = uploads_to(server);
    server.fails = [undefined, refusal("not-found", 404)];
    uploads.add([wish(in_pieces_from + 1)]);
    const [job] = await settled();
    expect(job).toMatchObject({ state: "failed", address: undefined, error: new Stopped("problem_upload_gone") });
    expect(server.begun).toBe(1);
    uploads.resume(job?.id ?? "");
    expect((await settled())[0]?.state).toBe("done");
    expect(server.begun).toBe(2);
});

test("a left upload that the server does not know any more is never begun as another paper", async () => {
    const server = new Server();
    const { uploads, filed, settled } = uploads_to(server);
    server.fails = [refusal("not-found", 404), refusal("not-found", 404)];
    uploads.add([{ ...wish(in_pieces_from + 1), address: "/u/gone" }]);
    const [job] = await settled();
    expect(job).toMatchObject({ state: "failed", error: new Stopped("problem_upload_gone") });
    uploads.resume(job?.id ?? "");
    expect((await settled())[0]?.state).toBe("failed");
    expect(server.begun).toBe(0);
    expect(filed).toEqual([]);
});

test("what is forgotten is neither sent on nor filed", async () => {
    const server = new Server();
    server.hold = true;
    const { uploads, filed, settled } = uploads_to(server);
    uploads.add([wish(in_pieces_from + 1), wish(), wish(), wish(), wish()]);
    await settled();
    uploads.clear();
    server.hold = false;
    for (const go of server.held) go();
    expect(await settled()).toEqual([]);
    expect(filed).toEqual([]);
    expect(server.whole).toEqual([]);
});

test("a paper is led to its folder first; where that is refused, only it fails", async () => {
    const server = new Server();
    const { uploads, settled } = uploads_to(server);
    const refused = refusal("denied", 403);
    uploads.add([
        { ...wish(10, "b.pdf"), lead: () => Promise.reject(refused) },
        { ...wish(), lead: () => Promise.resolve("folder") },
    ]);
    expect(await settled()).toMatchObject([
        { state: "failed", error: refused },
        { state: "done", folder: "folder" },
    ]);
    expect(server.whole).toEqual(["a.pdf"]);
});

test("only the file that an upload was begun with goes on with it", () => {
    const begun = { name: "a.pdf", size: 10, modified: "2026-11-23T20:50:05.123Z" };
    const file = { name: "a.pdf", size: 10, lastModified: Date.UTC(2026, 10, 23, 20, 50, 5, 123) };
    expect(is_file_of(begun, file)).toBe(true);
    expect(is_file_of({ ...begun, name: "" }, { ...file, name: "b.pdf" })).toBe(true);
    expect(is_file_of(begun, { ...file, name: "b.pdf" })).toBe(false);
    expect(is_file_of(begun, { ...file, size: 11 })).toBe(false);
    expect(is_file_of(begun, { ...file, lastModified: file.lastModified + 1 })).toBe(false);
    expect(is_file_of({ size: 10 }, { ...file, lastModified: Number.NaN })).toBe(false);
});

test("what waits, is paused or asks would be lost with the tab; what is done or refused would not", () => {
    const job = (state: State): Job => ({ ...wish(), id: "1", key: "1", state, sent: 0, left: false, trying: false });
    for (const state of ["waiting", "sending", "paused", "taken"] as const) expect(total_of([job(state)]).unfinished).toBe(true);
    for (const state of ["done", "failed"] as const) expect(total_of([job(state)]).unfinished).toBe(false);
});

test("what is cancelled is given up at the server, and makes room", async () => {
    const server = new Server();
    server.hold = true;
    const { uploads, settled } = uploads_to(server);
    uploads.add([{ ...wish(in_pieces_from + 1), address: "/u/1" }, wish(), wish(), wish()]);
    await settled();
    uploads.cancel(uploads.snapshot()[0]?.id ?? "");
    expect(server.given_up).toBe(1);
    expect((await settled()).map(({ state }) => state)).toEqual(["sending", "sending", "sending"]);
});

// SPDX-License-Identifier: Apache-2.0
// The bytes of papers on their way in. XMLHttpRequest, since only that says how far a request has come.
import { fresh_key, if_match, type Paper, refusal_of, type Schemas, Unreachable } from "../api/client";

export interface Wish {
    matter: string;
    folder: string | null;
    name: string;
    file: File;
    /** To the folder, where that may yet have to be made. */
    lead?: () => Promise<string | null>;
    /** The paper that this is a new version of, and the revision that was seen. */
    version_of?: { paper: string; revision: number };
}
export interface Going {
    signal: AbortSignal;
    progress(bytes: number): void;
}

interface Answer {
    status: number;
    body: unknown;
    header(name: string): string | null;
}

function send(
    method: string,
    address: string,
    headers: Record<string, string>,
    body: XMLHttpRequestBodyInit | null,
    going: Going,
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        going.signal.throwIfAborted();
        const request = new XMLHttpRequest();
        const stop = () => request.abort();
        going.signal.addEventListener("abort", stop);
        request.open(method, address);
        for (const [name, value] of Object.entries({ "X-Muniment": "1", ...headers })) request.setRequestHeader(name, value);
        request.upload.onprogress = (event) => going.progress(event.loaded);
        request.onloadend = () => {
            going.signal.removeEventListener("abort", stop);
            if (going.signal.aborted) return reject(going.signal.reason as Error);
            if (request.status === 0) return reject(new Unreachable());
            const header = (name: string) => request.getResponseHeader(name);
            let said: unknown;
            try {
                said = request.responseText === "" ? undefined : JSON.parse(request.responseText);
            } catch {
                said = undefined;
            }
            if (request.status >= 400) return reject(refusal_of(said, request.status, { get: header }));
            resolve({ status: request.status, body: said, header });
        };
        request.send(body);
    });
}

function about(wish: Wish): Schemas["AboutPaper"] | Schemas["AboutVersion"] {
    const { file } = wish;
    const said = {
        name: wish.name,
        modified: new Date(file.lastModified).toISOString(),
        size: file.size,
        ...(file.type ? { type: file.type } : {}),
    };
    return wish.version_of ? said : { ...said, folder: wish.folder };
}

const place_of = (wish: Wish): string =>
    `/api/v1/matters/${wish.matter}${wish.version_of ? `/papers/${wish.version_of.paper}` : ""}`;

const conditions = (wish: Wish, key: string): Record<string, string> => ({
    "Idempotency-Key": key,
    ...(wish.version_of ? { "If-Match": if_match(wish.version_of.revision) } : {}),
});

/** One request. The key is the same when it is repeated, so that the paper is filed once. */
export async function send_whole(wish: Wish, key: string, going: Going): Promise<Paper> {
    const form = new FormData();
    form.append("about", new Blob([JSON.stringify(about(wish))], { type: "application/json" }));
    form.append("content", new Blob([wish.file], { type: "application/octet-stream" }));
    const { body } = await send(
        "POST",
        `${place_of(wish)}/${wish.version_of ? "versions" : "papers"}`,
        conditions(wish, key),
        form,
        going,
    );
    return body as Paper;
}

const tus = { "Tus-Resumable": "1.0.0" };

/** Says where the pieces are sent to. */
export async function begin(wish: Wish, key: string, going: Going): Promise<string> {
    const headers = { ...conditions(wish, key), "Content-Type": "application/json" };
    const { body } = await send("POST", `${place_of(wish)}/uploads`, headers, JSON.stringify(about(wish)), going);
    return (body as Schemas["Upload"]).address;
}

export async function standing(address: string, going: Going): Promise<Schemas["Upload"]> {
    return (await send("GET", address, {}, null, going)).body as Schemas["Upload"];
}

/** From `offset` to the end; whoever breaks it off asks for the standing and goes on. */
export async function send_rest(address: string, file: File, offset: number, going: Going): Promise<number> {
    const headers = { ...tus, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    const progress = (bytes: number) => going.progress(offset + bytes);
    const { header } = await send("PATCH", address, headers, file.slice(offset), { ...going, progress });
    return Number(header("Upload-Offset"));
}

export async function give_up(address: string): Promise<void> {
    await send("DELETE", address, tus, null, { signal: new AbortController().signal, progress: () => undefined });
}

export { fresh_key };

// SPDX-License-Identifier: Apache-2.0
// The one queue of the page, and how what was dropped gets into it: first the folders, then the files.
import { api, ask, fresh_key, Refusal } from "../api/client";
import { look_again, note_paper, papers_known, papers_query } from "../papers/queries";
import { type FolderId, is_folder, live_in } from "../papers/tree";
import { queries, when_forgetting } from "../frame/session";
import type { Dropped } from "./dropped";
import { Uploads } from "./queue";
import * as transport from "./transport";

export const uploads = new Uploads({ ...transport, look: look_again }, (job, paper) => note_paper(job.matter, paper));
when_forgetting(() => uploads.clear());

const plain = (name: string): string => name.normalize("NFC").toLowerCase();
const folder_named = (matter: string, parent: FolderId, name: string) =>
    live_in(papers_known(matter), parent).find((paper) => is_folder(paper) && plain(paper.name) === plain(name));

async function folder_for(matter: string, parent: FolderId, name: string): Promise<string> {
    const known = folder_named(matter, parent, name);
    if (known) return known.id;
    try {
        const made = await ask(
            api.POST("/api/v1/matters/{matter}/folders", {
                params: { path: { matter }, header: { "Idempotency-Key": fresh_key() } },
                body: { name, folder: parent },
            }),
        );
        note_paper(matter, made);
        return made.id;
    } catch (error) {
        // Somebody else made it meanwhile.
        if (!(error instanceof Refusal && error.type === "name-taken")) throw error;
        await queries.fetchQuery({ ...papers_query(matter), staleTime: 0 });
        const theirs = folder_named(matter, parent, name);
        if (!theirs) throw error;
        return theirs.id;
    }
}

export async function take_in(matter: string, folder: FolderId, dropped: readonly Dropped[]): Promise<void> {
    const folders = new Map<string, Promise<string>>();
    const lead = async (path: readonly string[]): Promise<FolderId> => {
        let at: FolderId = folder;
        for (const name of path) {
            const place: string = `${at ?? ""}/${name}`;
            const parent = at;
            let next = folders.get(place);
            if (!next) folders.set(place, (next = folder_for(matter, parent, name)));
            at = await next;
        }
        return at;
    };
    for (const { path, file } of dropped) {
        const into = await lead(path);
        if (file) uploads.add([{ matter, folder: into, name: file.name, file }]);
    }
}

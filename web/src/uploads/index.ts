// SPDX-License-Identifier: Apache-2.0
// The one queue of the page, and how what was dropped gets into it.
import { api, ask, fresh_key, Refusal, Stopped } from "../api/client";
import { look_again, note_paper, papers_known, papers_query } from "../papers/queries";
import { type FolderId, is_folder, live_in } from "../papers/tree";
import { queries, when_forgetting } from "../frame/session";
import type { Dropped } from "./dropped";
import { passes, Uploads } from "./queue";
import * as transport from "./transport";
import type { Wish } from "./transport";

export const uploads = new Uploads({ ...transport, look: look_again }, (job, paper) => note_paper(job.matter, paper));
/** What one person dropped is not taken in for the next. */
let era = 0;
class Forgotten extends Error {}
when_forgetting(() => {
    ++era;
    uploads.clear();
});

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

/** How long a folder that could not be made is not asked for again: the files in it fail as one. */
const refused_for = 5_000;

/** Each file is led to its folder when its turn comes; what cannot be led or read stands in the tray as failed. */
export async function take_in(matter: string, folder: FolderId, dropping: Promise<readonly Dropped[]>): Promise<void> {
    const began = era;
    const dropped = await dropping;
    if (began !== era) return;
    const folders = new Map<string, Promise<string>>();
    const made = (place: string, parent: FolderId, name: string): Promise<string> => {
        const known = folders.get(place);
        if (known) return known;
        const making = folder_for(matter, parent, name);
        folders.set(place, making);
        making.catch((error: unknown) => {
            if (passes(error)) folders.delete(place);
            else setTimeout(() => folders.delete(place), refused_for);
        });
        return making;
    };
    const lead = async (path: readonly string[]): Promise<FolderId> => {
        let at: FolderId = folder;
        let place = "";
        for (const name of path) {
            if (began !== era) throw new Forgotten();
            place += `/${name}`;
            at = await made(place, at, name);
        }
        return at;
    };
    const failed = (name: string, error: unknown): Wish => {
        const lead = () => Promise.reject(error as Error);
        return { matter, folder, name, file: new File([], name), lead };
    };
    uploads.add(
        dropped.flatMap(({ path, file, unread }): Wish[] => {
            if (unread) return [failed([...path, unread.name].join("/"), unread.error)];
            if (!file) return [];
            return [{ matter, folder, name: file.name, file, ...(path.length > 0 ? { lead: () => lead(path) } : {}) }];
        }),
    );
    for (const { path, file, unread } of dropped) {
        if (file || unread) continue;
        try {
            await lead(path);
        } catch (error) {
            if (began !== era) return;
            uploads.add([failed(path.join("/"), passes(error) ? new Stopped("problem_folder_not_made") : error)]);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Renaming, moving, the trash: each says what was done and how to undo it. Where somebody else was quicker, theirs is shown beside
// ours, and nothing is written over unasked.
import { createContext, type ReactNode, use, useMemo, useState } from "react";

import { api, ask, fresh_key, if_match, type Paper, Refusal } from "../api/client";
import { complain, say } from "../frame/notices";
import { Box } from "../frame/boxes";
import { Act } from "../frame/parts";
import { sentence_of } from "../frame/states";
import { useFormat, useWords } from "../words";
import { look_again, note, note_paper, papers_known } from "./queries";
import { by_id, type FolderId, path_to, with_trashed } from "./tree";

type Move = { name?: string; folder?: FolderId };

interface Changes {
    /** True where it was done; a refusal is said, or a conflict asked about, here. */
    move(paper: Paper, to: Move): Promise<boolean>;
    move_all(papers: readonly Paper[], folder: FolderId): Promise<void>;
    trash(papers: readonly Paper[]): Promise<void>;
    restore(papers: readonly Paper[]): Promise<void>;
    add_folder(name: string, folder: FolderId): Promise<Paper>;
}
const Context = createContext<Changes | undefined>(undefined);
export function useChanges(): Changes {
    const changes = use(Context);
    if (!changes) throw new Error("outside of <Changing>");
    return changes;
}

const send_move = (matter: string, paper: Paper, to: Move): Promise<Paper> =>
    ask(
        api.POST("/api/v1/matters/{matter}/papers/{paper}/move", {
            params: { path: { matter, paper: paper.id }, header: { "If-Match": if_match(paper.revision) } },
            body: to,
        }),
    );

async function send_trash(matter: string, paper: Paper): Promise<void> {
    await ask(
        api.POST("/api/v1/matters/{matter}/papers/{paper}/trash", {
            params: { path: { matter, paper: paper.id }, header: { "If-Match": if_match(paper.revision) } },
        }),
    );
    note(matter, (papers) => with_trashed(papers, paper.id, true));
    await look_again(matter, paper.id);
}

async function send_restore(matter: string, paper: Paper): Promise<void> {
    const restored = await ask(
        api.POST("/api/v1/matters/{matter}/papers/{paper}/restore", {
            params: { path: { matter, paper: paper.id }, header: { "If-Match": if_match(paper.revision) } },
        }),
    );
    note(matter, (papers) => with_trashed(papers, paper.id, false));
    note_paper(matter, restored);
}

interface Conflict {
    mine: Move | "trash";
    before: Paper;
    theirs: Paper;
}

export function Changing({ matter, children }: { matter: string; children: ReactNode }) {
    const words = useWords();
    // One after the other: none takes the place of another.
    const [conflicts, set_conflicts] = useState<readonly Conflict[]>([]);
    const [conflict] = conflicts;
    const next_conflict = () => set_conflicts((waiting) => waiting.slice(1));

    const changes = useMemo<Changes>(() => {
        const newest = (paper: Paper): Paper => papers_known(matter).find(({ id }) => id === paper.id) ?? paper;
        const refused = async (error: unknown, before: Paper, mine: Conflict["mine"]): Promise<void> => {
            if (!(error instanceof Refusal && error.type === "stale"))
                return complain(`${before.name}: ${sentence_of(error, words)}`);
            try {
                const theirs = await look_again(matter, before.id);
                set_conflicts((waiting) => [...waiting.filter((each) => each.before.id !== before.id), { mine, before, theirs }]);
            } catch (again) {
                complain(`${before.name}: ${sentence_of(again, words)}`);
            }
        };
        const move = async (before: Paper, to: Move): Promise<Paper | undefined> => {
            try {
                const after = await send_move(matter, before, to);
                note_paper(matter, after);
                return after;
            } catch (error) {
                await refused(error, before, to);
                return undefined;
            }
        };
        const back = (before: Paper) => () =>
            void move(newest(before), { name: before.name, folder: before.folder }).then((done) => done && say(words.undone));
        /** One after the other: what failed was said, what was done is given back. */
        const each = async (
            papers: readonly Paper[],
            act: (paper: Paper) => Promise<void>,
            mine?: Conflict["mine"],
        ): Promise<Paper[]> => {
            const done: Paper[] = [];
            for (const paper of papers) {
                try {
                    await act(newest(paper));
                    done.push(paper);
                } catch (error) {
                    await refused(error, paper, mine ?? {});
                }
            }
            return done;
        };
        const restore = async (papers: readonly Paper[]) => {
            const done = await each(papers, (paper) => send_restore(matter, paper));
            if (done.length > 0) say(words.restored(done.length, done[0]?.name ?? ""));
        };
        return {
            async move(before, to) {
                const after = await move(before, to);
                if (after)
                    say(
                        to.name === undefined ? words.moved(1, after.name) : words.renamed(before.name, after.name),
                        back(before),
                    );
                return after !== undefined;
            },
            async move_all(papers, folder) {
                const done: Paper[] = [];
                for (const paper of papers) if (await move(newest(paper), { folder })) done.push(paper);
                if (done.length > 0)
                    say(words.moved(done.length, done[0]?.name ?? ""), () => done.forEach((paper) => back(paper)()));
            },
            async trash(papers) {
                const done = await each(papers, (paper) => send_trash(matter, paper), "trash");
                if (done.length > 0) say(words.trashed(done.length, done[0]?.name ?? ""), () => void restore(done));
            },
            restore,
            async add_folder(name, folder) {
                const made = await ask(
                    api.POST("/api/v1/matters/{matter}/folders", {
                        params: { path: { matter }, header: { "Idempotency-Key": fresh_key() } },
                        body: { name, folder },
                    }),
                );
                note_paper(matter, made);
                return made;
            },
        };
    }, [matter, words]);

    return (
        <Context value={changes}>
            {children}
            {conflict && (
                <ConflictBox
                    key={conflict.before.id}
                    matter={matter}
                    conflict={conflict}
                    onClose={next_conflict}
                    onMine={() => {
                        next_conflict();
                        if (conflict.mine === "trash") void changes.trash([conflict.theirs]);
                        else void changes.move(conflict.theirs, conflict.mine);
                    }}
                />
            )}
        </Context>
    );
}

function ConflictBox({
    matter,
    conflict,
    onClose,
    onMine,
}: {
    matter: string;
    conflict: Conflict;
    onClose(): void;
    onMine(): void;
}) {
    const words = useWords();
    const format = useFormat();
    const { mine, before, theirs } = conflict;
    const known = by_id(papers_known(matter));
    const place = (folder: FolderId) => [words.top, ...path_to(known, folder).map(({ name }) => name)].join(" / ");
    const rows = [
        {
            what: words.name,
            before: before.name,
            theirs: theirs.name,
            mine: mine === "trash" ? before.name : (mine.name ?? before.name),
        },
        {
            what: words.folder,
            before: place(before.folder),
            theirs: theirs.trashed ? words.trash : place(theirs.folder),
            mine: mine === "trash" ? words.trash : mine.folder === undefined ? place(before.folder) : place(mine.folder),
        },
        {
            what: words.versions,
            before: format.count(before.versions),
            theirs: format.count(theirs.versions),
            mine: format.count(before.versions),
        },
    ].filter((row) => row.theirs !== row.before || row.mine !== row.before);
    return (
        <Box title={words.conflict_title} open onClose={onClose}>
            <p className="prose">{words.conflict_text(before.name)}</p>
            <table className="facts conflict">
                <thead>
                    <tr>
                        <th scope="col">
                            <span className="hidden">{words.what}</span>
                        </th>
                        <th scope="col">{words.you_saw}</th>
                        <th scope="col">{words.now_is}</th>
                        <th scope="col">{words.you_want}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.map((row) => (
                        <tr key={row.what}>
                            <th scope="row">{row.what}</th>
                            <td>{row.before}</td>
                            <td className={row.theirs === row.before ? "" : "changed"}>{row.theirs}</td>
                            <td className={row.mine === row.before ? "" : "changed"}>{row.mine}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
            <footer className="dialog-foot">
                <Act label={words.keep_theirs} onPress={onClose} autoFocus />
                <Act weight="main" label={words.apply_mine} onPress={onMine} />
            </footer>
        </Box>
    );
}

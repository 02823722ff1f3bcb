// SPDX-License-Identifier: Apache-2.0
// The papers of a matter, folder by folder. They are all here; folders, order and search are only ways to look at them.
import { type DragEvent, type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from "react";

import { Breadcrumb, Breadcrumbs } from "react-aria-components/Breadcrumbs";
import { Link } from "react-aria-components/Link";

import type { Matter, Paper } from "../api/client";
import { type Column, Grid, type Sorting } from "../frame/grid";
import { Icon } from "../frame/icons";
import { complain } from "../frame/notices";
import { Act } from "../frame/parts";
import { Search } from "../frame/search";
import { found } from "../frame/rows";
import { Nothing, sentence_of, Shown } from "../frame/states";
import { chosen_in, type Dropped, dropped_in, TooMany } from "../uploads/dropped";
import { take_in } from "../uploads/index";
import { type Formats, useFormat, useWords, type Words } from "../words";
import { Changing, useChanges } from "./changes";
import { Details } from "./details";
import { download } from "./download";
import { MoveBox, NewFolder, RenameBox } from "./naming";
import { usePapers } from "./queries";
import { by_id, extension_of, type FolderId, is_folder, live_in, path_to } from "./tree";

export function Papers({ matter, folder }: { matter: Matter; folder: FolderId }) {
    const papers = usePapers(matter.id);
    return (
        <Changing matter={matter.id}>
            <Shown query={papers}>{(all) => <Folder key={folder ?? ""} matter={matter} all={all} folder={folder} />}</Shown>
        </Changing>
    );
}

export function PaperName({ paper, below }: { paper: Paper; below?: string }) {
    const words = useWords();
    const extension = is_folder(paper) ? "" : extension_of(paper.name);
    return (
        <span className="paper-name">
            <span className={`sign${is_folder(paper) ? " sign-folder" : ""}`} aria-hidden="true">
                {is_folder(paper) ? <Icon name="folder" /> : extension || <Icon name="paper" />}
            </span>
            <span className="paper-words">
                <span className="cell-main">
                    {is_folder(paper) && <span className="hidden">{words.folder}: </span>}
                    {paper.name}
                </span>
                {below && <span className="cell-sub">{below}</span>}
            </span>
        </span>
    );
}

export function columns_of(words: Words, format: Formats): Column<Paper>[] {
    return [
        {
            id: "name",
            name: words.name,
            sorts: true,
            cell: (paper) => (
                <PaperName
                    paper={paper}
                    below={is_folder(paper) ? "" : `${format.date(paper.modified)} · ${format.size(paper.size)}`}
                />
            ),
        },
        {
            id: "number",
            name: words.number_short,
            sorts: true,
            cell: (paper) => (paper.number > 0 ? format.count(paper.number) : ""),
        },
        { id: "modified", name: words.modified, sorts: true, cell: (paper) => format.date(paper.modified) },
        { id: "size", name: words.size, sorts: true, cell: (paper) => (is_folder(paper) ? "" : format.size(paper.size)) },
        {
            id: "about",
            name: words.about,
            cell: (paper) => (
                <>
                    {paper.versions > 1 && <span className="badge">{words.versions_count(paper.versions)}</span>}
                    {paper.checkout && <span className="badge badge-held">{words.held_by(paper.checkout.name)}</span>}
                </>
            ),
        },
    ];
}

/** Folders first, whatever the order. */
export function ordered(papers: readonly Paper[], { by, down }: Sorting, format: Formats): Paper[] {
    const sign = down ? -1 : 1;
    const compare = (a: Paper, b: Paper): number => {
        if (by === "size") return a.size - b.size;
        if (by === "number") return a.number - b.number;
        if (by === "modified") return a.modified < b.modified ? -1 : a.modified > b.modified ? 1 : 0;
        return format.compare(a.name, b.name);
    };
    return papers.toSorted(
        (a, b) => Number(is_folder(b)) - Number(is_folder(a)) || sign * compare(a, b) || format.compare(a.name, b.name),
    );
}

function Folder({ matter, all, folder }: { matter: Matter; all: Paper[]; folder: FolderId }) {
    const words = useWords();
    const format = useFormat();
    const changes = useChanges();
    const [query, set_query] = useState("");
    const wanted = useDeferredValue(query);
    const [sorting, set_sorting] = useState<Sorting>({ by: "name", down: false });
    const [chosen, set_chosen] = useState<ReadonlySet<string>>(new Set());
    const [shown_paper, show_paper] = useState<string>();
    const [renamed, rename] = useState<Paper>();
    const [moved, move] = useState<readonly Paper[]>();

    const known = useMemo(() => by_id(all), [all]);
    const path = path_to(known, folder);
    const searching = wanted.trim() !== "";
    const items = useMemo(() => {
        const where = searching
            ? found(
                  all.filter((paper) => !paper.trashed),
                  wanted,
                  (paper) => `${paper.name} ${paper.number || ""}`,
              )
            : live_in(all, folder);
        return ordered(where, sorting, format);
    }, [all, folder, wanted, searching, sorting, format]);
    const columns = useMemo(() => columns_of(words, format), [words, format]);
    const base = `/matters/${matter.id}`;
    const picked = items.filter((paper) => chosen.has(paper.id));
    const open = matter.state === "open";
    const shown = shown_paper === undefined ? undefined : known.get(shown_paper);

    const get = async (papers: readonly Paper[]) => {
        for (const paper of papers) {
            if (is_folder(paper)) continue;
            try {
                await download(matter.id, paper);
            } catch (error) {
                complain(`${paper.name}: ${sentence_of(error, words)}`);
            }
        }
    };
    const trash = (papers: readonly Paper[]) => {
        set_chosen(new Set());
        void changes.trash(papers);
    };
    const on_key = (event: KeyboardEvent, paper: Paper) => {
        if (!open) return;
        const these = picked.length > 0 ? picked : [paper];
        if (event.key === "Delete") trash(these);
        else if (event.key === "F2") rename(paper);
    };

    if (folder !== null && !known.get(folder))
        return <Nothing icon="folder" title={words.no_such_folder} text={words.no_such_folder_text} />;
    return (
        <DropPlace matter={matter.id} folder={folder} enabled={open} name={path.at(-1)?.name ?? matter.name}>
            <div className="bar-tools">
                <Breadcrumbs className="crumbs" aria-label={words.path}>
                    <Breadcrumb>
                        <Link href={base}>{words.top}</Link>
                    </Breadcrumb>
                    {path.map((each) => (
                        <Breadcrumb key={each.id}>
                            <Link href={`${base}/folders/${each.id}`}>{each.name}</Link>
                        </Breadcrumb>
                    ))}
                </Breadcrumbs>
                <div className="tools">
                    <Search label={words.search_papers} value={query} onChange={set_query} />
                    {open && <NewFolder folder={folder} />}
                    {open && <Pickers matter={matter.id} folder={folder} />}
                    <Link className="act act-quiet" href={`${base}/trash`}>
                        <Icon name="trash" />
                        <span>{words.trash}</span>
                    </Link>
                </div>
            </div>
            {picked.length > 0 && (
                <div className="picked" role="group" aria-label={words.chosen_count(picked.length)}>
                    <span role="status">{words.chosen_count(picked.length)}</span>
                    <Act
                        icon="download"
                        label={words.download}
                        onPress={() => void get(picked)}
                        isDisabled={picked.every(is_folder)}
                    />
                    {open && picked.length === 1 && <Act icon="rename" label={words.rename} onPress={() => rename(picked[0])} />}
                    {open && <Act icon="move" label={words.move} onPress={() => move(picked)} />}
                    {open && <Act icon="trash" label={words.to_trash} onPress={() => trash(picked)} />}
                    <Act weight="quiet" label={words.choose_none} onPress={() => set_chosen(new Set())} />
                </div>
            )}
            {items.length === 0 ? (
                <Nothing
                    icon={searching ? "search" : "folder"}
                    title={searching ? words.nothing_found : words.empty_folder}
                    text={searching ? words.nothing_found_text : open ? words.empty_folder_text : ""}
                />
            ) : (
                <Grid
                    label={searching ? words.search_papers : words.papers_in(path.at(-1)?.name ?? matter.name)}
                    kind="papers"
                    items={items}
                    row={48}
                    columns={columns}
                    keyOf={(paper) => paper.id}
                    textOf={(paper) => paper.name}
                    hrefOf={(paper) => (is_folder(paper) ? `${base}/folders/${paper.id}` : undefined)}
                    onOpen={(paper) => show_paper(paper.id)}
                    onKey={on_key}
                    chosen={chosen}
                    onChoose={set_chosen}
                    sorting={sorting}
                    onSort={set_sorting}
                />
            )}
            <p className="count" role="status">
                {items.length > 0 && words.papers_count(items.length)}
            </p>
            {shown && (
                <Details
                    matter={matter}
                    paper={shown}
                    path={path_to(known, shown.folder)}
                    onClose={() => show_paper(undefined)}
                    onRename={() => rename(shown)}
                    onMove={() => move([shown])}
                    onTrash={() => {
                        show_paper(undefined);
                        trash([shown]);
                    }}
                />
            )}
            {renamed && <RenameBox paper={renamed} onClose={() => rename(undefined)} />}
            {moved && (
                <MoveBox
                    all={all}
                    moved={moved}
                    onClose={() => move(undefined)}
                    onDone={() => {
                        move(undefined);
                        set_chosen(new Set());
                    }}
                />
            )}
        </DropPlace>
    );
}

function useTakeIn(matter: string, folder: FolderId): (dropped: Promise<Dropped[]>) => void {
    const words = useWords();
    return (dropped) =>
        void take_in(matter, folder, dropped).catch((error: unknown) =>
            complain(error instanceof TooMany ? words.too_many_files : sentence_of(error, words)),
        );
}

/** For who does not drag. */
function Pickers({ matter, folder }: { matter: string; folder: FolderId }) {
    const words = useWords();
    const take = useTakeIn(matter, folder);
    const files = useRef<HTMLInputElement>(null);
    const whole_folder = useRef<HTMLInputElement>(null);
    const taken = (input: HTMLInputElement) => {
        take(Promise.resolve(chosen_in([...(input.files ?? [])])));
        input.value = "";
    };
    return (
        <>
            <input ref={files} type="file" multiple hidden data-pick="files" onChange={(event) => taken(event.target)} />
            <input
                ref={whole_folder}
                type="file"
                webkitdirectory=""
                multiple
                hidden
                data-pick="folder"
                onChange={(event) => taken(event.target)}
            />
            <Act weight="quiet" icon="folder" label={words.file_folder} onPress={() => whole_folder.current?.click()} />
            <Act weight="main" icon="upload" label={words.file_papers} onPress={() => files.current?.click()} />
        </>
    );
}

interface DropProps {
    matter: string;
    folder: FolderId;
    enabled: boolean;
    name: string;
    children: React.ReactNode;
}
function DropPlace({ matter, folder, enabled, name, children }: DropProps) {
    const words = useWords();
    const take = useTakeIn(matter, folder);
    const [depth, set_depth] = useState(0);
    const brings_files = (event: DragEvent) => enabled && event.dataTransfer.types.includes("Files");
    return (
        <div
            className="papers"
            onDragEnter={(event) => brings_files(event) && set_depth((now) => now + 1)}
            onDragLeave={(event) => brings_files(event) && set_depth((now) => Math.max(0, now - 1))}
            onDragOver={(event) => {
                if (brings_files(event)) event.preventDefault();
            }}
            onDrop={(event) => {
                set_depth(0);
                if (!brings_files(event)) return;
                event.preventDefault();
                take(dropped_in(event.dataTransfer));
            }}
        >
            {children}
            {depth > 0 && (
                <div className="drop">
                    <Icon name="upload" />
                    <p>{words.drop_here(name)}</p>
                </div>
            )}
        </div>
    );
}

// SPDX-License-Identifier: Apache-2.0
// A matter's papers come as one list; here it is a tree of folders. Nothing below changes what it is given.
import type { Paper } from "../api/client";

export type FolderId = string | null; // null: the top of the matter

export const is_folder = (paper: Paper): boolean => paper.kind === "folder";

export const live_in = (papers: readonly Paper[], folder: FolderId): Paper[] =>
    papers.filter((paper) => !paper.trashed && paper.folder === folder);

export const by_id = (papers: readonly Paper[]): Map<string, Paper> => new Map(papers.map((paper) => [paper.id, paper]));

/** The folders that lead to this one, from the top; empty for the top itself. Bounded, should two ever name each other. */
export function path_to(known: ReadonlyMap<string, Paper>, folder: FolderId): Paper[] {
    const path: Paper[] = [];
    for (let at = folder; at !== null && path.length < known.size;) {
        const paper = known.get(at);
        if (!paper) break;
        path.unshift(paper);
        at = paper.folder;
    }
    return path;
}

/** What was put into the trash, without what only lies in a folder that was. */
export function trash_of(papers: readonly Paper[]): Paper[] {
    const known = by_id(papers);
    return papers.filter((paper) => paper.trashed && !(paper.folder !== null && known.get(paper.folder)?.trashed));
}

export function with_paper(papers: readonly Paper[], changed: Paper): Paper[] {
    const there = papers.some((paper) => paper.id === changed.id);
    return there ? papers.map((paper) => (paper.id === changed.id ? changed : paper)) : [...papers, changed];
}

/** The paper, and what lies in it where it is a folder. */
export function with_below(papers: readonly Paper[], id: string): Set<string> {
    const below = new Map<string, string[]>();
    for (const paper of papers)
        if (paper.folder !== null) below.set(paper.folder, [...(below.get(paper.folder) ?? []), paper.id]);
    const all = new Set<string>();
    const waiting = [id];
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
        if (all.has(each)) continue;
        all.add(each);
        waiting.push(...(below.get(each) ?? []));
    }
    return all;
}

export function with_trashed(papers: readonly Paper[], id: string, trashed: boolean): Paper[] {
    const concerned = with_below(papers, id);
    return papers.map((paper) => (concerned.has(paper.id) ? { ...paper, trashed } : paper));
}

/** Where something may be moved to: a folder is not put into itself. */
export function places_for(papers: readonly Paper[], moved: readonly string[]): Paper[] {
    const barred = new Set(moved.flatMap((id) => [...with_below(papers, id)]));
    return papers.filter((paper) => is_folder(paper) && !paper.trashed && !barred.has(paper.id));
}

/** "Lease.pdf" → "Lease (2).pdf", the first that is free. */
export function free_name(name: string, taken: ReadonlySet<string>): string {
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    for (let number = 2; ; ++number) {
        const free = `${stem} (${number})${extension}`;
        if (!taken.has(free.toLowerCase())) return free;
    }
}

export const extension_of = (name: string): string => (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? "").toUpperCase();

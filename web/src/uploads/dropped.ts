// SPDX-License-Identifier: Apache-2.0
// What was dropped or chosen, folders walked to their end: each file with the folders that lead to it.
import { Stopped } from "../api/client";

export interface Dropped {
    path: string[]; // of folders, from where it was dropped
    file?: File; // none: an empty folder
    unread?: { name: string; error: unknown }; // what the browser could not read
}

const files_max = 50_000;
export class TooMany extends Error {}

async function entries_in(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
    const reader = folder.createReader();
    const all: FileSystemEntry[] = [];
    for (;;) {
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) return all;
        all.push(...some);
    }
}

/** To be called in the drop event itself: what it carries is gone after it. */
export function dropped_in(transfer: DataTransfer): Promise<Dropped[]> {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    if (entries.length === 0) return Promise.resolve([...transfer.files].map((file) => ({ path: [], file })));
    return walk(entries, []);
}

export async function walk(entries: readonly FileSystemEntry[], path: string[], found: Dropped[] = []): Promise<Dropped[]> {
    for (const entry of entries) {
        if (found.length >= files_max) throw new TooMany();
        try {
            if (entry.isFile) {
                const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
                found.push({ path, file });
            } else {
                const inside = await entries_in(entry as FileSystemDirectoryEntry);
                if (inside.length === 0) found.push({ path: [...path, entry.name] });
                await walk(inside, [...path, entry.name], found);
            }
        } catch (error) {
            if (error instanceof TooMany) throw error;
            found.push({ path, unread: { name: entry.name, error: new Stopped("problem_unreadable") } });
        }
    }
    return found;
}

/** Of an <input type="file">, with folders where it was one for them. */
export function chosen_in(files: readonly File[]): Dropped[] {
    return files.map((file) => ({ path: file.webkitRelativePath.split("/").slice(0, -1).filter(Boolean), file }));
}

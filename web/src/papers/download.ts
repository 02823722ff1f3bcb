// SPDX-License-Identifier: Apache-2.0
// A paper leaves the page as a file of its name. What is small is fetched first, so that a refusal is seen here and not found in a
// file; what is large goes to the disk as it comes.
import { api, type Paper, refusal_of, Unreachable } from "../api/client";

const fetched_bytes_max = 64 * 1024 * 1024;

function save(address: string, name: string): void {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
}

export async function download(matter: string, paper: Pick<Paper, "id" | "name" | "size">, version?: number): Promise<void> {
    if (paper.size > fetched_bytes_max) {
        // The size of a wish: the first byte shows whether the rest may be had.
        await content(matter, paper.id, version, "bytes=0-0");
        const query = version === undefined ? "" : `?version=${version}`;
        return save(`/api/v1/matters/${matter}/papers/${paper.id}/content${query}`, paper.name);
    }
    const address = URL.createObjectURL(await content(matter, paper.id, version));
    save(address, paper.name);
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function content(matter: string, paper: string, version: number | undefined, range?: string): Promise<Blob> {
    const { data, error, response } = await api.GET("/api/v1/matters/{matter}/papers/{paper}/content", {
        params: { path: { matter, paper }, query: { version }, header: range === undefined ? {} : { Range: range } },
        parseAs: "blob",
    });
    if (!response.ok) throw refusal_of(error, response.status, response.headers);
    if (!(data instanceof Blob)) throw new Unreachable();
    return data;
}

// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useQuery } from "@tanstack/react-query";

import { all_of, api, ask, page_limit, type Paper, type Schemas } from "../api/client";
import { queries } from "../frame/session";
import { with_paper } from "./tree";

export const papers_query = (matter: string) =>
    queryOptions<Paper[]>({
        queryKey: ["papers", matter],
        staleTime: 60_000,
        queryFn: () =>
            all_of((cursor) =>
                ask(
                    api.GET("/api/v1/matters/{matter}/papers", {
                        params: { path: { matter }, query: { trashed: true, limit: page_limit, cursor } },
                    }),
                ),
            ),
    });
export const usePapers = (matter: string) => useQuery(papers_query(matter));

export const papers_known = (matter: string): readonly Paper[] => queries.getQueryData<Paper[]>(["papers", matter]) ?? [];

/** What an answer said of a paper, without listing twenty thousand again. */
export function note(matter: string, change: (papers: readonly Paper[]) => Paper[]): void {
    queries.setQueryData<Paper[]>(["papers", matter], (papers) => (papers ? change(papers) : papers));
}
export function note_paper(matter: string, paper: Paper): void {
    note(matter, (papers) => with_paper(papers, paper));
    void queries.invalidateQueries({ queryKey: ["versions", paper.id] });
}

export async function look_again(matter: string, paper: string): Promise<Paper> {
    const now = await ask(api.GET("/api/v1/matters/{matter}/papers/{paper}", { params: { path: { matter, paper } } }));
    note_paper(matter, now);
    return now;
}

export const useVersions = (matter: string, paper: Paper) =>
    useQuery<Schemas["Version"][]>({
        queryKey: ["versions", paper.id],
        queryFn: async () => {
            const versions = await all_of((cursor) =>
                ask(
                    api.GET("/api/v1/matters/{matter}/papers/{paper}/versions", {
                        params: { path: { matter, paper: paper.id }, query: { limit: page_limit, cursor } },
                    }),
                ),
            );
            return versions.toSorted((a, b) => b.version - a.version);
        },
    });

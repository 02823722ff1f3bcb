// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";

import type { Matter, Paper } from "../api/client";
import { useWords } from "../words";
import { Entries } from "./entries";

/** Papers are named where their list is here already: reading the record does not open it. */
export function MatterActivity({ matter }: { matter: Matter }) {
    const words = useWords();
    const queries = useQueryClient();
    const papers = new Map((queries.getQueryData<Paper[]>(["papers", matter.id]) ?? []).map(({ id, name }) => [id, name]));
    return (
        <div className="part">
            <h2 className="hidden">{words.activity}</h2>
            <Entries
                about={{ matter: matter.id }}
                name_of={(subject) => (subject.kind === "matter" && subject.id === matter.id ? "" : papers.get(subject.id))}
            />
        </div>
    );
}

// SPDX-License-Identifier: Apache-2.0
// What was thrown away in this matter, and the way back.
import { useMemo, useState } from "react";

import { Link } from "react-aria-components/Link";

import type { Matter, Paper } from "../api/client";
import { Grid, type Sorting } from "../frame/grid";
import { Icon } from "../frame/icons";
import { Act } from "../frame/parts";
import { Nothing, Shown } from "../frame/states";
import { useFormat, useWords } from "../words";
import { Changing, useChanges } from "./changes";
import { columns_of, ordered } from "./papers";
import { usePapers } from "./queries";
import { trash_of } from "./tree";

export function Trash({ matter }: { matter: Matter }) {
    const papers = usePapers(matter.id);
    return (
        <Changing matter={matter.id}>
            <Shown query={papers}>{(all) => <List matter={matter} all={all} />}</Shown>
        </Changing>
    );
}

function List({ matter, all }: { matter: Matter; all: Paper[] }) {
    const words = useWords();
    const format = useFormat();
    const { restore } = useChanges();
    const [chosen, set_chosen] = useState<ReadonlySet<string>>(new Set());
    const [sorting, set_sorting] = useState<Sorting>({ by: "name", down: false });
    const items = useMemo(() => ordered(trash_of(all), sorting, format), [all, sorting, format]);
    const columns = useMemo(() => columns_of(words, format), [words, format]);
    const picked = items.filter((paper) => chosen.has(paper.id));
    const take_out = (papers: readonly Paper[]) => {
        set_chosen(new Set());
        void restore(papers);
    };
    return (
        <div className="papers">
            <div className="bar-tools">
                <h2 className="bar-title">{words.trash}</h2>
                <div className="tools">
                    <Link className="act act-quiet" href={`/matters/${matter.id}`}>
                        <Icon name="folder" />
                        <span>{words.back_to_papers}</span>
                    </Link>
                </div>
            </div>
            {picked.length > 0 && (
                <div className="picked" role="group" aria-label={words.chosen_count(picked.length)}>
                    <span role="status">{words.chosen_count(picked.length)}</span>
                    {matter.state === "open" && <Act icon="restore" label={words.restore} onPress={() => take_out(picked)} />}
                    <Act weight="quiet" label={words.choose_none} onPress={() => set_chosen(new Set())} />
                </div>
            )}
            {items.length === 0 ? (
                <Nothing icon="trash" title={words.empty_trash} text={words.empty_trash_text} />
            ) : (
                <Grid
                    label={words.trash}
                    kind="papers"
                    items={items}
                    row={48}
                    columns={columns}
                    keyOf={(paper) => paper.id}
                    textOf={(paper) => paper.name}
                    onOpen={(paper) => set_chosen(new Set([paper.id]))}
                    chosen={chosen}
                    onChoose={set_chosen}
                    sorting={sorting}
                    onSort={set_sorting}
                />
            )}
        </div>
    );
}

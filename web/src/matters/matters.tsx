// SPDX-License-Identifier: Apache-2.0
// The matters that one works on; for who reads the register, all of the firm's that no wall hides.
import { useDeferredValue, useMemo, useState } from "react";

import type { Matter, Session } from "../api/client";
import { Grid, type Sorting } from "../frame/grid";
import { Search } from "../frame/search";
import { found } from "../frame/rows";
import { may } from "../frame/session";
import { Nothing, Shown } from "../frame/states";
import { useFormat, useWords } from "../words";
import { OpenMatter } from "./opening";
import { type Scope, useMatters } from "./queries";

const text_of = (matter: Matter): string => `${matter.number} ${matter.name} ${matter.client_name} ${matter.client_number}`;

function by(column: string): (matter: Matter) => string {
    if (column === "client") return (matter) => `${matter.client_name}\n${matter.number}`;
    if (column === "name") return (matter) => matter.name;
    return (matter) => matter.number;
}

export default function Matters({ session }: { session: Session }) {
    const words = useWords();
    const [scope, set_scope] = useState<Scope>("mine");
    const [query, set_query] = useState("");
    const matters = useMatters(scope);
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{scope === "mine" ? words.my_matters : words.all_matters}</h1>
                <div className="tools">
                    {may(session, "register_read") && (
                        <div className="switch" role="group" aria-label={words.which_matters}>
                            {(["mine", "all"] as const).map((each) => (
                                <button key={each} type="button" aria-pressed={scope === each} onClick={() => set_scope(each)}>
                                    {each === "mine" ? words.mine : words.the_firms}
                                </button>
                            ))}
                        </div>
                    )}
                    <Search label={words.search_matters} value={query} onChange={set_query} />
                    {may(session, "matters_open") && <OpenMatter session={session} />}
                </div>
            </header>
            <Shown query={matters}>{(all) => <List all={all} query={query} scope={scope} />}</Shown>
        </section>
    );
}

function List({ all, query, scope }: { all: Matter[]; query: string; scope: Scope }) {
    const words = useWords();
    const format = useFormat();
    const [sorting, set_sorting] = useState<Sorting>({ by: "number", down: false });
    const wanted = useDeferredValue(query);
    const shown = useMemo(() => {
        const key = by(sorting.by);
        const sign = sorting.down ? -1 : 1;
        return found(all, wanted, text_of).toSorted((a, b) => sign * format.compare(key(a), key(b)));
    }, [all, wanted, sorting, format]);
    if (all.length === 0)
        return <Nothing icon="folder" title={words.no_matters} text={scope === "mine" ? words.no_matters_text : ""} />;
    if (shown.length === 0) return <Nothing icon="search" title={words.nothing_found} text={words.nothing_found_text} />;
    return (
        <Grid
            label={scope === "mine" ? words.my_matters : words.all_matters}
            kind="matters"
            items={shown}
            row={56}
            keyOf={(matter) => matter.id}
            textOf={(matter) =>
                sorting.by === "client" ? matter.client_name : sorting.by === "name" ? matter.name : matter.number
            }
            hrefOf={(matter) => `/matters/${matter.id}`}
            sorting={sorting}
            onSort={set_sorting}
            dim={(matter) => matter.state === "closed"}
            columns={[
                {
                    id: "name",
                    name: words.matter,
                    sorts: true,
                    cell: (matter) => (
                        <>
                            <span className="cell-main">{matter.name}</span>
                            <span className="cell-sub">
                                {matter.number} <span className="narrow-only">· {matter.client_name}</span>
                            </span>
                        </>
                    ),
                },
                { id: "client", name: words.client, sorts: true, cell: (matter) => matter.client_name },
                { id: "number", name: words.number, sorts: true, cell: (matter) => matter.number },
                {
                    id: "state",
                    name: words.state,
                    cell: (matter) => (matter.state === "closed" ? <span className="badge">{words.closed}</span> : words.open),
                },
            ]}
        />
    );
}

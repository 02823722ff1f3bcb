// SPDX-License-Identifier: Apache-2.0
// Accounts: who has one, with which roles, until when; made, changed, ended.
import { useState } from "react";

import type { Person, Session } from "../api/client";
import { Grid, type Sorting } from "../frame/grid";
import { Act } from "../frame/parts";
import { Search } from "../frame/search";
import { found } from "../frame/rows";
import { may } from "../frame/session";
import { Nothing, Shown } from "../frame/states";
import { useFormat, useWords } from "../words";
import { InvitationBox, type Invited, InviteBox } from "./invite";
import { PersonBox } from "./person";
import { usePeople } from "./queries";

export default function People({ session }: { session: Session }) {
    const words = useWords();
    const people = usePeople();
    const [query, set_query] = useState("");
    const [inviting, set_inviting] = useState(false);
    const [invited, set_invited] = useState<Invited>();
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.people}</h1>
                <div className="tools">
                    <Search label={words.search_people} value={query} onChange={set_query} />
                    {may(session, "people_manage") && (
                        <Act weight="main" icon="add" label={words.invite} onPress={() => set_inviting(true)} />
                    )}
                </div>
            </header>
            <Shown query={people}>{(all) => <List session={session} all={all} query={query} onInvited={set_invited} />}</Shown>
            {inviting && (
                <InviteBox
                    onClose={() => set_inviting(false)}
                    onInvited={(invited) => {
                        set_inviting(false);
                        set_invited(invited);
                    }}
                />
            )}
            {invited && <InvitationBox invited={invited} onClose={() => set_invited(undefined)} />}
        </section>
    );
}

interface ListProps {
    session: Session;
    all: Person[];
    query: string;
    onInvited(invited: Invited): void;
}
function List({ session, all, query, onInvited }: ListProps) {
    const words = useWords();
    const format = useFormat();
    const [sorting, set_sorting] = useState<Sorting>({ by: "name", down: false });
    const [shown, show] = useState<string>();
    const roles = (person: Person) => person.roles.map((role) => words.firm_roles[role] ?? role).join(", ");
    const sign = sorting.down ? -1 : 1;
    const items = found(all, query, (person) => `${person.name} ${person.sign_in} ${roles(person)}`).toSorted(
        (a, b) =>
            Number(b.active) - Number(a.active) ||
            sign * format.compare(sorting.by === "sign_in" ? a.sign_in : a.name, sorting.by === "sign_in" ? b.sign_in : b.name),
    );
    const person = all.find(({ id }) => id === shown);
    return (
        <>
            {items.length === 0 ? (
                <Nothing icon="search" title={words.nothing_found} text={words.nothing_found_text} />
            ) : (
                <Grid
                    label={words.people}
                    kind="people"
                    items={items}
                    row={52}
                    keyOf={(person) => person.id}
                    textOf={(person) => person.name}
                    onOpen={(person) => show(person.id)}
                    dim={(person) => !person.active}
                    sorting={sorting}
                    onSort={set_sorting}
                    columns={[
                        {
                            id: "name",
                            name: words.name,
                            sorts: true,
                            cell: (person) => (
                                <>
                                    <span className="cell-main">{person.name}</span>
                                    <span className="cell-sub narrow-only">{roles(person)}</span>
                                </>
                            ),
                        },
                        { id: "sign_in", name: words.sign_in_name, sorts: true, cell: (person) => person.sign_in },
                        { id: "roles", name: words.roles, cell: roles },
                        {
                            id: "state",
                            name: words.state,
                            cell: (person) =>
                                !person.active ? (
                                    <span className="badge">{words.ended}</span>
                                ) : person.until ? (
                                    words.until(format.date(person.until))
                                ) : (
                                    words.active
                                ),
                        },
                    ]}
                />
            )}
            {person && <PersonBox session={session} person={person} onClose={() => show(undefined)} onInvited={onInvited} />}
        </>
    );
}

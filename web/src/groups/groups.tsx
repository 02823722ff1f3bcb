// SPDX-License-Identifier: Apache-2.0
// Groups of people, to be put on a team or behind a wall together.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, type Schemas, type Session } from "../api/client";
import { Choice } from "../frame/choice";
import { sends, useKey } from "../frame/forms";
import { say } from "../frame/notices";
import { Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint, Nothing, Shown } from "../frame/states";
import { useGroups, usePeople } from "../people/queries";
import { useFormat, useWords } from "../words";

type Group = Schemas["Group"];
const again = () => queries.invalidateQueries({ queryKey: ["groups"] });

export default function Groups({ session }: { session: Session }) {
    const words = useWords();
    const format = useFormat();
    const groups = useGroups();
    const [making, set_making] = useState(false);
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.groups}</h1>
                <div className="tools">
                    {may(session, "groups_manage") && (
                        <Act weight="main" icon="add" label={words.new_group} onPress={() => set_making(true)} />
                    )}
                </div>
            </header>
            <Shown query={groups}>
                {(all) =>
                    all.length === 0 ? (
                        <Nothing icon="person" title={words.no_groups} text={words.no_groups_text} />
                    ) : (
                        <ul className="cards">
                            {all
                                .toSorted((a, b) => format.compare(a.name, b.name))
                                .map((group) => (
                                    <GroupCard key={group.id} group={group} changes={may(session, "groups_manage")} />
                                ))}
                        </ul>
                    )
                }
            </Shown>
            {making && <NewGroup onClose={() => set_making(false)} />}
        </section>
    );
}

function GroupCard({ group, changes }: { group: Group; changes: boolean }) {
    const words = useWords();
    const format = useFormat();
    const people = usePeople();
    const [adding, set_adding] = useState(false);
    const [person, set_person] = useState<string | null>(null);
    const name_of = (id: string) => people.data?.find((each) => each.id === id)?.name ?? "…";
    const path = (member: string) => ({ params: { path: { group: group.id, person: member } } });
    const joining = useMutation({
        mutationFn: (member: string) => ask(api.PUT("/api/v1/groups/{group}/members/{person}", path(member))),
        onSuccess: async (_, member) => {
            await again();
            set_adding(false);
            set_person(null);
            say(words.joined(name_of(member), group.name));
        },
    });
    const leaving = useMutation({
        mutationFn: (member: string) => ask(api.DELETE("/api/v1/groups/{group}/members/{person}", path(member))),
        onSuccess: async (_, member) => {
            await again();
            say(words.left(name_of(member), group.name), changes ? () => joining.mutate(member) : undefined);
        },
    });
    const others = (people.data ?? []).filter((each) => each.active && !group.members.includes(each.id));
    return (
        <li className="card">
            <h2>{group.name}</h2>
            {group.members.length === 0 && <p className="small">{words.empty_group}</p>}
            <ul className="chips">
                {group.members
                    .toSorted((a, b) => format.compare(name_of(a), name_of(b)))
                    .map((member) => (
                        <li key={member} className="chip">
                            <span>{name_of(member)}</span>
                            {changes && (
                                <Act
                                    weight="quiet"
                                    icon="close"
                                    bare
                                    label={words.take_out_of(name_of(member), group.name)}
                                    onPress={() => leaving.mutate(member)}
                                />
                            )}
                        </li>
                    ))}
            </ul>
            <Complaint error={leaving.error} />
            {changes && <Act weight="quiet" icon="add" label={words.add_member} onPress={() => set_adding(true)} />}
            {adding && (
                <Box title={words.add_member_to(group.name)} open onClose={() => set_adding(false)}>
                    <Form
                        onSubmit={(event) => {
                            event.preventDefault();
                            if (person) joining.mutate(person);
                        }}
                    >
                        <Choice
                            label={words.person}
                            choices={others.map(({ id, name, sign_in }) => ({ id, name, about: sign_in }))}
                            value={person}
                            onChange={set_person}
                        />
                        <Complaint error={joining.error} />
                        <footer className="dialog-foot">
                            <Act label={words.cancel} onPress={() => set_adding(false)} />
                            <Act
                                weight="main"
                                type="submit"
                                label={words.add}
                                isDisabled={!person}
                                isPending={joining.isPending}
                            />
                        </footer>
                    </Form>
                </Box>
            )}
        </li>
    );
}

function NewGroup({ onClose }: { onClose(): void }) {
    const words = useWords();
    const [name, set_name] = useState("");
    const key = useKey();
    const making = useMutation({
        mutationFn: () =>
            ask(
                api.POST("/api/v1/groups", {
                    params: { header: key.header() },
                    body: { name: name.trim() },
                }),
            ),
        onSuccess: async () => {
            await again();
            onClose();
        },
        onError: key.refused,
    });
    return (
        <Box title={words.new_group} open onClose={onClose}>
            <Form onSubmit={sends(making)}>
                <Field
                    label={words.name}
                    value={name}
                    onChange={set_name}
                    isRequired
                    autoFocus
                    maxLength={200}
                    autoComplete="off"
                />
                <Complaint error={making.error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={words.make} isPending={making.isPending} />
                </footer>
            </Form>
        </Box>
    );
}

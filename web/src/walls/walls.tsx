// SPDX-License-Identifier: Apache-2.0
// Ethical walls: who and what stands on either side, and why.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { all_of, api, ask, page_limit, type Schemas, type Session } from "../api/client";
import { Choice } from "../frame/choice";
import { sends, useKey } from "../frame/forms";
import { Icon } from "../frame/icons";
import { say } from "../frame/notices";
import { Ask, Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint, Nothing, Shown } from "../frame/states";
import { useClients, useMatters } from "../matters/queries";
import { useGroups, usePeople } from "../people/queries";
import { useWords } from "../words";

type Wall = Schemas["Wall"];
const kinds = ["matters", "clients", "people", "groups"] as const;
type Kind = (typeof kinds)[number];
interface Named {
    kind: Kind;
    id: string;
    name: string;
}

/** All that can stand on a side, by name. */
function useNamed(session: Session): Named[] {
    const register = may(session, "register_read");
    const matters = useMatters(register ? "all" : "mine");
    const clients = useClients(register);
    const people = usePeople();
    const groups = useGroups();
    return [
        ...(matters.data ?? []).map(({ id, name, number }): Named => ({
            kind: "matters",
            id,
            name: number ? `${number} ${name}` : name,
        })),
        ...(clients.data ?? []).map(({ id, name }): Named => ({ kind: "clients", id, name })),
        ...(people.data ?? []).map(({ id, name }): Named => ({ kind: "people", id, name })),
        ...(groups.data ?? []).map(({ id, name }): Named => ({ kind: "groups", id, name })),
    ];
}

export default function Walls({ session }: { session: Session }) {
    const words = useWords();
    const named = useNamed(session);
    const [raising, set_raising] = useState(false);
    const walls = useQuery<Wall[]>({
        queryKey: ["walls"],
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/walls", { params: { query: { limit: page_limit, cursor } } }))),
    });
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.walls}</h1>
                <div className="tools">
                    <Act weight="main" icon="add" label={words.raise_wall} onPress={() => set_raising(true)} />
                </div>
            </header>
            <Shown query={walls}>
                {(all) =>
                    all.length === 0 ? (
                        <Nothing icon="lock" title={words.no_walls} text={words.no_walls_text} />
                    ) : (
                        <ul className="cards cards-wide">
                            {all.map((wall) => (
                                <WallCard key={wall.id} wall={wall} named={named} />
                            ))}
                        </ul>
                    )
                }
            </Shown>
            {raising && <RaiseBox named={named} onClose={() => set_raising(false)} />}
        </section>
    );
}

function Side({ side, named, label }: { side: Schemas["WallSide"]; named: readonly Named[]; label: string }) {
    const words = useWords();
    const stand = kinds.flatMap((kind) =>
        (side[kind] ?? []).map((id) => ({
            kind,
            id,
            name: named.find((each) => each.id === id)?.name ?? words.not_yours_to_see,
        })),
    );
    return (
        <ul className="chips" aria-label={label}>
            {stand.map(({ kind, id, name }) => (
                <li key={id} className="chip">
                    <span className="chip-kind">{words.side_kinds[kind]}</span> <span>{name}</span>
                </li>
            ))}
        </ul>
    );
}

function WallCard({ wall, named }: { wall: Wall; named: readonly Named[] }) {
    const words = useWords();
    const [asking, set_asking] = useState(false);
    const taking_down = useMutation({
        mutationFn: () => ask(api.DELETE("/api/v1/walls/{wall}", { params: { path: { wall: wall.id } } })),
        onSuccess: async () => {
            await queries.invalidateQueries({ queryKey: ["walls"] });
            say(words.wall_down);
        },
    });
    return (
        <li className="card">
            <p className="wall-memo">{wall.memo}</p>
            <div className="wall">
                <Side side={wall.a} named={named} label={words.one_side} />
                <span className="wall-line" aria-hidden="true" />
                <Side side={wall.b} named={named} label={words.other_side} />
            </div>
            {wall.on_both_sides.length > 0 && (
                <p className="complaint">
                    <Icon name="warning" />
                    <span>
                        {words.on_both_sides(
                            wall.on_both_sides.map((id) => named.find((each) => each.id === id)?.name ?? "…").join(", "),
                        )}
                    </span>
                </p>
            )}
            <Act weight="quiet" label={words.take_down} onPress={() => set_asking(true)} />
            <Ask
                title={words.take_down_title}
                text={
                    <>
                        <p>{words.take_down_text}</p>
                        <Complaint error={taking_down.error} />
                    </>
                }
                act={words.take_down}
                danger
                open={asking}
                busy={taking_down.isPending}
                onClose={() => set_asking(false)}
                onAct={() => taking_down.mutate()}
            />
        </li>
    );
}

function RaiseBox({ named, onClose }: { named: readonly Named[]; onClose(): void }) {
    const words = useWords();
    const [a, set_a] = useState<readonly Named[]>([]);
    const [b, set_b] = useState<readonly Named[]>([]);
    const [memo, set_memo] = useState("");
    const key = useKey();
    const side = (stand: readonly Named[]): Schemas["WallSide"] =>
        Object.fromEntries(kinds.map((kind) => [kind, stand.filter((each) => each.kind === kind).map(({ id }) => id)]));
    const raising = useMutation({
        mutationFn: () =>
            ask(
                api.POST("/api/v1/walls", {
                    params: { header: key.header() },
                    body: { a: side(a), b: side(b), memo: memo.trim() },
                }),
            ),
        onSuccess: async () => {
            await queries.invalidateQueries({ queryKey: ["walls"] });
            say(words.wall_up);
            onClose();
        },
        onError: key.refused,
    });
    return (
        <Box title={words.raise_wall} open onClose={onClose}>
            <p className="prose">{words.raise_wall_text}</p>
            <Form onSubmit={sends(raising)}>
                <SidePicker label={words.one_side} named={named} stand={a} onChange={set_a} />
                <SidePicker label={words.other_side} named={named} stand={b} onChange={set_b} />
                <Field
                    label={words.why_wall}
                    hint={words.why_wall_hint}
                    lines={2}
                    value={memo}
                    onChange={set_memo}
                    isRequired
                    maxLength={1000}
                />
                <Complaint error={raising.error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act
                        weight="main"
                        type="submit"
                        label={words.raise_wall}
                        isDisabled={a.length === 0 || b.length === 0}
                        isPending={raising.isPending}
                    />
                </footer>
            </Form>
        </Box>
    );
}

interface PickerProps {
    label: string;
    named: readonly Named[];
    stand: readonly Named[];
    onChange(stand: readonly Named[]): void;
}
function SidePicker({ label, named, stand, onChange }: PickerProps) {
    const words = useWords();
    const left = named.filter((each) => !stand.some(({ id }) => id === each.id));
    return (
        <fieldset className="field side">
            <legend>{label}</legend>
            <ul className="chips">
                {stand.map((each) => (
                    <li key={each.id} className="chip">
                        <span className="chip-kind">{words.side_kinds[each.kind]}</span> <span>{each.name}</span>
                        <Act
                            weight="quiet"
                            icon="close"
                            bare
                            label={words.remove_of(each.name)}
                            onPress={() => onChange(stand.filter((other) => other !== each))}
                        />
                    </li>
                ))}
            </ul>
            <Choice
                key={stand.length}
                label={words.add_to_side}
                required={stand.length === 0}
                choices={left.map(({ id, name, kind }) => ({ id, name, about: words.side_kinds[kind] }))}
                value={null}
                onChange={(id) => {
                    const chosen = left.find((each) => each.id === id);
                    if (chosen) onChange([...stand, chosen]);
                }}
            />
        </fieldset>
    );
}

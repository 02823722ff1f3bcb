// SPDX-License-Identifier: Apache-2.0
// The small dialogs that ask for a name or a place.
import { type FormEvent, useState } from "react";

import { Form } from "react-aria-components/Form";

import type { Paper } from "../api/client";
import { Choice } from "../frame/choice";
import { Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { Complaint } from "../frame/states";
import { useFormat, useWords } from "../words";
import { useChanges } from "./changes";
import { by_id, type FolderId, path_to, places_for } from "./tree";

interface NameProps {
    title: string;
    label: string;
    act: string;
    name: string;
    onClose(): void;
    onName(name: string): Promise<void>;
}
function NameBox({ title, label, act, name: first, onClose, onName }: NameProps) {
    const words = useWords();
    const [name, set_name] = useState(first);
    const [error, set_error] = useState<unknown>();
    const [busy, set_busy] = useState(false);
    const submit = (event: FormEvent) => {
        event.preventDefault();
        if (busy) return;
        set_busy(true);
        set_error(undefined);
        onName(name)
            .then(onClose)
            .catch(set_error)
            .finally(() => set_busy(false));
    };
    return (
        <Box title={title} open onClose={onClose}>
            <Form onSubmit={submit}>
                <Field label={label} value={name} onChange={set_name} isRequired autoFocus maxLength={255} autoComplete="off" />
                <Complaint error={error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={act} isPending={busy} />
                </footer>
            </Form>
        </Box>
    );
}

export function NewFolder({ folder }: { folder: FolderId }) {
    const words = useWords();
    const { add_folder } = useChanges();
    const [open, set_open] = useState(false);
    return (
        <>
            <Act weight="quiet" icon="add" label={words.new_folder} onPress={() => set_open(true)} />
            {open && (
                <NameBox
                    title={words.new_folder}
                    label={words.name}
                    act={words.make}
                    name=""
                    onClose={() => set_open(false)}
                    onName={async (name) => {
                        await add_folder(name, folder);
                    }}
                />
            )}
        </>
    );
}

export function RenameBox({ paper, onClose }: { paper: Paper; onClose(): void }) {
    const words = useWords();
    const { move } = useChanges();
    return (
        <NameBox
            title={words.rename_title(paper.name)}
            label={words.new_name}
            act={words.rename}
            name={paper.name}
            onClose={onClose}
            onName={async (name) => {
                if (name !== paper.name) await move(paper, { name });
            }}
        />
    );
}

const top = "top";

export function MoveBox({
    all,
    moved,
    onClose,
    onDone,
}: {
    all: readonly Paper[];
    moved: readonly Paper[];
    onClose(): void;
    onDone(): void;
}) {
    const words = useWords();
    const format = useFormat();
    const { move_all } = useChanges();
    const [place, set_place] = useState<string | null>(null);
    const known = by_id(all);
    const names = (folder: Paper) =>
        path_to(known, folder.id)
            .map(({ name }) => name)
            .join(" / ");
    const places = places_for(
        all,
        moved.map(({ id }) => id),
    ).map((folder) => ({ id: folder.id, name: names(folder) }));
    const choices = [{ id: top, name: words.top }, ...places.toSorted((a, b) => format.compare(a.name, b.name))];
    const submit = (event: FormEvent) => {
        event.preventDefault();
        if (place === null) return;
        onDone();
        void move_all(moved, place === top ? null : place);
    };
    return (
        <Box title={words.move_title(moved.length, moved[0]?.name ?? "")} open onClose={onClose}>
            <Form onSubmit={submit}>
                <Choice label={words.move_into} choices={choices} value={place} onChange={set_place} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={words.move} isDisabled={place === null} />
                </footer>
            </Form>
        </Box>
    );
}

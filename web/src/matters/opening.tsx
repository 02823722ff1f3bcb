// SPDX-License-Identifier: Apache-2.0
// A matter is opened for a client, who is chosen or taken on here.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, type Session } from "../api/client";
import { Choice } from "../frame/choice";
import { sends, useKey } from "../frame/forms";
import { say } from "../frame/notices";
import { Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { navigate } from "../frame/router";
import { may, queries } from "../frame/session";
import { Complaint } from "../frame/states";
import { useWords } from "../words";
import { useClients } from "./queries";

export function OpenMatter({ session }: { session: Session }) {
    const words = useWords();
    const [open, set_open] = useState(false);
    return (
        <>
            <Act weight="main" icon="add" label={words.open_matter} onPress={() => set_open(true)} />
            <Box title={words.open_matter} open={open} onClose={() => set_open(false)}>
                <Opening session={session} onDone={() => set_open(false)} />
            </Box>
        </>
    );
}

const fresh_client = "new";

function Opening({ session, onDone }: { session: Session; onDone(): void }) {
    const words = useWords();
    const clients = useClients(true);
    const [client, set_client] = useState<string | null>(null);
    const [client_name, set_client_name] = useState("");
    const [client_number, set_client_number] = useState("");
    const [name, set_name] = useState("");
    const [number, set_number] = useState("");
    const client_key = useKey();
    const matter_key = useKey();
    const opening = useMutation({
        mutationFn: async () => {
            let id = client ?? "";
            if (client === fresh_client) {
                const body = { name: client_name.trim(), number: client_number.trim() };
                const made = await ask(api.POST("/api/v1/clients", { params: { header: client_key.header() }, body }));
                id = made.id;
                set_client(id);
                await queries.invalidateQueries({ queryKey: ["clients"] });
            }
            const body = { client: id, name: name.trim(), number: number.trim() };
            return ask(api.POST("/api/v1/matters", { params: { header: matter_key.header() }, body }));
        },
        onSuccess: async (matter) => {
            await queries.invalidateQueries({ queryKey: ["matters"] });
            say(words.matter_opened(matter.name));
            onDone();
            navigate(`/matters/${matter.id}`);
        },
        onError: (error) => {
            client_key.refused(error);
            matter_key.refused(error);
        },
    });
    const choices = [
        ...(may(session, "clients_open") ? [{ id: fresh_client, name: words.new_client }] : []),
        ...(clients.data ?? []).map((each) => ({ id: each.id, name: each.name, about: each.number })),
    ];
    return (
        <Form onSubmit={sends(opening, client !== null)}>
            <Choice label={words.client} choices={choices} value={client} onChange={set_client} />
            {client === fresh_client && (
                <div className="pair">
                    <Field label={words.client_name} value={client_name} onChange={set_client_name} isRequired maxLength={200} />
                    <Field label={words.client_number} value={client_number} onChange={set_client_number} maxLength={32} />
                </div>
            )}
            <Field label={words.matter_name} value={name} onChange={set_name} isRequired maxLength={200} />
            <Field
                label={words.matter_number}
                hint={words.matter_number_hint}
                value={number}
                onChange={set_number}
                maxLength={32}
            />
            <Complaint error={opening.error ?? clients.error} />
            <footer className="dialog-foot">
                <Act label={words.cancel} onPress={onDone} />
                <Act weight="main" type="submit" label={words.open_matter} isDisabled={!client} isPending={opening.isPending} />
            </footer>
        </Form>
    );
}

// SPDX-License-Identifier: Apache-2.0
// A new account, and the code that is handed over to whom it is for: shown once.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask } from "../api/client";
import { sends, useKey } from "../frame/forms";
import { Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { queries } from "../frame/session";
import { Complaint } from "../frame/states";
import { useFormat, useWords } from "../words";
import { RoleBoxes } from "./role_boxes";

export interface Invited {
    name: string;
    sign_in: string;
    code: string;
    until: string;
}

export function InviteBox({ onClose, onInvited }: { onClose(): void; onInvited(invited: Invited): void }) {
    const words = useWords();
    const [name, set_name] = useState("");
    const [sign_in, set_sign_in] = useState("");
    const [roles, set_roles] = useState<string[]>(["lawyer"]);
    const key = useKey();
    const inviting = useMutation({
        mutationFn: () =>
            ask(
                api.POST("/api/v1/people", {
                    params: { header: key.header() },
                    body: { name: name.trim(), sign_in: sign_in.trim(), roles },
                }),
            ),
        onSuccess: async ({ person, invitation, invitation_until }) => {
            await queries.invalidateQueries({ queryKey: ["people"] });
            onInvited({ name: person.name, sign_in: person.sign_in, code: invitation ?? "", until: invitation_until ?? "" });
        },
        onError: key.refused,
    });
    return (
        <Box title={words.invite_title} open onClose={onClose}>
            <Form onSubmit={sends(inviting)}>
                <Field
                    label={words.name}
                    value={name}
                    onChange={set_name}
                    isRequired
                    autoFocus
                    maxLength={200}
                    autoComplete="off"
                />
                <Field
                    label={words.sign_in_name}
                    hint={words.sign_in_name_hint}
                    value={sign_in}
                    onChange={set_sign_in}
                    isRequired
                    maxLength={200}
                    autoComplete="off"
                    spellCheck="false"
                />
                <RoleBoxes value={roles} onChange={set_roles} />
                <Complaint error={inviting.error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={words.invite} isPending={inviting.isPending} />
                </footer>
            </Form>
        </Box>
    );
}

export function InvitationBox({ invited, onClose }: { invited: Invited; onClose(): void }) {
    const words = useWords();
    const format = useFormat();
    return (
        <Box title={words.invited_title(invited.name)} open onClose={onClose}>
            <p className="prose">{invited.code === "" ? words.invited_repeated : words.invited_text}</p>
            {invited.code !== "" && (
                <dl className="facts">
                    <div>
                        <dt>{words.sign_in_name}</dt>
                        <dd>{invited.sign_in}</dd>
                    </div>
                    <div>
                        <dt>{words.invitation_code}</dt>
                        <dd>
                            <code className="code">{invited.code}</code>
                        </dd>
                    </div>
                    <div>
                        <dt>{words.valid_until}</dt>
                        <dd>{format.moment(invited.until)}</dd>
                    </div>
                    <div>
                        <dt>{words.where}</dt>
                        <dd>
                            <code>{`${location.origin}/invitation`}</code>
                        </dd>
                    </div>
                </dl>
            )}
            <footer className="dialog-foot">
                <Act weight="main" label={words.close} onPress={onClose} />
            </footer>
        </Box>
    );
}

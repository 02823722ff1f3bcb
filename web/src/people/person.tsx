// SPDX-License-Identifier: Apache-2.0
// One account. What two administrators change at once is not written over: the second sees what the first did.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, if_match, type Person, Refusal, type Session } from "../api/client";
import { sends } from "../frame/forms";
import { say } from "../frame/notices";
import { Ask, Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint } from "../frame/states";
import { useFormat, useWords } from "../words";
import type { Invited } from "./invite";
import { RoleBoxes } from "./role_boxes";

interface PersonProps {
    session: Session;
    person: Person;
    onClose(): void;
    onInvited(invited: Invited): void;
}
const again = () => queries.invalidateQueries({ queryKey: ["people"] });

export function PersonBox({ session, person, onClose, onInvited }: PersonProps) {
    const words = useWords();
    const format = useFormat();
    // What was changed is kept apart from what is there, so that news from elsewhere shows.
    const [roles, set_roles] = useState<string[]>();
    const [until, set_until] = useState<string>();
    const [seen, set_seen] = useState(person);
    const [ending, set_ending] = useState(false);
    const changed_elsewhere = person.revision !== seen.revision;
    const path = { person: person.id };

    const saving = useMutation({
        mutationFn: () =>
            ask(
                api.PATCH("/api/v1/people/{person}", {
                    params: { path, header: { "If-Match": if_match(seen.revision) } },
                    body: {
                        ...(roles ? { roles } : {}),
                        ...(until === undefined
                            ? {}
                            : { until: until === "" ? null : new Date(`${until}T23:59:59`).toISOString() }),
                    },
                }),
            ),
        onSuccess: async () => {
            await again();
            say(words.person_changed(person.name));
            onClose();
        },
        onError: (error) => void (error instanceof Refusal && error.type === "stale" && again()),
    });
    const ending_it = useMutation({
        mutationFn: () => ask(api.POST("/api/v1/people/{person}/end", { params: { path } })),
        onSuccess: async () => {
            await again();
            say(words.person_ended(person.name));
            onClose();
        },
    });
    const inviting = useMutation({
        mutationFn: () => ask(api.POST("/api/v1/people/{person}/invitation", { params: { path } })),
        onSuccess: ({ invitation, invitation_until }) => {
            onClose();
            onInvited({ name: person.name, sign_in: person.sign_in, code: invitation, until: invitation_until });
        },
    });
    const names = (list: readonly string[]) => list.map((role) => words.firm_roles[role] ?? role).join(", ") || words.none;
    const manages = may(session, "people_manage");
    const assigns = may(session, "roles_assign");
    return (
        <Box title={person.name} open onClose={onClose} shape="drawer">
            <p className="prose">
                {words.signs_in_as} <code>{person.sign_in}</code>
                {!person.active && <span className="badge">{words.ended}</span>}
            </p>
            {changed_elsewhere && (
                <div className="changed-elsewhere" role="alert">
                    <p>{words.person_conflict}</p>
                    <dl className="facts">
                        <div>
                            <dt>{words.you_saw}</dt>
                            <dd>{names(seen.roles)}</dd>
                        </div>
                        <div>
                            <dt>{words.now_is}</dt>
                            <dd>
                                {names(person.roles)}
                                {person.until ? `, ${words.until(format.date(person.until))}` : ""}
                                {person.active ? "" : `, ${words.ended}`}
                            </dd>
                        </div>
                        {roles && (
                            <div>
                                <dt>{words.you_want}</dt>
                                <dd>{names(roles)}</dd>
                            </div>
                        )}
                    </dl>
                    <Act
                        label={words.go_on_from_theirs}
                        onPress={() => {
                            set_seen(person);
                            saving.reset();
                        }}
                    />
                </div>
            )}
            {person.active && (
                <Form onSubmit={sends(saving)}>
                    <RoleBoxes value={roles ?? person.roles} onChange={set_roles} disabled={!assigns} />
                    <Field
                        label={words.access_until}
                        hint={words.access_until_hint}
                        type="date"
                        value={until ?? person.until?.slice(0, 10) ?? ""}
                        onChange={set_until}
                        isDisabled={!manages}
                    />
                    <p className="prose small">{words.roles_end_sessions}</p>
                    <Complaint error={saving.error} />
                    <div className="acts">
                        <Act
                            weight="main"
                            type="submit"
                            label={words.save}
                            isPending={saving.isPending}
                            isDisabled={(!roles && until === undefined) || changed_elsewhere}
                        />
                        {manages && (
                            <Act label={words.invite_again} isPending={inviting.isPending} onPress={() => inviting.mutate()} />
                        )}
                        {manages && person.id !== session.person.id && (
                            <Act weight="danger" label={words.end_person} onPress={() => set_ending(true)} />
                        )}
                    </div>
                    <Complaint error={inviting.error} />
                </Form>
            )}
            <Ask
                title={words.end_person_title(person.name)}
                text={
                    <>
                        <p>{words.end_person_text}</p>
                        <Complaint error={ending_it.error} />
                    </>
                }
                act={words.end_person}
                danger
                open={ending}
                busy={ending_it.isPending}
                onClose={() => set_ending(false)}
                onAct={() => ending_it.mutate()}
            />
        </Box>
    );
}

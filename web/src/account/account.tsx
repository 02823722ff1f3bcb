// SPDX-License-Identifier: Apache-2.0
// Oneself: roles, the session, the password, the language.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, type Session } from "../api/client";
import { sends } from "../frame/forms";
import { LanguageChoice } from "../frame/language";
import { say } from "../frame/notices";
import { Act, Field } from "../frame/parts";
import { forget_everywhere } from "../frame/session";
import { Complaint } from "../frame/states";
import { useFormat, useWords } from "../words";

export default function Account({ session }: { session: Session }) {
    const words = useWords();
    const format = useFormat();
    const { person } = session;
    return (
        <section className="room room-text" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{person.name}</h1>
            </header>
            <dl className="facts">
                <div>
                    <dt>{words.sign_in_name}</dt>
                    <dd>{person.sign_in}</dd>
                </div>
                <div>
                    <dt>{words.roles}</dt>
                    <dd>{person.roles.map((role) => words.firm_roles[role] ?? role).join(", ") || words.none}</dd>
                </div>
                <div>
                    <dt>{words.signed_in_since}</dt>
                    <dd>{format.moment(session.session.created)}</dd>
                </div>
                <div>
                    <dt>{words.session_ends}</dt>
                    <dd>{format.moment(session.session.expires)}</dd>
                </div>
            </dl>
            <h2>{words.language}</h2>
            <LanguageChoice />
            <h2>{words.change_password}</h2>
            <PasswordForm />
            <p className="small licences">
                <a href="/licences.txt">{words.licences}</a>
            </p>
        </section>
    );
}

function PasswordForm() {
    const words = useWords();
    const [former, set_former] = useState("");
    const [next, set_next] = useState("");
    const changing = useMutation({
        mutationFn: () => ask(api.PUT("/api/v1/session/password", { body: { former, next } })),
        onSuccess: () => {
            forget_everywhere();
            say(words.password_changed);
        },
    });
    return (
        <Form onSubmit={sends(changing)}>
            <p className="prose">{words.change_password_text}</p>
            <Field
                label={words.former_password}
                type="password"
                value={former}
                onChange={set_former}
                isRequired
                autoComplete="current-password"
            />
            <Field
                label={words.new_password}
                hint={words.new_password_hint}
                type="password"
                value={next}
                onChange={set_next}
                isRequired
                minLength={12}
                autoComplete="new-password"
            />
            <Complaint error={changing.error} />
            <div className="acts">
                <Act weight="main" type="submit" label={words.change_password} isPending={changing.isPending} />
            </div>
        </Form>
    );
}

// SPDX-License-Identifier: Apache-2.0
// An invitation becomes an account: a password is chosen, the second factor is set up, and its first code signs in.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";
import { Link } from "react-aria-components/Link";

import { api, ask, type Schemas } from "../api/client";
import { sends } from "../frame/forms";
import { Act, Field } from "../frame/parts";
import { navigate } from "../frame/router";
import { signed_in } from "../frame/session";
import { Complaint } from "../frame/states";
import { useWords } from "../words";
import { Doorstep } from "./doorstep";
import { CodeField, ToScan } from "./factor";

interface Chosen {
    sign_in: string;
    invitation: string;
    password: string;
}

export function Invitation() {
    const [chosen, set_chosen] = useState<Chosen>({ sign_in: "", invitation: "", password: "" });
    const [factor, set_factor] = useState<Schemas["Enrolment"]>();
    return factor ? (
        <SecondFactor chosen={chosen} factor={factor} onBack={() => set_factor(undefined)} />
    ) : (
        <Choosing chosen={chosen} onChange={set_chosen} onAccepted={set_factor} />
    );
}

interface ChoosingProps {
    chosen: Chosen;
    onChange(chosen: Chosen): void;
    onAccepted(factor: Schemas["Enrolment"]): void;
}
function Choosing({ chosen, onChange, onAccepted }: ChoosingProps) {
    const words = useWords();
    const accepting = useMutation({
        mutationFn: () => ask(api.POST("/api/v1/enrolment", { body: { ...chosen, sign_in: chosen.sign_in.trim() } })),
        onSuccess: onAccepted,
    });
    const set = (part: Partial<Chosen>) => onChange({ ...chosen, ...part });
    return (
        <Doorstep title={words.invitation_title} text={words.invitation_text}>
            <Form onSubmit={sends(accepting)}>
                <Field
                    label={words.sign_in_name}
                    value={chosen.sign_in}
                    onChange={(sign_in) => set({ sign_in })}
                    isRequired
                    autoFocus
                    autoComplete="username"
                    spellCheck="false"
                />
                <Field
                    label={words.invitation_code}
                    hint={words.invitation_code_hint}
                    inputClass="code"
                    value={chosen.invitation}
                    onChange={(invitation) => set({ invitation })}
                    isRequired
                    autoComplete="off"
                    spellCheck="false"
                />
                <Field
                    label={words.new_password}
                    hint={words.new_password_hint}
                    type="password"
                    value={chosen.password}
                    onChange={(password) => set({ password })}
                    isRequired
                    minLength={12}
                    autoComplete="new-password"
                />
                <Complaint error={accepting.error} />
                <Act weight="main" type="submit" label={words.go_on} isPending={accepting.isPending} />
            </Form>
            <p className="aside">
                {words.have_account} <Link href="/sign-in">{words.sign_in}</Link>
            </p>
        </Doorstep>
    );
}

function SecondFactor({ chosen, factor, onBack }: { chosen: Chosen; factor: Schemas["Enrolment"]; onBack(): void }) {
    const words = useWords();
    const [code, set_code] = useState("");
    const confirming = useMutation({
        mutationFn: () =>
            ask(
                api.POST("/api/v1/enrolment/confirm", {
                    body: { ...chosen, sign_in: chosen.sign_in.trim(), code, kind: "browser" },
                }),
            ),
        onSuccess: async () => {
            await signed_in();
            navigate("/", "replace");
        },
        onError: () => set_code(""),
    });
    return (
        <Doorstep title={words.factor_title} text={words.factor_text}>
            <ToScan factor={factor} />
            <Form onSubmit={sends(confirming)}>
                <CodeField hint={words.factor_code_hint} value={code} onChange={set_code} autoFocus />
                <Complaint error={confirming.error} />
                <Act weight="main" type="submit" label={words.factor_confirm} isPending={confirming.isPending} />
                <Act weight="quiet" label={words.back} onPress={onBack} />
            </Form>
        </Doorstep>
    );
}

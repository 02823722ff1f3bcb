// SPDX-License-Identifier: Apache-2.0
// Name, password and the code of the authenticator, at once: which of them was wrong is nobody's business.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";
import { Link } from "react-aria-components/Link";

import { api, ask } from "../api/client";
import { sends } from "../frame/forms";
import { Act, Field } from "../frame/parts";
import { navigate } from "../frame/router";
import { signed_in } from "../frame/session";
import { Complaint } from "../frame/states";
import { useWords } from "../words";
import { Doorstep } from "./doorstep";
import { CodeField } from "./factor";

export function SignIn() {
    const words = useWords();
    const [name, set_name] = useState("");
    const [password, set_password] = useState("");
    const [code, set_code] = useState("");
    const signing_in = useMutation({
        mutationFn: () => ask(api.POST("/api/v1/sessions", { body: { sign_in: name.trim(), password, code, kind: "browser" } })),
        onSuccess: async () => {
            set_password("");
            await signed_in();
            if (location.pathname === "/sign-in") navigate("/", "replace");
        },
        // A code is taken once.
        onError: () => set_code(""),
    });
    return (
        <Doorstep title={words.sign_in_title} text={words.sign_in_text}>
            <Form onSubmit={sends(signing_in)}>
                <Field
                    label={words.sign_in_name}
                    value={name}
                    onChange={set_name}
                    isRequired
                    autoFocus
                    autoComplete="username"
                    spellCheck="false"
                />
                <Field
                    label={words.password}
                    type="password"
                    value={password}
                    onChange={set_password}
                    isRequired
                    autoComplete="current-password"
                />
                <CodeField hint={words.code_hint} value={code} onChange={set_code} />
                <Complaint error={signing_in.error} />
                <Act weight="main" type="submit" label={words.sign_in} isPending={signing_in.isPending} />
            </Form>
            <p className="aside">
                {words.have_invitation} <Link href="/invitation">{words.accept_invitation}</Link>
            </p>
        </Doorstep>
    );
}

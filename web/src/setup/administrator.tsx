// SPDX-License-Identifier: Apache-2.0
// The first administrator: the names, and a password that is not guessed soon.
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { Act, Field } from "../frame/parts";
import { useWords } from "../words";
import type { StepProps } from "./chosen";
import { SecretTwice, useStrength } from "./strength";

export function Administrator({ chosen, onChange, onNext, onBack }: StepProps) {
    const words = useWords();
    const [ready, set_ready] = useState(false);
    const strength = useStrength(chosen.password, [chosen.sign_in, chosen.name, chosen.firm]);
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                if (ready && chosen.name.trim() !== "" && chosen.sign_in.trim() !== "") onNext();
            }}
        >
            <p className="prose">{words.administrator_text}</p>
            <Field
                label={words.your_name}
                value={chosen.name}
                onChange={(name) => onChange({ name })}
                isRequired
                autoFocus
                maxLength={200}
                autoComplete="name"
            />
            <Field
                label={words.sign_in_name}
                hint={words.sign_in_name_hint}
                value={chosen.sign_in}
                onChange={(sign_in) => onChange({ sign_in })}
                isRequired
                maxLength={200}
                autoComplete="username"
                spellCheck="false"
            />
            <SecretTwice
                label={words.new_password}
                label_again={words.password_again}
                hint={words.new_password_hint}
                value={chosen.password}
                onChange={(password) => onChange({ password })}
                strength={strength}
                onReady={set_ready}
                autoComplete="new-password"
            />
            <footer className="acts">
                <Act weight="main" type="submit" label={words.go_on} isDisabled={!ready} />
                <Act weight="quiet" label={words.back} onPress={onBack} />
            </footer>
        </Form>
    );
}

// SPDX-License-Identifier: Apache-2.0
import { Form } from "react-aria-components/Form";

import { LanguageChoice } from "../frame/language";
import { Act, Field } from "../frame/parts";
import { useWords } from "../words";
import type { StepProps } from "./chosen";

export function FirmName({ chosen, onChange, onNext }: StepProps) {
    const words = useWords();
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                if (chosen.firm.trim() !== "") onNext();
            }}
        >
            <p className="prose">{words.setup_text}</p>
            <Field
                label={words.firm_name}
                value={chosen.firm}
                onChange={(firm) => onChange({ firm })}
                isRequired
                autoFocus
                maxLength={200}
                autoComplete="organization"
            />
            <div className="field">
                <span>{words.language}</span>
                <LanguageChoice />
            </div>
            <Act weight="main" type="submit" label={words.go_on} />
        </Form>
    );
}

// SPDX-License-Identifier: Apache-2.0
// How strong what is being typed is, by the server's own rule: asked a moment after the last key, and kept nowhere.
import { useEffect, useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { Field } from "../frame/parts";
import { useWords } from "../words";
import { by_link } from "./link";

type Strength = Schemas["PasswordStrength"];
const milliseconds_of_quiet = 300;

export function useStrength(password: string, names: readonly string[]): Strength | undefined {
    const [judged, set_judged] = useState<{ of: string; strength: Strength }>();
    const context = names.filter((name) => name.trim() !== "").join("\n");
    const of = `${context}\n\n${password}`;
    useEffect(() => {
        if (password === "") return;
        const timer = setTimeout(() => {
            const body = { password, words: context === "" ? [] : context.split("\n") };
            ask(api.POST("/api/v1/setup/password", { ...by_link(), body }))
                .then((strength) => set_judged({ of, strength }))
                .catch(() => set_judged(undefined)); // it is judged again when the firm is founded
        }, milliseconds_of_quiet);
        return () => clearTimeout(timer);
    }, [password, context, of]);
    return judged?.of === of ? judged.strength : undefined;
}

interface TwiceProps {
    label: string;
    label_again: string;
    hint: string;
    value: string;
    onChange(secret: string): void;
    strength: Strength | undefined;
    /** Whether it is taken, and typed twice alike. */
    onReady(ready: boolean): void;
    autoComplete: "new-password" | "off";
}
/** A new password or passphrase, with its strength, and once more. */
export function SecretTwice({ label, label_again, hint, value, onChange, strength, onReady, autoComplete }: TwiceProps) {
    const words = useWords();
    const [again, set_again] = useState(value);
    const differs = again !== value;
    const ready = strength?.enough === true && !differs;
    useEffect(() => onReady(ready), [ready, onReady]);
    const common = { type: "password", isRequired: true, autoComplete } as const;
    return (
        <>
            <Field {...common} label={label} hint={hint} value={value} onChange={onChange} minLength={12} />
            <StrengthBar strength={strength} />
            <Field
                {...common}
                label={label_again}
                value={again}
                onChange={set_again}
                error={again !== "" && differs ? words.not_the_same : undefined}
            />
        </>
    );
}

function StrengthBar({ strength }: { strength: Strength | undefined }) {
    const words = useWords();
    const share = strength ? Math.min(1, strength.bits / (1.5 * strength.bits_needed)) : 0;
    const said = !strength ? words.strength_none : strength.enough ? words.strength_good : words.weaknesses[strength.weakness];
    return (
        <div className="strength">
            <meter min={0} max={1} low={0.5} high={0.66} optimum={1} value={share} aria-label={words.strength} />
            <p className="small" role="status">
                {said ?? words.strength_none}
            </p>
        </div>
    );
}

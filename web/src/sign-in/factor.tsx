// SPDX-License-Identifier: Apache-2.0
// The second factor: what an authenticator scans, and the code that it shows.
import { lazy, Suspense } from "react";

import type { Schemas } from "../api/client";
import { Field } from "../frame/parts";
import { Loading } from "../frame/states";
import { useWords } from "../words";

const QrCode = lazy(() => import("./qr_code"));
const digits = (text: string): string => text.replace(/\D/g, "").slice(0, 6);

export function ToScan({ factor }: { factor: Schemas["Enrolment"] }) {
    const words = useWords();
    return (
        <>
            <Suspense fallback={<Loading />}>
                <QrCode text={factor.totp_uri} label={words.factor_qr} />
            </Suspense>
            <p className="secret">
                {words.factor_secret} <code>{factor.totp_secret.replace(/(.{4})/g, "$1 ").trim()}</code>
            </p>
        </>
    );
}

interface CodeProps {
    hint: string;
    value: string;
    onChange(code: string): void;
    autoFocus?: boolean;
}
export function CodeField({ hint, value, onChange, autoFocus = false }: CodeProps) {
    const words = useWords();
    return (
        <Field
            label={words.code}
            hint={hint}
            inputClass="code"
            value={value}
            onChange={(text) => onChange(digits(text))}
            isRequired
            autoFocus={autoFocus}
            inputMode="numeric"
            pattern="[0-9]{6}"
            autoComplete="one-time-code"
        />
    );
}

// SPDX-License-Identifier: Apache-2.0
// What somebody sees who is not inside yet.
import type { ReactNode } from "react";

import { LanguageChoice } from "../frame/language";
import { Mark } from "../frame/mark";

interface DoorstepProps {
    title: string;
    text?: ReactNode;
    wide?: boolean;
    children?: ReactNode;
}
export function Doorstep({ title, text, wide = false, children }: DoorstepProps) {
    return (
        <div className="doorstep">
            <main className={`doorstep-card ${wide ? "doorstep-wide" : ""}`}>
                <Mark />
                <h1>{title}</h1>
                {text && <p className="lead">{text}</p>}
                {children}
            </main>
            <footer className="doorstep-foot">
                <LanguageChoice />
            </footer>
        </div>
    );
}

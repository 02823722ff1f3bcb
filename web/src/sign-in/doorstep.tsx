// SPDX-License-Identifier: Apache-2.0
// What somebody sees who is not inside yet.
import type { ReactNode } from "react";

import { LanguageChoice } from "../frame/language";
import { Mark } from "../frame/mark";

export function Doorstep({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
    return (
        <div className="doorstep">
            <main className="doorstep-card">
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

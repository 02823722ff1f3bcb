// SPDX-License-Identifier: Apache-2.0
// All words of the page, in the language that the person chose or the browser prefers. A catalogue that lacks a word does not compile.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";

import { I18nProvider } from "react-aria-components/I18nProvider";

import { de } from "./de";
import { en, type Words } from "./en";
import { formats, type Formats } from "./formats";

export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const catalogues: Record<Language, Words> = { en, de };
const kept_as = "muniment.language";
const is_language = (name: string | null | undefined): name is Language => name === "en" || name === "de";

function preferred(): Language {
    try {
        const kept = localStorage.getItem(kept_as);
        if (is_language(kept)) return kept;
    } catch {
        // A browser that keeps nothing has its own preference still.
    }
    return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(is_language) ?? "en";
}

/** "de-CH" writes its dates and numbers as in Switzerland. */
const locale_of = (language: Language): string =>
    navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? (language === "en" ? "en-GB" : "de-DE");

interface Spoken {
    language: Language;
    words: Words;
    format: Formats;
    speak(language: Language): void;
}
const Context = createContext<Spoken | undefined>(undefined);

export function Speaking({ children }: { children: ReactNode }) {
    const [language, set_language] = useState(preferred);
    const locale = locale_of(language);
    useEffect(() => {
        document.documentElement.lang = language;
    }, [language]);
    const spoken = useMemo<Spoken>(
        () => ({
            language,
            words: catalogues[language],
            format: formats(locale),
            speak(chosen) {
                try {
                    localStorage.setItem(kept_as, chosen);
                } catch {
                    // Then it holds until the page is closed.
                }
                set_language(chosen);
            },
        }),
        [language, locale],
    );
    return (
        <I18nProvider locale={locale}>
            <Context value={spoken}>{children}</Context>
        </I18nProvider>
    );
}

export function useSpoken(): Spoken {
    const spoken = use(Context);
    if (!spoken) throw new Error("outside of <Speaking>");
    return spoken;
}
export const useWords = (): Words => useSpoken().words;
export const useFormat = (): Formats => useSpoken().format;
export type { Formats, Words };

// SPDX-License-Identifier: Apache-2.0
import { type Language, languages, useSpoken } from "../words";

export function LanguageChoice() {
    const { language, speak, words } = useSpoken();
    return (
        <div className="languages" role="group" aria-label={words.language}>
            {(Object.keys(languages) as Language[]).map((each) => (
                <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => speak(each)}>
                    {languages[each]}
                </button>
            ))}
        </div>
    );
}

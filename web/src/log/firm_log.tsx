// SPDX-License-Identifier: Apache-2.0
import { useWords } from "../words";
import { Entries } from "./entries";

export default function FirmLog() {
    const words = useWords();
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.log}</h1>
            </header>
            <Entries about={{}} />
        </section>
    );
}

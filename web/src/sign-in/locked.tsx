// SPDX-License-Identifier: Apache-2.0
// The door is shut: nobody has opened the strongroom, or something in it does not fit. The session is asked for again meanwhile.
import type { Refusal } from "../api/client";
import { sentence_of } from "../frame/states";
import { useWords } from "../words";
import { Doorstep } from "./doorstep";

export function Locked({ error }: { error: Refusal }) {
    const words = useWords();
    const locked = error.type === "locked";
    return (
        <Doorstep title={locked ? words.locked_title : words.shut_title} text={sentence_of(error, words)}>
            <p className="aside" role="status">
                {words.locked_waiting}
            </p>
        </Doorstep>
    );
}

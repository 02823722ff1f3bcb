// SPDX-License-Identifier: Apache-2.0
// Why can this person see it? The gate's own answer, permission by permission.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, ask, type Schemas } from "../api/client";
import { Choice } from "../frame/choice";
import { Icon } from "../frame/icons";
import { Box } from "../frame/boxes";
import { Shown } from "../frame/states";
import { useNameOf, usePeople } from "../people/queries";
import { useWords } from "../words";
import { because_in_words } from "./because";

export function Explanation({ matter, person }: { matter: string; person: string }) {
    const words = useWords();
    const answer = useQuery<Schemas["AccessAnswer"]>({
        queryKey: ["explain", matter, person],
        staleTime: 0,
        queryFn: () => ask(api.POST("/api/v1/access/explain", { body: { matter, person } })),
    });
    const name = useNameOf()(person);
    const in_words = (permitted: boolean, because: Schemas["Because"]) =>
        words.explained(name, permitted, because_in_words(because, name, words));
    return (
        <div className="explanation">
            <Shown query={answer}>
                {(answer) => (
                    <>
                        <p className="explanation-whole">{in_words(answer.permitted, answer.because)}</p>
                        <ul>
                            {answer.items.map((item) => (
                                <li key={item.permission} className={item.permitted ? "permitted" : "barred"}>
                                    <Icon name={item.permitted ? "check" : "close"} />
                                    <span>
                                        <span className="cell-main">
                                            <span className="hidden">{item.permitted ? words.permitted : words.barred}: </span>
                                            {words.permissions[item.permission] ?? item.permission}
                                        </span>
                                        <span className="cell-sub">{because_in_words(item.because, name, words)}</span>
                                    </span>
                                </li>
                            ))}
                        </ul>
                    </>
                )}
            </Shown>
        </div>
    );
}

/** Of anybody in the firm, on the team or not. */
export function ExplainBox({ matter, onClose }: { matter: string; onClose(): void }) {
    const words = useWords();
    const people = usePeople();
    const [person, set_person] = useState<string | null>(null);
    return (
        <Box title={words.ask_why} open onClose={onClose} shape="drawer">
            <Choice
                label={words.person}
                choices={(people.data ?? []).map(({ id, name, sign_in }) => ({ id, name, about: sign_in }))}
                value={person}
                onChange={set_person}
            />
            {person && <Explanation key={person} matter={matter} person={person} />}
        </Box>
    );
}

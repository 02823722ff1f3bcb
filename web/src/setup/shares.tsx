// SPDX-License-Identifier: Apache-2.0
// Recovery shares: how many, then one holder after the other on a page made for paper, then a word of each back from it. The words of
// one holder are drawn at a time, and none of them any more once they are on paper.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, Refusal, type Schemas } from "../api/client";
import { OneOf } from "../frame/choice";
import { sends } from "../frame/forms";
import { Act, Field } from "../frame/parts";
import { Complaint } from "../frame/states";
import { useFormat, useWords } from "../words";
import type { StepProps } from "./chosen";
import { by_link } from "./link";

type Made = Schemas["NewShares"];
/** What is left of them once they are on paper. */
type Asked = Pick<Made, "ticket"> & { holders: { holder: number; asked: number }[] };

export function Shares(props: StepProps) {
    const [made, set_made] = useState<Made>();
    const [asked, set_asked] = useState<Asked>();
    if (asked) return <Confirming {...props} asked={asked} onAnew={() => set_asked(undefined)} />;
    if (!made) return <Choosing {...props} onMade={set_made} />;
    return (
        <OnPaper
            made={made}
            firm={props.chosen.firm}
            onDone={() => {
                set_asked({ ticket: made.ticket, holders: made.holders.map(({ holder, asked }) => ({ holder, asked })) });
                set_made(undefined);
            }}
            onAnew={() => set_made(undefined)}
        />
    );
}

function Choosing({ chosen, onChange, onNext, onBack, onMade }: StepProps & { onMade(made: Made): void }) {
    const words = useWords();
    const making = useMutation({
        mutationFn: () =>
            ask(api.POST("/api/v1/setup/shares", { ...by_link(), body: { needed: chosen.needed, of: chosen.of } })),
        onSuccess: (made) => {
            onChange({ ticket: "" });
            onMade(made);
        },
    });
    const must = chosen.unlock === "shares";
    const without = chosen.of === 0;
    const numbers = (from: number, to: number) =>
        Array.from({ length: to - from + 1 }, (_, at) => ({ id: String(from + at), name: String(from + at) }));
    const go_on = () => {
        onChange({ ticket: "" });
        onNext();
    };
    return (
        <Form
            onSubmit={(event) => {
                event.preventDefault();
                if (without) go_on();
                else if (!making.isPending) making.mutate();
            }}
        >
            <p className="prose">{words.shares_text}</p>
            <OneOf
                label={words.shares_of}
                value={String(chosen.of)}
                choices={[...numbers(2, 16), ...(must ? [] : [{ id: "0", name: words.shares_none }])]}
                onChange={(of) =>
                    onChange({ of: Number(of), needed: Math.max(2, Math.min(chosen.needed, Number(of) || chosen.needed)) })
                }
            />
            {without ? (
                <p className="sight sight-bad" role="alert">
                    {words.shares_none_text}
                </p>
            ) : (
                <>
                    <OneOf
                        label={words.shares_needed}
                        value={String(chosen.needed)}
                        choices={numbers(2, chosen.of)}
                        onChange={(needed) => onChange({ needed: Number(needed) })}
                    />
                    <p className="prose small">{words.shares_said(chosen.needed, chosen.of)}</p>
                    {chosen.ticket !== "" && <p className="sight">{words.shares_anew}</p>}
                </>
            )}
            <Complaint error={making.error} />
            <footer className="acts">
                <Act
                    weight="main"
                    type="submit"
                    label={without ? words.go_on_without : words.shares_make}
                    isPending={making.isPending}
                />
                {chosen.ticket !== "" && !without && <Act label={words.shares_keep} onPress={onNext} />}
                <Act weight="quiet" label={words.back} onPress={onBack} />
            </footer>
        </Form>
    );
}

function OnPaper({ made, firm, onDone, onAnew }: { made: Made; firm: string; onDone(): void; onAnew(): void }) {
    const words = useWords();
    const [at, go] = useState(0);
    const [shown, show] = useState(false);
    const holder = made.holders[at];
    const last = at === made.holders.length - 1;
    if (!holder) return null;
    if (!shown) {
        return (
            <div className="between">
                <p className="prose">{words.shares_come(holder.holder, made.of)}</p>
                <footer className="acts">
                    <Act weight="main" label={words.shares_show(holder.holder)} onPress={() => show(true)} autoFocus />
                    {at === 0 && <Act weight="quiet" label={words.back} onPress={onAnew} />}
                </footer>
            </div>
        );
    }
    return (
        <>
            <SharePage made={made} holder={holder} firm={firm} />
            <p className="prose small">{words.shares_paper}</p>
            <footer className="acts">
                <Act icon="paper" label={words.print} onPress={() => window.print()} />
                <Act
                    weight="main"
                    label={words.shares_next}
                    onPress={() => {
                        show(false);
                        if (last) onDone();
                        else go(at + 1);
                    }}
                />
            </footer>
        </>
    );
}

function SharePage({ made, holder, firm }: { made: Made; holder: Made["holders"][number]; firm: string }) {
    const words = useWords();
    const format = useFormat();
    const facts: [string, string][] = [
        [words.share_firm, firm],
        [words.share_holder, words.share_holder_of(holder.holder, made.of)],
        [words.share_opens, words.share_opens_any(made.needed, made.of)],
        [words.share_set, made.set],
        [words.share_made, format.date(made.made)],
    ];
    return (
        <article className="share-page" aria-label={words.share_title}>
            <h2>{words.share_title}</h2>
            <dl className="facts">
                {facts.map(([name, fact]) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{fact}</dd>
                    </div>
                ))}
            </dl>
            <ol className="share-words" translate="no">
                {holder.words.map((word, at) => (
                    <li key={at}>
                        <span className="share-number">{at + 1}</span> {word}
                    </li>
                ))}
            </ol>
            <p className="small">{words.share_keep}</p>
        </article>
    );
}

function Confirming({ asked, onChange, onNext, onAnew }: StepProps & { asked: Asked; onAnew(): void }) {
    const words = useWords();
    const [typed, set_typed] = useState<string[]>(() => asked.holders.map(() => ""));
    const confirming = useMutation({
        mutationFn: () =>
            ask(
                api.POST("/api/v1/setup/shares/confirm", {
                    ...by_link(),
                    body: { ticket: asked.ticket, words: typed.map((word) => word.trim()) },
                }),
            ),
        onSuccess: () => {
            onChange({ ticket: asked.ticket });
            onNext();
        },
    });
    const voided = confirming.error instanceof Refusal && confirming.error.type === "conflict";
    const wrong = confirming.error instanceof Refusal && confirming.error.type === "bad-share";
    return (
        <Form onSubmit={sends(confirming)}>
            <p className="prose">{words.shares_confirm}</p>
            {asked.holders.map(({ holder, asked: number }, at) => (
                <Field
                    key={holder}
                    label={words.share_word(number, holder)}
                    value={typed[at] ?? ""}
                    onChange={(word) => set_typed(typed.with(at, word))}
                    isRequired
                    autoFocus={at === 0}
                    maxLength={32}
                    autoComplete="off"
                    spellCheck="false"
                />
            ))}
            {voided || wrong ? (
                <p className="complaint" role="alert">
                    {voided ? words.shares_voided : words.share_word_wrong}
                </p>
            ) : (
                <Complaint error={confirming.error} />
            )}
            <footer className="acts">
                <Act weight="main" type="submit" label={words.go_on} isPending={confirming.isPending} isDisabled={voided} />
                <Act weight="quiet" label={words.shares_begin_anew} onPress={onAnew} />
            </footer>
        </Form>
    );
}

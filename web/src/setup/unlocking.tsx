// SPDX-License-Identifier: Apache-2.0
// Where the epoch key lies, and what opens the firm after a start.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";
import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";

import { api, ask, type Schemas } from "../api/client";
import { sends } from "../frame/forms";
import { Icon } from "../frame/icons";
import { Act, Field } from "../frame/parts";
import { Complaint } from "../frame/states";
import { useWords } from "../words";
import type { Chosen, StepProps, Unlock } from "./chosen";
import { by_link } from "./link";
import { SecretTwice, useStrength } from "./strength";

type Sight = Schemas["SlotSight"];
const usable = new Set<string>(["good", "data-disk", "same-disk"]);

export function Unlocking({ setup, chosen, onChange, onNext, onBack }: StepProps & { setup: Schemas["Setup"] }) {
    const words = useWords();
    const [sights, set_sights] = useState<Sight[]>([]);
    const [taken, set_taken] = useState(false);
    const strength = useStrength(chosen.unlock === "passphrase" ? chosen.passphrase : "", [chosen.firm]);
    const folders = setup.slots.length > 0 ? setup.slots : chosen.slots.map((slot) => slot.trim());
    const ready = chosen.unlock !== "passphrase" || taken;
    const looking = useMutation({
        mutationFn: () => ask(api.POST("/api/v1/setup/slots", { ...by_link(), body: { slots: folders } })),
        onSuccess: ({ items }) => {
            const known = new Set(sights.map(({ folder, state }) => `${folder} ${state}`));
            const told = items.every(({ folder, state }) => state === "good" || known.has(`${folder} ${state}`));
            set_sights(items);
            // What is not as it should be is read once before one goes on with it.
            if (items.every(({ state }) => usable.has(state)) && told) onNext();
        },
    });
    return (
        <Form onSubmit={sends(looking, ready)}>
            <SlotFields setup={setup} chosen={chosen} onChange={onChange} sights={sights} />
            <RadioGroup
                className="field boxes"
                value={chosen.unlock}
                onChange={(unlock) => onChange({ unlock: unlock as Unlock })}
            >
                <Label>{words.unlock_by}</Label>
                {(["passphrase", "key-file", "shares"] as const).map((each) => (
                    <Radio key={each} value={each} className="box box-round">
                        <span className="tick">
                            <Icon name="check" />
                        </span>
                        <span className="box-words">
                            <span>{words.unlocks[each].name}</span>
                            <span className="cell-sub">{words.unlocks[each].text}</span>
                        </span>
                    </Radio>
                ))}
            </RadioGroup>
            {chosen.unlock === "passphrase" && (
                <SecretTwice
                    label={words.passphrase}
                    label_again={words.passphrase_again}
                    hint={words.passphrase_hint}
                    value={chosen.passphrase}
                    onChange={(passphrase) => onChange({ passphrase })}
                    strength={strength}
                    onReady={set_taken}
                    autoComplete="off"
                />
            )}
            <Complaint error={looking.error} />
            <footer className="acts">
                <Act weight="main" type="submit" label={words.go_on} isPending={looking.isPending} isDisabled={!ready} />
                <Act weight="quiet" label={words.back} onPress={onBack} />
            </footer>
        </Form>
    );
}

interface SlotProps {
    setup: Schemas["Setup"];
    chosen: Chosen;
    onChange(part: Partial<Chosen>): void;
    sights: readonly Sight[];
}
function SlotFields({ setup, chosen, onChange, sights }: SlotProps) {
    const words = useWords();
    const sight_of = (at: number) => sights[at]?.state ?? "good";
    if (setup.slots.length > 0) {
        return (
            <div className="prose">
                <p>{setup.trial ? words.slots_trial : words.slots_named}</p>
                <ul className="slots">
                    {setup.slots.map((slot, at) => (
                        <li key={slot}>
                            <code>{slot}</code>
                            {sight_of(at) !== "good" && <p className="small sight">{words.slot_states[sight_of(at)]}</p>}
                        </li>
                    ))}
                </ul>
            </div>
        );
    }
    return (
        <fieldset className="slots">
            <legend className="prose">{words.slots_text}</legend>
            {chosen.slots.map((slot, at) => (
                <div key={at}>
                    <Field
                        label={words.slot(at + 1)}
                        value={slot}
                        onChange={(text) => onChange({ slots: chosen.slots.with(at, text) })}
                        isRequired={at < 2}
                        placeholder={at === 0 ? "/mnt/site-a/slot" : "/mnt/site-b/slot"}
                        autoComplete="off"
                        spellCheck="false"
                    />
                    {sight_of(at) !== "good" && (
                        <p className={`small sight ${usable.has(sight_of(at)) ? "" : "sight-bad"}`} role="alert">
                            {words.slot_states[sight_of(at)] ?? sight_of(at)}
                        </p>
                    )}
                </div>
            ))}
            {chosen.slots.length < 4 && (
                <Act weight="quiet" icon="add" label={words.slot_more} onPress={() => onChange({ slots: [...chosen.slots, ""] })} />
            )}
        </fieldset>
    );
}

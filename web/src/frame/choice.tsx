// SPDX-License-Identifier: Apache-2.0
// One of many, found by typing.
import { Button } from "react-aria-components/Button";
import { ComboBox } from "react-aria-components/ComboBox";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";

import { useWords } from "../words";
import { Icon } from "./icons";
import { folded } from "./rows";

export interface Choosable {
    id: string;
    name: string;
    about?: string;
}
interface ChoiceProps {
    label: string;
    choices: readonly Choosable[];
    value: string | null;
    onChange(id: string | null): void;
    required?: boolean;
}
export function Choice({ label, choices, value, onChange, required = true }: ChoiceProps) {
    const words = useWords();
    return (
        <ComboBox
            className="field choice"
            defaultItems={choices}
            selectedKey={value}
            onSelectionChange={(key) => onChange(key === null ? null : String(key))}
            defaultFilter={(text, typed) => folded(text).includes(folded(typed))}
            menuTrigger="focus"
            allowsEmptyCollection
            isRequired={required}
        >
            <Label>{label}</Label>
            <div className="choice-box">
                <Input />
                <Button className="act act-quiet act-bare">
                    <Icon name="down" />
                </Button>
            </div>
            <Popover className="popover">
                <ListBox className="menu" renderEmptyState={() => <p className="menu-empty">{words.nothing_found}</p>}>
                    {(choice: Choosable) => (
                        <ListBoxItem
                            className="menu-item"
                            id={choice.id}
                            textValue={choice.about ? `${choice.name} · ${choice.about}` : choice.name}
                        >
                            <span>{choice.name}</span>
                            {choice.about && <span className="menu-about">{choice.about}</span>}
                        </ListBoxItem>
                    )}
                </ListBox>
            </Popover>
        </ComboBox>
    );
}

interface OneOfProps {
    label: string;
    choices: readonly Choosable[];
    value: string;
    onChange(id: string): void;
}
/** One of a few. */
export function OneOf({ label, choices, value, onChange }: OneOfProps) {
    return (
        <label className="field">
            <span>{label}</span>
            <select value={value} onChange={(event) => onChange(event.target.value)}>
                {choices.map(({ id, name }) => (
                    <option key={id} value={id}>
                        {name}
                    </option>
                ))}
            </select>
        </label>
    );
}

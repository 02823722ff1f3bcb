// SPDX-License-Identifier: Apache-2.0
// The few shapes that the page is made of. Behaviour and accessibility are React Aria's.
import type { ReactNode } from "react";

import { Button, type ButtonProps } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField, type TextFieldProps } from "react-aria-components/TextField";

import { Icon, type IconName } from "./icons";

type Weight = "main" | "plain" | "quiet" | "danger";
interface ActProps extends Omit<ButtonProps, "className" | "children"> {
    weight?: Weight;
    icon?: IconName;
    /** With an icon alone the label is for who cannot see it. */
    bare?: boolean;
    label: string;
}
/** While it is pending it keeps the focus and does nothing; a form sees to that itself. */
export function Act({ weight = "plain", icon, bare = false, label, isPending = false, onPress, ...rest }: ActProps) {
    const look = `act act-${weight}${bare ? " act-bare" : ""}${isPending ? " act-pending" : ""}`;
    return (
        <Button
            {...rest}
            onPress={isPending ? undefined : onPress}
            className={look}
            aria-label={bare ? label : undefined}
            aria-busy={isPending || undefined}
        >
            {icon && <Icon name={icon} />}
            {!bare && <span>{label}</span>}
        </Button>
    );
}

interface FieldProps extends Omit<TextFieldProps, "className" | "children"> {
    label: string;
    hint?: ReactNode;
    lines?: number;
    error?: string | undefined;
    placeholder?: string;
    inputClass?: string;
}
export function Field({ label, hint, lines, error, placeholder, inputClass, ...rest }: FieldProps) {
    return (
        <TextField {...rest} isInvalid={error !== undefined} className="field">
            <Label>{label}</Label>
            {lines ? <TextArea rows={lines} /> : <Input placeholder={placeholder} className={inputClass} />}
            {hint && <Text slot="description">{hint}</Text>}
            <FieldError>{error}</FieldError>
        </TextField>
    );
}

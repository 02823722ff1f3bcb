// SPDX-License-Identifier: Apache-2.0
// The few shapes that the page is made of: buttons, fields, dialogs. Behaviour and accessibility are React Aria's.
import type { ReactNode } from "react";

import { Button, type ButtonProps } from "react-aria-components/Button";
import { Dialog } from "react-aria-components/Dialog";
import { FieldError } from "react-aria-components/FieldError";
import { Heading } from "react-aria-components/Heading";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { SearchField } from "react-aria-components/SearchField";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField, type TextFieldProps } from "react-aria-components/TextField";

import { useWords } from "../words";
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

export function Search({ label, value, onChange }: { label: string; value: string; onChange(text: string): void }) {
    const words = useWords();
    return (
        <SearchField className="search" aria-label={label} value={value} onChange={onChange}>
            <Icon name="search" />
            <Input placeholder={label} />
            {value !== "" && (
                <Button className="act act-quiet act-bare" aria-label={words.clear}>
                    <Icon name="close" />
                </Button>
            )}
        </SearchField>
    );
}

interface BoxProps {
    title: string;
    open: boolean;
    onClose(): void;
    shape?: "box" | "drawer";
    children: ReactNode;
}
/** A dialog: in the middle, or as a drawer at the side. */
export function Box({ title, open, onClose, shape = "box", children }: BoxProps) {
    const words = useWords();
    return (
        <ModalOverlay className={`veil veil-${shape}`} isOpen={open} isDismissable onOpenChange={(is) => !is && onClose()}>
            <Modal className={`sheet sheet-${shape}`}>
                <Dialog className="dialog">
                    <header className="dialog-head">
                        <Heading slot="title">{title}</Heading>
                        <Act weight="quiet" icon="close" bare label={words.close} slot="close" />
                    </header>
                    {children}
                </Dialog>
            </Modal>
        </ModalOverlay>
    );
}

interface AskProps {
    title: string;
    text: ReactNode;
    act: string;
    danger?: boolean;
    open: boolean;
    busy?: boolean;
    onClose(): void;
    onAct(): void;
}
/** "Really?" */
export function Ask({ title, text, act, danger = false, open, busy = false, onClose, onAct }: AskProps) {
    const words = useWords();
    return (
        <Box title={title} open={open} onClose={onClose}>
            <div className="prose">{text}</div>
            <footer className="dialog-foot">
                <Act label={words.cancel} onPress={onClose} />
                <Act weight={danger ? "danger" : "main"} label={act} isPending={busy} onPress={onAct} autoFocus />
            </footer>
        </Box>
    );
}

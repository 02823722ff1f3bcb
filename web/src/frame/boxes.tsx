// SPDX-License-Identifier: Apache-2.0
// Dialogs: in the middle, or as a drawer at the side.
import type { ReactNode } from "react";

import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";

import { useWords } from "../words";
import { Act } from "./parts";

interface BoxProps {
    title: string;
    open: boolean;
    onClose(): void;
    shape?: "box" | "drawer";
    children: ReactNode;
}
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

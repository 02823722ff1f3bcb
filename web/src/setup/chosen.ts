// SPDX-License-Identifier: Apache-2.0
// What has been decided so far, in this page's memory alone.
import type { Schemas } from "../api/client";

export type Unlock = Schemas["Founding"]["unlock"];
export interface Chosen {
    firm: string;
    slots: string[];
    unlock: Unlock;
    passphrase: string;
    needed: number;
    of: number; // 0: no shares
    ticket: string; // of shares that are on paper
    name: string;
    sign_in: string;
    password: string;
}
export const nothing_chosen: Chosen = {
    firm: "",
    slots: ["", ""],
    unlock: "passphrase",
    passphrase: "",
    needed: 3,
    of: 5,
    ticket: "",
    name: "",
    sign_in: "",
    password: "",
};

export function founding_of(chosen: Chosen, named_at_terminal: boolean, code: string): Schemas["Founding"] {
    const { firm, name, sign_in, password, unlock, passphrase, ticket, slots } = chosen;
    return {
        firm: firm.trim(),
        name: name.trim(),
        sign_in: sign_in.trim(),
        password,
        code,
        slots: named_at_terminal ? [] : slots.map((slot) => slot.trim()).filter((slot) => slot !== ""),
        unlock,
        ...(unlock === "passphrase" ? { passphrase } : {}),
        ...(ticket === "" ? {} : { shares: ticket }),
    };
}

export interface StepProps {
    chosen: Chosen;
    onChange(part: Partial<Chosen>): void;
    onNext(): void;
    onBack?: () => void;
}

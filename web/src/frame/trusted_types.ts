// SPDX-License-Identifier: Apache-2.0
// The content policy lets no text become HTML. The component library empties an element of its own by innerHTML = "", which is the
// one text that is let through.
interface TrustedTypes {
    createPolicy(name: string, rules: { createHTML(html: string): string }): unknown;
}
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
trustedTypes?.createPolicy("default", {
    createHTML(html) {
        if (html !== "") throw new TypeError("Text is never made HTML here.");
        return html;
    },
});
export {};

// SPDX-License-Identifier: Apache-2.0
// Which of many rows of one height are drawn, and where the keyboard leads.
export interface Window {
    first: number;
    last: number; // exclusive
}

export function window_of(top: number, height: number, row: number, count: number, margin = 8): Window {
    const first = Math.max(0, Math.floor(top / row) - margin);
    const last = Math.min(count, Math.ceil((top + height) / row) + margin);
    return { first: Math.min(first, last), last };
}

/** Where the list must be scrolled to for the row to be seen whole under a head of that height. */
export function scrolled_to(index: number, top: number, height: number, row: number, head: number): number {
    const begin = index * row;
    if (begin < top) return begin;
    const end = begin + row + head;
    return end > top + height ? end - height : top;
}

/** The row that a key leads to; undefined where the key leads nowhere. */
export function led_to(key: string, from: number, count: number, page: number): number | undefined {
    if (count === 0) return undefined;
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: count - 1, PageDown: from + page, PageUp: from - page }[
        key
    ];
    return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

export function range(a: number, b: number): number[] {
    const [from, to] = a < b ? [a, b] : [b, a];
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** Lower case without accents, so that "buro" finds "Büro". */
export const folded = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").toLowerCase();

/** Those in which every word of the query stands somewhere. */
export function found<T>(items: readonly T[], query: string, text_of: (item: T) => string): readonly T[] {
    const wanted = folded(query).split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return items;
    return items.filter((item) => {
        const text = folded(text_of(item));
        return wanted.every((word) => text.includes(word));
    });
}

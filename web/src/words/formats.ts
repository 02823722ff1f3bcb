// SPDX-License-Identifier: Apache-2.0
// Dates, sizes and counts as they are written where the person is.
export interface Formats {
    date(time: string): string;
    moment(time: string): string;
    count(number: number): string;
    size(bytes: number): string;
    percent(share: number): string;
    compare(a: string, b: string): number;
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function formats(locale: string): Formats {
    const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
    const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    const count = new Intl.NumberFormat(locale);
    const percent = new Intl.NumberFormat(locale, { style: "percent" });
    const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
    const sizes = units.map(
        (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
    );
    return {
        date: (time) => date.format(new Date(time)),
        moment: (time) => moment.format(new Date(time)),
        count: (number) => count.format(number),
        size(bytes) {
            let at = 0;
            let left = bytes;
            for (; left >= 1000 && at < units.length - 1; ++at) left /= 1000;
            if (at === 0) return `${count.format(left)} B`;
            return sizes[at]?.format(left >= 100 || at < 2 ? Math.round(left) : left) ?? String(bytes);
        },
        percent: (share) => percent.format(share),
        compare: (a, b) => collator.compare(a, b),
    };
}

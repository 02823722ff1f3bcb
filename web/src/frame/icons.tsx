// SPDX-License-Identifier: Apache-2.0
// Our own small set of signs, drawn on 20 × 20; each stands beside a word or has one for who cannot see it.
const paths = {
    search: "M8.5 3.5a5 5 0 1 1 0 10 5 5 0 0 1 0-10M12.2 12.2l4.3 4.3",
    close: "M5 5l10 10M15 5L5 15",
    folder: "M2.5 5.5v10h15v-8h-8l-2-2z",
    paper: "M5 2.5h7l3.5 3.5v11.5h-10.5zM12 2.5v3.5h3.5",
    download: "M10 3v9.5M6 9l4 4 4-4M4 16.5h12",
    upload: "M10 13V3.5M6 7l4-4 4 4M4 16.5h12",
    trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5v5",
    restore: "M4 9.5a6 6 0 1 1 1.8 4.8M4 5.5v4h4",
    rename: "M12.5 4.5l3 3-8.5 8.5-3.5.5.5-3.5z",
    move: "M2.5 5.5v10h15v-8h-8l-2-2zM8 11.5h5M11 9.5l2 2-2 2",
    add: "M10 4v12M4 10h12",
    pause: "M7 4.5v11M13 4.5v11",
    go: "M6.5 4l9 6-9 6z",
    check: "M4 10.5l4 4 8-9",
    more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
    down: "M5.5 8l4.5 4.5L14.5 8",
    up: "M5.5 12.5L10 8l4.5 4.5",
    right: "M8 5.5l4.5 4.5L8 14.5",
    person: "M10 3.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M4 16.5c.5-3.5 3-4.5 6-4.5s5.5 1 6 4.5",
    warning: "M10 3l7.5 13.5h-15zM10 8v4M10 14.3v.2",
    lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
    versions: "M7 2.5h6l3.5 3.5v8.5H7zM3.5 5.5v12h9.5",
    why: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15M7.8 7.7a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.9M10 14v.2",
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg className={`icon icon-${name}`} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={paths[name]} />
        </svg>
    );
}

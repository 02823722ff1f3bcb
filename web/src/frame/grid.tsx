// SPDX-License-Identifier: Apache-2.0
// A list of any length: only the rows in sight are in the document. One stop for the Tab key; inside, arrows, Home, End, PageUp and
// PageDown lead, letters find, Enter opens, Space chooses. (ARIA's grid, with the active row as aria-activedescendant.)
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import { useWords } from "../words";
import { Icon } from "./icons";
import { navigate } from "./router";
import { folded, led_to, range, scrolled_to, window_of } from "./rows";

export interface Column<T> {
    id: string;
    name: string;
    cell(item: T): ReactNode;
    sorts?: boolean;
}
export interface Sorting {
    by: string;
    down: boolean;
}
interface GridProps<T> {
    label: string;
    kind: string; // the class that says how wide the columns are
    items: readonly T[];
    columns: readonly Column<T>[];
    row: number; // height in CSS pixels
    keyOf(item: T): string;
    textOf(item: T): string; // what letters find
    hrefOf?(item: T): string | undefined;
    onOpen?(item: T): void;
    onKey?(event: KeyboardEvent, item: T): void;
    chosen?: ReadonlySet<string>;
    onChoose?(chosen: ReadonlySet<string>): void;
    sorting?: Sorting;
    onSort?(sorting: Sorting): void;
    dim?(item: T): boolean;
}

const head_height = 36;
const letters_wait = 700;

export function Grid<T>(props: GridProps<T>) {
    const { label, kind, items, columns, row, keyOf, chosen, sorting } = props;
    const words = useWords();
    const id = useId();
    const box = useRef<HTMLDivElement>(null);
    const [view, set_view] = useState({ top: 0, height: 600 });
    const [active, set_active] = useState(0);
    const anchor = useRef(0);
    const typed = useRef({ text: "", at: 0 });
    const at = Math.min(active, Math.max(0, items.length - 1));

    useLayoutEffect(() => {
        const element = box.current;
        if (!element) return;
        const measure = () => set_view({ top: element.scrollTop, height: element.clientHeight });
        measure();
        const observer = new ResizeObserver(measure);
        observer.observe(element);
        return () => observer.disconnect();
    }, []);
    useEffect(() => {
        if (active > items.length - 1) set_active(Math.max(0, items.length - 1));
    }, [active, items.length]);

    const lead = (to: number) => {
        set_active(to);
        const element = box.current;
        if (element) element.scrollTop = scrolled_to(to, element.scrollTop, element.clientHeight, row, head_height);
    };
    const choose = (to: number, how: "toggle" | "range") => {
        const key = (index: number) => keyOf(items[index] as T);
        const next = new Set(how === "range" ? range(anchor.current, to).map(key) : chosen);
        if (how === "toggle") {
            if (!next.delete(key(to))) next.add(key(to));
            anchor.current = to;
        }
        props.onChoose?.(next);
    };
    const open = (item: T) => {
        const href = props.hrefOf?.(item);
        if (href) navigate(href);
        else props.onOpen?.(item);
    };
    const find = (letter: string) => {
        const now = Date.now();
        typed.current = { text: now - typed.current.at < letters_wait ? typed.current.text + letter : letter, at: now };
        const wanted = folded(typed.current.text);
        const from = wanted.length === 1 ? at + 1 : at;
        for (let step = 0; step < items.length; ++step) {
            const index = (from + step) % items.length;
            if (folded(props.textOf(items[index] as T)).startsWith(wanted)) return lead(index);
        }
    };
    const on_key = (event: KeyboardEvent) => {
        if (event.target !== box.current) return;
        const item = items[at];
        const to = led_to(event.key, at, items.length, Math.max(1, Math.floor(view.height / row) - 2));
        if (to !== undefined && !event.altKey && !event.metaKey) {
            if (event.shiftKey && chosen) choose(to, "range");
            else anchor.current = to;
            lead(to);
        } else if (item === undefined) {
            return;
        } else if (event.key === "Enter") {
            open(item);
        } else if (event.key === " " && chosen) {
            choose(at, "toggle");
        } else if (event.key === "a" && (event.ctrlKey || event.metaKey) && chosen) {
            props.onChoose?.(new Set(items.map(keyOf)));
        } else if (event.key === "Escape" && chosen?.size) {
            props.onChoose?.(new Set());
        } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ") {
            find(event.key);
        } else {
            return props.onKey?.(event, item);
        }
        event.preventDefault();
    };
    const on_click = (event: MouseEvent, index: number) => {
        set_active(index);
        box.current?.focus({ preventScroll: true });
        if (chosen && event.shiftKey) return choose(index, "range");
        if (chosen && (event.ctrlKey || event.metaKey)) return choose(index, "toggle");
        const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
        if (!plain) return;
        event.preventDefault();
        open(items[index] as T);
    };

    const { first, last } = window_of(view.top, view.height, row, items.length);
    const drawn = range(first, last - 1).slice(0, Math.max(0, last - first));
    if (items.length > 0 && (at < first || at >= last)) drawn.push(at); // aria-activedescendant must name what is there
    const row_id = (index: number) => `${id}-${keyOf(items[index] as T)}`;

    return (
        <div
            ref={box}
            className={`grid grid-${kind}${chosen ? " grid-choosing" : ""}`}
            role="grid"
            aria-label={label}
            aria-rowcount={items.length + 1}
            aria-multiselectable={chosen ? true : undefined}
            aria-activedescendant={items.length > 0 ? row_id(at) : undefined}
            tabIndex={0}
            onKeyDown={on_key}
            onScroll={(event) => set_view({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
        >
            <div role="rowgroup" className="grid-head">
                <div role="row" aria-rowindex={1} className="grid-row">
                    {chosen && (
                        <div role="columnheader" className="grid-cell grid-choice">
                            <span className="hidden">{words.chosen}</span>
                        </div>
                    )}
                    {columns.map((column) => (
                        <Head key={column.id} column={column} sorting={sorting} onSort={props.onSort} />
                    ))}
                </div>
            </div>
            <div role="rowgroup" className="grid-body" style={{ height: items.length * row }}>
                {drawn.map((index) => {
                    const item = items[index] as T;
                    const key = keyOf(item);
                    const is_chosen = chosen?.has(key);
                    const href = props.hrefOf?.(item);
                    return (
                        <div
                            key={key}
                            id={row_id(index)}
                            role="row"
                            aria-rowindex={index + 2}
                            aria-selected={is_chosen}
                            className={`grid-row${index === at ? " grid-active" : ""}${props.dim?.(item) ? " grid-dim" : ""}`}
                            style={{ transform: `translateY(${index * row}px)`, height: row }}
                            onClick={(event) => on_click(event, index)}
                        >
                            {chosen && (
                                <div
                                    role="gridcell"
                                    className="grid-cell grid-choice"
                                    onClick={(event) => {
                                        event.stopPropagation();
                                        set_active(index);
                                        box.current?.focus({ preventScroll: true });
                                        choose(index, event.shiftKey ? "range" : "toggle");
                                    }}
                                >
                                    <span className={`tick${is_chosen ? " tick-on" : ""}`}>
                                        {is_chosen && <Icon name="check" />}
                                    </span>
                                </div>
                            )}
                            {columns.map((column, place) => (
                                <div key={column.id} role="gridcell" className={`grid-cell cell-${column.id}`}>
                                    {href && place === 0 ? (
                                        <a href={href} tabIndex={-1} draggable={false}>
                                            {column.cell(item)}
                                        </a>
                                    ) : (
                                        column.cell(item)
                                    )}
                                </div>
                            ))}
                        </div>
                    );
                })}
            </div>
        </div>
    );
}

interface HeadProps<T> {
    column: Column<T>;
    sorting: Sorting | undefined;
    onSort: ((sorting: Sorting) => void) | undefined;
}
function Head<T>({ column, sorting, onSort }: HeadProps<T>) {
    const is = sorting?.by === column.id;
    const order = is ? (sorting.down ? "descending" : "ascending") : "none";
    return (
        <div role="columnheader" className={`grid-cell cell-${column.id}`} aria-sort={column.sorts ? order : undefined}>
            {column.sorts && onSort ? (
                <button type="button" className="grid-sort" onClick={() => onSort({ by: column.id, down: is && !sorting.down })}>
                    {column.name}
                    {is && <Icon name={sorting.down ? "down" : "up"} />}
                </button>
            ) : (
                column.name
            )}
        </div>
    );
}

// SPDX-License-Identifier: Apache-2.0
// The record, newest first, as far back as one likes.
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, ask, type Schemas } from "../api/client";
import { Act } from "../frame/parts";
import { Nothing, Shown } from "../frame/states";
import { useFormat, useWords, type Words } from "../words";

type Entry = Schemas["LogEntry"];
interface About {
    matter?: string;
    person?: string;
}

export function Entries({ about, name_of }: { about: About; name_of?(subject: Entry["subjects"][number]): string | undefined }) {
    const words = useWords();
    const log = useInfiniteQuery({
        queryKey: ["log", about],
        initialPageParam: undefined as number | undefined,
        queryFn: ({ pageParam: before }) => ask(api.GET("/api/v1/log", { params: { query: { ...about, before, limit: 100 } } })),
        getNextPageParam: (page) => (page.next === undefined ? undefined : Number(page.next)),
    });
    return (
        <Shown query={log}>
            {({ pages }) => {
                const entries = pages.flatMap((page) => page.items);
                return entries.length === 0 ? (
                    <Nothing icon="paper" title={words.no_entries} />
                ) : (
                    <>
                        <ol className="entries">
                            {entries.map((entry) => (
                                <Line key={entry.sequence} entry={entry} name_of={name_of} />
                            ))}
                        </ol>
                        {log.hasNextPage && (
                            <Act
                                label={words.older}
                                isPending={log.isFetchingNextPage}
                                onPress={() => void log.fetchNextPage()}
                            />
                        )}
                    </>
                );
            }}
        </Shown>
    );
}

function subject_words(subject: Entry["subjects"][number], words: Words, name: string | undefined): string | undefined {
    const known = name ?? subject.name;
    if (known) return known;
    return subject.kind === "document" ? words.a_paper : undefined;
}

function Line({
    entry,
    name_of,
}: {
    entry: Entry;
    name_of: ((subject: Entry["subjects"][number]) => string | undefined) | undefined;
}) {
    const words = useWords();
    const format = useFormat();
    const subjects = entry.subjects
        .filter((subject) => subject.id !== entry.person?.id && subject.kind !== "session")
        .map((subject) => subject_words(subject, words, name_of?.(subject)))
        .filter((name) => name !== undefined);
    return (
        <li className={`entry entry-${entry.outcome}`}>
            <time dateTime={entry.at}>{format.moment(entry.at)}</time>
            <span className="entry-words">
                <span className="cell-main">
                    <strong>{entry.person?.name ?? words.nobody}</strong> {words.actions[entry.action] ?? entry.text}
                    {subjects.length > 0 && <>: {[...new Set(subjects)].join(", ")}</>}
                </span>
                {entry.outcome === "refused" && <span className="badge badge-refused">{words.outcomes[entry.outcome]}</span>}
                {entry.outcome === "cut" && <span className="badge">{words.outcomes[entry.outcome]}</span>}
            </span>
            <span className="entry-number">{format.count(entry.sequence)}</span>
        </li>
    );
}

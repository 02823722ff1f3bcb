// SPDX-License-Identifier: Apache-2.0
// How a job stands, in words.
import type { Schemas } from "../api/client";
import type { Formats, Words } from "../words";

type Job = Schemas["Job"];

/** What a person has to know of a last run that was not well. */
export function state_in_words(job: Pick<Job, "result" | "tries" | "problem">, words: Words): string {
    if (job.result === "found") return words.job_found;
    const why = words.problems[job.problem ?? ""];
    return [words.job_failed(job.tries), why].filter((each) => each !== undefined).join(" ");
}

/** "entries: 120,345 · damaged: 2"; what is none is left out, unless all is. */
export function counts_in_words(counts: Record<string, number>, words: Words, format: Pick<Formats, "count" | "size">): string {
    const said = Object.entries(counts).filter(([name]) => name !== "bytes" || counts["bytes"] !== 0);
    const some = said.filter(([, count]) => count !== 0);
    return (some.length === 0 ? said.slice(0, 1) : some)
        .map(([name, count]) =>
            name === "bytes" ? format.size(count) : `${words.job_counts[name] ?? name}: ${format.count(count)}`,
        )
        .join(" · ");
}

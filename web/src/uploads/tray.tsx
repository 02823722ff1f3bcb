// SPDX-License-Identifier: Apache-2.0
// What is on its way in, at the edge of every room: how far each is, and what can be done about it.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { ProgressBar } from "react-aria-components/ProgressBar";

import { all_of, api, ask, page_limit, type Schemas } from "../api/client";
import { complain } from "../frame/notices";
import { Act } from "../frame/parts";
import { queries } from "../frame/session";
import { sentence_of } from "../frame/states";
import { papers_known } from "../papers/queries";
import { free_name, live_in } from "../papers/tree";
import { useFormat, useWords } from "../words";
import { uploads } from "./index";
import { is_file_of, type Job, total_of } from "./queue";
import { give_up } from "./transport";

export function UploadTray() {
    const jobs = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
    const words = useWords();
    const format = useFormat();
    const [open, set_open] = useState(true);
    const left = useLeft(jobs);
    const total = total_of(jobs);

    useEffect(() => {
        if (!total.unfinished) return;
        const stay = (event: BeforeUnloadEvent) => event.preventDefault();
        addEventListener("beforeunload", stay);
        return () => removeEventListener("beforeunload", stay);
    }, [total.unfinished]);

    if (jobs.length === 0 && left.length === 0) return null;
    const title = jobs.length === 0 ? words.uploads_left : words.uploads_done(total.done, total.count);
    return (
        <aside className="tray" aria-label={words.uploads}>
            <header className="tray-head">
                <h2>
                    <span role="status">{title}</span>
                </h2>
                {total.active && (
                    <span className="tray-percent">{format.percent(total.size === 0 ? 0 : total.sent / total.size)}</span>
                )}
                {total.done > 0 && !total.active && (
                    <Act weight="quiet" label={words.clear_done} onPress={() => uploads.clear_done()} />
                )}
                <Act
                    weight="quiet"
                    icon={open ? "down" : "up"}
                    bare
                    label={open ? words.fold : words.unfold}
                    onPress={() => set_open(!open)}
                />
            </header>
            {open && (
                <ul className="tray-list">
                    {jobs.slice(0, 200).map((job) => (
                        <JobLine key={job.id} job={job} />
                    ))}
                    {jobs.length > 200 && <li className="tray-more">{words.and_more(jobs.length - 200)}</li>}
                    {left.map((upload) => (
                        <LeftLine key={upload.id} upload={upload} />
                    ))}
                </ul>
            )}
        </aside>
    );
}

function JobLine({ job }: { job: Job }) {
    const words = useWords();
    const format = useFormat();
    const { file, state } = job;
    const share = file.size === 0 ? (state === "done" ? 1 : 0) : job.sent / file.size;
    const said = {
        waiting: words.upload_waiting,
        sending: job.trying ? words.upload_trying : words.upload_sending(format.size(job.sent), format.size(file.size)),
        paused: words.upload_paused(format.size(job.sent), format.size(file.size)),
        taken: words.upload_taken,
        failed: sentence_of(job.error, words),
        done: job.version_of ? words.upload_done_version : words.upload_done,
    }[state];
    const under_way = state === "waiting" || state === "sending";
    return (
        <li className={`job job-${state}`}>
            <div className="job-words">
                <span className="job-name">{job.name}</span>
                <span className="job-state">{said}</span>
            </div>
            <div className="job-acts">
                {under_way && (
                    <Act
                        weight="quiet"
                        icon="pause"
                        bare
                        label={words.pause_of(job.name)}
                        onPress={() => uploads.pause(job.id)}
                    />
                )}
                {state === "paused" && (
                    <Act weight="quiet" icon="go" bare label={words.resume_of(job.name)} onPress={() => uploads.resume(job.id)} />
                )}
                {state === "failed" && <Act weight="quiet" label={words.try_again} onPress={() => uploads.resume(job.id)} />}
                {state !== "done" && (
                    <Act
                        weight="quiet"
                        icon="close"
                        bare
                        label={words.cancel_of(job.name)}
                        onPress={() => uploads.cancel(job.id)}
                    />
                )}
            </div>
            {state === "taken" && <Taken job={job} />}
            {state !== "done" && state !== "failed" && state !== "taken" && (
                <ProgressBar className="bar" value={share * 100} aria-label={job.name}>
                    <span className="bar-in" style={{ width: `${share * 100}%` }} />
                </ProgressBar>
            )}
        </li>
    );
}

/** Something of that name is there: it becomes its new version, or both stay. */
function Taken({ job }: { job: Job }) {
    const words = useWords();
    const beside = live_in(papers_known(job.matter), job.folder);
    const theirs = beside.find((paper) => paper.kind === "paper" && paper.name.toLowerCase() === job.name.toLowerCase());
    const both = () =>
        uploads.resume(job.id, {
            name: free_name(job.name, new Set(beside.map(({ name }) => name.toLowerCase()))),
            version_of: undefined,
        });
    return (
        <div className="job-choice">
            {theirs && (
                <Act
                    label={words.as_version}
                    onPress={() => uploads.resume(job.id, { version_of: { paper: theirs.id, revision: theirs.revision } })}
                />
            )}
            <Act label={words.keep_both} onPress={both} />
        </div>
    );
}

/** What an earlier visit began and did not end: a browser that was closed in the middle. */
function useLeft(jobs: readonly Job[]): Schemas["Upload"][] {
    const left = useQuery({
        queryKey: ["uploads"],
        staleTime: Number.POSITIVE_INFINITY,
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/uploads", { params: { query: { limit: page_limit, cursor } } }))),
    });
    const ours = new Set(jobs.map((job) => job.address));
    return (left.data ?? []).filter((upload) => upload.state === "open" && !ours.has(upload.address));
}

function forget(upload: Schemas["Upload"]): void {
    queries.setQueryData<Schemas["Upload"][]>(["uploads"], (all) => all?.filter(({ id }) => id !== upload.id));
}

function LeftLine({ upload }: { upload: Schemas["Upload"] }) {
    const words = useWords();
    const format = useFormat();
    const input = useRef<HTMLInputElement>(null);
    const version_of =
        upload.paper && upload.revision !== undefined ? { paper: upload.paper, revision: upload.revision } : undefined;
    const name = upload.name || papers_known(upload.matter).find(({ id }) => id === upload.paper)?.name || words.a_version;
    // Name and size do not tell a file from its next draft. What was announced with a hash, the server compares at the end.
    const goes_on = upload.modified !== undefined || upload.sha256 !== undefined;
    const go_on = (file: File | undefined) => {
        if (!file) return;
        if (file.size !== upload.size || (upload.sha256 === undefined && !is_file_of(upload, file)))
            return complain(words.another_file(name));
        forget(upload);
        const { matter, folder = null, address } = upload;
        uploads.add([{ matter, folder, name, file, address, ...(version_of ? { version_of } : {}) }]);
    };
    const chosen = (from: HTMLInputElement) => {
        const file = from.files?.[0];
        from.value = ""; // else the same file, chosen again, is no change
        go_on(file);
    };
    const drop = () =>
        void give_up(upload.address)
            .then(() => forget(upload))
            .catch((error: unknown) => complain(sentence_of(error, words)));
    return (
        <li className="job job-left">
            <div className="job-words">
                <span className="job-name">{name}</span>
                <span className="job-state">{words.upload_left(format.size(upload.offset), format.size(upload.size))}</span>
                {!goes_on && <span className="job-state">{words.upload_left_anew}</span>}
            </div>
            <div className="job-choice">
                {goes_on && (
                    <>
                        <input ref={input} type="file" hidden onChange={(event) => chosen(event.target)} />
                        <Act label={words.choose_again} onPress={() => input.current?.click()} />
                    </>
                )}
                <Act weight="quiet" label={words.give_up} onPress={drop} />
            </div>
        </li>
    );
}

// SPDX-License-Identifier: Apache-2.0
// What Muniment does by itself: when each job is next and how it last ended; run now, paused, gone on with.
import { useMutation, useQuery } from "@tanstack/react-query";

import { all_of, api, ask, if_match, page_limit, Refusal, type Schemas, type Session } from "../api/client";
import { Icon } from "../frame/icons";
import { say } from "../frame/notices";
import { Act } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint, Nothing, Shown } from "../frame/states";
import { useNameOf } from "../people/queries";
import { useFormat, useWords } from "../words";
import { counts_in_words, state_in_words } from "./standing";

type Job = Schemas["Job"];
const milliseconds_until_asked_again = 5_000;

export default function Jobs({ session }: { session: Session }) {
    const words = useWords();
    const jobs = useQuery<Job[]>({
        queryKey: ["jobs"],
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/jobs", { params: { query: { limit: page_limit, cursor } } }))),
        refetchInterval: milliseconds_until_asked_again,
    });
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.jobs}</h1>
            </header>
            <p className="prose small">{words.jobs_text}</p>
            <Shown query={jobs}>
                {(all) =>
                    all.length === 0 ? (
                        <Nothing icon="pause" title={words.no_jobs} text={words.no_jobs_text} />
                    ) : (
                        <ul className="cards cards-wide">
                            {all.map((job) => (
                                <JobCard key={job.name} job={job} orders={may(session, "jobs_manage")} />
                            ))}
                        </ul>
                    )
                }
            </Shown>
        </section>
    );
}

type Order = "run" | "pause" | "resume";
function order(job: Job, what: Order) {
    const params = { path: { job: job.name }, header: { "If-Match": if_match(job.revision) } };
    if (what === "run") return ask(api.POST("/api/v1/jobs/{job}/run", { params }));
    if (what === "pause") return ask(api.POST("/api/v1/jobs/{job}/pause", { params }));
    return ask(api.POST("/api/v1/jobs/{job}/resume", { params }));
}

function JobCard({ job, orders }: { job: Job; orders: boolean }) {
    const words = useWords();
    const ordering = useMutation({
        mutationFn: (what: Order) => order(job, what),
        onSuccess: (_, what) => say(words.job_ordered[what](words.job_lines[job.name] ?? job.text)),
        // Refused or not, what counts now is shown.
        onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
    });
    const moved_on = ordering.error instanceof Refusal && ordering.error.type === "stale";
    const busy = (what: Order) => ordering.isPending && ordering.variables === what;
    return (
        <li className="card">
            <header className="card-head">
                <h2>{words.job_lines[job.name] ?? job.text}</h2>
                <span className={`badge ${job.state === "late" || job.state === "hangs" ? "badge-refused" : ""}`}>
                    {words.job_states[job.state] ?? job.state}
                </span>
            </header>
            <Facts job={job} />
            {moved_on ? (
                <p className="complaint" role="alert">
                    <Icon name="warning" /> <span>{words.job_moved_on}</span>
                </p>
            ) : (
                <Complaint error={ordering.error} />
            )}
            {orders && (
                <div className="acts">
                    {!job.paused && (
                        <Act
                            icon="go"
                            label={words.job_run}
                            isPending={busy("run")}
                            isDisabled={job.state === "runs"}
                            onPress={() => ordering.mutate("run")}
                        />
                    )}
                    {job.paused ? (
                        <Act
                            icon="go"
                            label={words.job_resume}
                            isPending={busy("resume")}
                            onPress={() => ordering.mutate("resume")}
                        />
                    ) : (
                        <Act
                            icon="pause"
                            label={words.job_pause}
                            isPending={busy("pause")}
                            onPress={() => ordering.mutate("pause")}
                        />
                    )}
                </div>
            )}
        </li>
    );
}

function Facts({ job }: { job: Job }) {
    const words = useWords();
    const format = useFormat();
    const name_of = useNameOf();
    const bad = job.result === "failed" || job.result === "found";
    const counts = counts_in_words(job.counts, words, format);
    const paused = job.paused;
    return (
        <>
            {bad && (
                <p className="complaint" role="status">
                    <Icon name="warning" /> <span>{state_in_words(job, words)}</span>
                </p>
            )}
            <dl className="facts">
                <div>
                    <dt>{words.job_last}</dt>
                    <dd>{job.ended ? format.moment(job.ended) : words.job_never}</dd>
                </div>
                {job.state === "runs" && job.began && (
                    <div>
                        <dt>{words.job_since}</dt>
                        <dd>{format.moment(job.began)}</dd>
                    </div>
                )}
                {bad && (
                    <div>
                        <dt>{words.job_succeeded}</dt>
                        <dd>{job.succeeded ? format.moment(job.succeeded) : words.job_never}</dd>
                    </div>
                )}
                {paused ? (
                    <div>
                        <dt>{words.job_paused}</dt>
                        <dd>{words.job_paused_by(name_of(paused.by), format.moment(paused.at))}</dd>
                    </div>
                ) : (
                    <div>
                        <dt>{words.job_due}</dt>
                        <dd>{format.moment(job.due)}</dd>
                    </div>
                )}
                {counts !== "" && (
                    <div>
                        <dt>{words.job_counted}</dt>
                        <dd>{counts}</dd>
                    </div>
                )}
            </dl>
        </>
    );
}

// SPDX-License-Identifier: Apache-2.0
// What endangers the promises, the most urgent first, each with its remedy; and what is well.
import { useQuery } from "@tanstack/react-query";

import { api, ask, type Schemas } from "../api/client";
import { Act } from "../frame/parts";
import { Loading, Nothing, Shown } from "../frame/states";
import { useFormat, useWords } from "../words";

type Finding = Schemas["DoctorFinding"];
const badges: Record<string, string> = { red: "badge-refused", warning: "badge-held" };

export default function Doctor() {
    const words = useWords();
    const format = useFormat();
    const report = useQuery<Schemas["DoctorReport"]>({
        queryKey: ["doctor"],
        queryFn: () => ask(api.GET("/api/v1/doctor")),
        refetchInterval: (query) => (query.state.data?.looking ? 2_000 : 60_000),
    });
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="room-head">
                <h1 id="room-title">{words.doctor}</h1>
                <div className="tools">
                    <Act label={words.look_again} isPending={report.isFetching} onPress={() => void report.refetch()} />
                </div>
            </header>
            <Shown query={report}>
                {({ findings, looked_at, version }) => {
                    if (findings.length === 0) return <Loading what={words.doctor_looks} />;
                    const wanting = findings.filter(({ level }) => level !== "good");
                    const well = findings.filter(({ level }) => level === "good");
                    return (
                        <>
                            {looked_at && <p className="prose small">{words.looked_at(format.moment(looked_at), version)}</p>}
                            {wanting.length === 0 && <Nothing icon="check" title={words.doctor_well} />}
                            <Findings label={words.doctor_wanting} findings={wanting} />
                            <Findings label={words.doctor_good} findings={well} />
                        </>
                    );
                }}
            </Shown>
        </section>
    );
}

function Findings({ label, findings }: { label: string; findings: readonly Finding[] }) {
    const words = useWords();
    if (findings.length === 0) return null;
    return (
        <>
            <h2>{label}</h2>
            <ul className="cards cards-wide" aria-label={label}>
                {findings.map(({ name, subject, level, text, remedy }) => (
                    <li key={`${name} ${subject}`} className="card">
                        <header className="card-head">
                            <h3>{[words.checks[name] ?? name, subject].filter((part) => part !== "").join(" · ")}</h3>
                            <span className={`badge ${badges[level] ?? ""}`}>{words.levels[level] ?? level}</span>
                        </header>
                        {/* What the server found, it says in English. */}
                        <p lang="en">{text}</p>
                        {remedy !== "" && (
                            <p className="small" lang="en">
                                {remedy}
                            </p>
                        )}
                    </li>
                ))}
            </ul>
        </>
    );
}

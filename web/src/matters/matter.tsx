// SPDX-License-Identifier: Apache-2.0
// One matter: its papers, its people, what was done in it.
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { Link } from "react-aria-components/Link";

import { api, ask, if_match, type Matter, Refusal, type Session } from "../api/client";
import { say } from "../frame/notices";
import { Ask } from "../frame/boxes";
import { Act } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint, Loading, Shown } from "../frame/states";
import { MatterActivity } from "../log/matter_activity";
import { Papers } from "../papers/papers";
import { Trash } from "../papers/trash";
import { Team, TeamTools } from "../team/team";
import { useWords } from "../words";
import { matter_query, useMatter, useMatters } from "./queries";

interface RoomProps {
    session: Session;
    route: string;
    ids: Record<string, string>;
}
export default function MatterRoom({ session, route, ids }: RoomProps) {
    const words = useWords();
    const id = ids["matter"] ?? "";
    const matter = useMatter(id);
    const barred = matter.error instanceof Refusal && matter.error.status === 404;
    const register = useMatters("all", barred && may(session, "register_read"));
    const known = barred ? register.data?.find((each) => each.id === id) : undefined;
    if (known) return <Outside session={session} matter={known} />;
    if (barred && register.isLoading) return <Loading />;
    return (
        <section className="room" aria-labelledby="room-title">
            {!matter.data && (
                <h1 id="room-title" className="hidden">
                    {words.matter}
                </h1>
            )}
            <Shown query={matter}>
                {(matter) => (
                    <>
                        <Head matter={matter} route={route} />
                        <Part session={session} matter={matter} route={route} folder={ids["folder"] ?? null} />
                    </>
                )}
            </Shown>
        </section>
    );
}

function Over({ matter, children }: { matter: Matter; children?: ReactNode }) {
    const words = useWords();
    return (
        <div className="matter-over">
            <p>
                <Link href="/">{words.matters}</Link>
                <span aria-hidden="true"> / </span>
                {matter.client_name}
            </p>
            {children}
        </div>
    );
}

/** For who keeps the register and is not on the team: the matter's name, and who may see it; never its papers. */
function Outside({ session, matter }: { session: Session; matter: Matter }) {
    const words = useWords();
    return (
        <section className="room" aria-labelledby="room-title">
            <header className="matter-head">
                <Over matter={matter} />
                <div className="matter-title">
                    <h1 id="room-title">{matter.name}</h1>
                    <span className="matter-number">{matter.number}</span>
                </div>
            </header>
            <p className="prose outside">{words.outside}</p>
            <TeamTools session={session} matter={matter} team={[]} appoints={may(session, "teams_appoint")} />
        </section>
    );
}

function Part({ session, matter, route, folder }: { session: Session; matter: Matter; route: string; folder: string | null }) {
    if (route.endsWith("/people")) return <Team session={session} matter={matter} />;
    if (route.endsWith("/activity")) return <MatterActivity matter={matter} />;
    if (route.endsWith("/trash")) return <Trash matter={matter} />;
    return <Papers matter={matter} folder={folder} />;
}

function Head({ matter, route }: { matter: Matter; route: string }) {
    const words = useWords();
    const base = `/matters/${matter.id}`;
    const parts = [
        { href: base, name: words.papers, there: !route.endsWith("/people") && !route.endsWith("/activity") },
        { href: `${base}/people`, name: words.team, there: route.endsWith("/people") },
        { href: `${base}/activity`, name: words.activity, there: route.endsWith("/activity") },
    ];
    return (
        <header className="matter-head">
            <Over matter={matter}>
                <State matter={matter} />
            </Over>
            <div className="matter-title">
                <h1 id="room-title">{matter.name}</h1>
                {matter.number !== "" && <span className="matter-number">{matter.number}</span>}
                {matter.state === "closed" && <span className="badge">{words.closed}</span>}
            </div>
            {matter.note !== "" && <p className="matter-note">{matter.note}</p>}
            <nav className="parts" aria-label={words.parts_of_matter}>
                {parts.map(({ href, name, there }) => (
                    <Link key={href} href={href} aria-current={there ? "page" : undefined}>
                        {name}
                    </Link>
                ))}
            </nav>
        </header>
    );
}

/** Closing and opening again, for who leads it; the server says so where it is somebody else. */
function State({ matter }: { matter: Matter }) {
    const words = useWords();
    const [asking, set_asking] = useState(false);
    const open = matter.state === "open";
    const changing = useMutation({
        mutationFn: () =>
            ask(
                api.POST(open ? "/api/v1/matters/{matter}/close" : "/api/v1/matters/{matter}/reopen", {
                    params: { path: { matter: matter.id }, header: { "If-Match": if_match(matter.revision) } },
                }),
            ),
        onSuccess: (changed) => {
            queries.setQueryData(matter_query(matter.id).queryKey, changed);
            void queries.invalidateQueries({ queryKey: ["matters"] });
            set_asking(false);
            say(changed.state === "closed" ? words.matter_closed(changed.name) : words.matter_reopened(changed.name));
        },
        // What it is now, should somebody else have been quicker.
        onError: () => void queries.invalidateQueries({ queryKey: ["matter", matter.id] }),
    });
    return (
        <>
            <Act weight="quiet" label={open ? words.close_matter : words.reopen_matter} onPress={() => set_asking(true)} />
            <Ask
                title={open ? words.close_matter : words.reopen_matter}
                text={
                    <>
                        <p>{open ? words.close_matter_text : words.reopen_matter_text}</p>
                        <Complaint error={changing.error} />
                    </>
                }
                act={open ? words.close_matter : words.reopen_matter}
                open={asking}
                busy={changing.isPending}
                onClose={() => {
                    set_asking(false);
                    changing.reset();
                }}
                onAct={() => changing.mutate()}
            />
        </>
    );
}

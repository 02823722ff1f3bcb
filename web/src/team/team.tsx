// SPDX-License-Identifier: Apache-2.0
// Who works on a matter, in which role, until when, and why somebody can see it.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { all_of, api, ask, type Matter, page_limit, type Schemas, type Session } from "../api/client";
import { Choice, OneOf } from "../frame/choice";
import { sends } from "../frame/forms";
import { Icon } from "../frame/icons";
import { say } from "../frame/notices";
import { Ask, Box } from "../frame/boxes";
import { Act, Field } from "../frame/parts";
import { may, queries } from "../frame/session";
import { Complaint, Nothing, Shown } from "../frame/states";
import { useGroups, usePeople, useRoles } from "../people/queries";
import { useFormat, useWords } from "../words";
import { Explanation, ExplainBox } from "./explain";
import { permitted_on } from "./standing";

type Member = Schemas["TeamMember"];
const again = (matter: string) => queries.invalidateQueries({ queryKey: ["team", matter] });

const useTeam = (matter: string) =>
    useQuery<Member[]>({
        queryKey: ["team", matter],
        queryFn: () =>
            all_of((cursor) =>
                ask(
                    api.GET("/api/v1/matters/{matter}/team", {
                        params: { path: { matter }, query: { limit: page_limit, cursor } },
                    }),
                ),
            ),
    });

const put = (matter: string, { kind, id }: Pick<Member, "kind" | "id">, body: Schemas["TeamPlace"]) =>
    ask(api.PUT("/api/v1/matters/{matter}/team/{kind}/{id}", { params: { path: { matter, kind, id } }, body }));

export function Team({ session, matter }: { session: Session; matter: Matter }) {
    const words = useWords();
    const format = useFormat();
    const team = useTeam(matter.id);
    const groups = useGroups();
    const roles = useRoles();
    const permitted = permitted_on(team.data ?? [], groups.data ?? [], roles.data, session.person.id);
    const manages = matter.state === "open" && permitted.has("team_manage");
    const explains = may(session, "access_explain");
    return (
        <div className="part">
            <h2 className="hidden">{words.team}</h2>
            <TeamTools
                session={session}
                matter={matter}
                team={team.data ?? []}
                appoints={manages || (matter.state === "open" && may(session, "teams_appoint"))}
            />
            <Shown query={team}>
                {(members) =>
                    members.length === 0 ? (
                        <Nothing icon="person" title={words.empty_team} text={words.empty_team_text} />
                    ) : (
                        <ul className="members">
                            {members
                                .toSorted((a, b) => format.compare(a.role, b.role) || format.compare(a.name, b.name))
                                .map((member) => (
                                    <MemberLine
                                        key={member.id}
                                        matter={matter}
                                        member={member}
                                        manages={manages}
                                        explains={explains}
                                    />
                                ))}
                        </ul>
                    )
                }
            </Shown>
        </div>
    );
}

interface ToolsProps {
    session: Session;
    matter: Matter;
    team: readonly Member[];
    appoints: boolean;
}
/** Also for who is not on the team and may ask about it, or appoint to it. */
export function TeamTools({ session, matter, team, appoints }: ToolsProps) {
    const words = useWords();
    const [adding, set_adding] = useState(false);
    const [asking, set_asking] = useState(false);
    return (
        <div className="tools team-tools">
            {may(session, "access_explain") && <Act icon="why" label={words.ask_why} onPress={() => set_asking(true)} />}
            {appoints && <Act weight="main" icon="add" label={words.add_to_team} onPress={() => set_adding(true)} />}
            {adding && <AddBox matter={matter.id} team={team} onClose={() => set_adding(false)} />}
            {asking && <ExplainBox matter={matter.id} onClose={() => set_asking(false)} />}
        </div>
    );
}

interface LineProps {
    matter: Matter;
    member: Member;
    manages: boolean;
    explains: boolean;
}
function MemberLine({ matter, member, manages, explains }: LineProps) {
    const words = useWords();
    const format = useFormat();
    const [changing, set_changing] = useState(false);
    const [taking, set_taking] = useState(false);
    const [why, set_why] = useState(false);
    const taking_off = useMutation({
        mutationFn: () =>
            ask(
                api.DELETE("/api/v1/matters/{matter}/team/{kind}/{id}", {
                    params: { path: { matter: matter.id, kind: member.kind, id: member.id } },
                }),
            ),
        onSuccess: async () => {
            await again(matter.id);
            set_taking(false);
            say(words.taken_off(member.name), () => {
                const place = { role: member.role, ...(member.until ? { until: member.until } : {}) };
                void put(matter.id, member, place).then(() => again(matter.id));
            });
        },
    });
    return (
        <li className="member">
            <span className={`sign sign-${member.kind}`} aria-hidden="true">
                <Icon name="person" />
            </span>
            <span className="member-words">
                <span className="cell-main">
                    {member.name}
                    {member.kind === "group" && <span className="badge">{words.group}</span>}
                </span>
                <span className="cell-sub">
                    {words.team_roles[member.role] ?? member.role}
                    {member.until ? ` · ${words.until(format.date(member.until))}` : ""}
                </span>
            </span>
            <span className="acts">
                {explains && member.kind === "person" && (
                    <Act weight="quiet" label={words.why} aria-expanded={why} onPress={() => set_why(!why)} />
                )}
                {manages && <Act weight="quiet" label={words.change} onPress={() => set_changing(true)} />}
                {manages && (
                    <Act weight="quiet" icon="close" bare label={words.take_off(member.name)} onPress={() => set_taking(true)} />
                )}
            </span>
            {why && <Explanation matter={matter.id} person={member.id} />}
            {changing && <ChangeBox matter={matter.id} member={member} onClose={() => set_changing(false)} />}
            <Ask
                title={words.take_off(member.name)}
                text={
                    <>
                        <p>{words.take_off_text}</p>
                        <Complaint error={taking_off.error} />
                    </>
                }
                act={words.take_off_act}
                danger
                open={taking}
                busy={taking_off.isPending}
                onClose={() => set_taking(false)}
                onAct={() => taking_off.mutate()}
            />
        </li>
    );
}

interface PlaceProps {
    role: string;
    until: string;
    onRole(role: string): void;
    onUntil(until: string): void;
}
function PlaceFields({ role, until, onRole, onUntil }: PlaceProps) {
    const words = useWords();
    const roles = useRoles();
    const choices = (roles.data?.team_roles ?? []).map(({ name }) => ({ id: name, name: words.team_roles[name] ?? name }));
    const permits = roles.data?.team_roles.find(({ name }) => name === role)?.permissions ?? [];
    return (
        <>
            <OneOf label={words.role} choices={choices} value={role} onChange={onRole} />
            <p className="small">{permits.map((each) => words.permissions[each] ?? each).join(" · ")}</p>
            <Field label={words.place_until} hint={words.place_until_hint} type="date" value={until} onChange={onUntil} />
        </>
    );
}
const place_of = (role: string, until: string): Schemas["TeamPlace"] => ({
    role,
    ...(until ? { until: new Date(`${until}T23:59:59`).toISOString() } : {}),
});

function AddBox({ matter, team, onClose }: { matter: string; team: readonly Member[]; onClose(): void }) {
    const words = useWords();
    const people = usePeople();
    const groups = useGroups();
    const [who, set_who] = useState<string | null>(null);
    const [role, set_role] = useState("member");
    const [until, set_until] = useState("");
    const there = new Set(team.map(({ id }) => id));
    const choices = [
        ...(people.data ?? [])
            .filter((each) => each.active)
            .map(({ id, name, sign_in }) => ({ id, name, about: sign_in, kind: "person" as const })),
        ...(groups.data ?? []).map(({ id, name }) => ({ id, name, about: words.group, kind: "group" as const })),
    ].filter(({ id }) => !there.has(id));
    const adding = useMutation({
        mutationFn: async () => {
            const chosen = choices.find(({ id }) => id === who);
            if (chosen) await put(matter, chosen, place_of(role, until));
            return chosen?.name ?? "";
        },
        onSuccess: async (name) => {
            await again(matter);
            say(words.put_on_team(name));
            onClose();
        },
    });
    return (
        <Box title={words.add_to_team} open onClose={onClose}>
            <Form onSubmit={sends(adding, who !== null)}>
                <Choice label={words.person_or_group} choices={choices} value={who} onChange={set_who} />
                <PlaceFields role={role} until={until} onRole={set_role} onUntil={set_until} />
                <Complaint error={adding.error ?? people.error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={words.add} isDisabled={!who} isPending={adding.isPending} />
                </footer>
            </Form>
        </Box>
    );
}

function ChangeBox({ matter, member, onClose }: { matter: string; member: Member; onClose(): void }) {
    const words = useWords();
    const [role, set_role] = useState<string>(member.role);
    const [until, set_until] = useState(member.until?.slice(0, 10) ?? "");
    const changing = useMutation({
        mutationFn: () => put(matter, member, place_of(role, until)),
        onSuccess: async () => {
            await again(matter);
            say(words.place_changed(member.name));
            onClose();
        },
    });
    return (
        <Box title={member.name} open onClose={onClose}>
            <Form onSubmit={sends(changing)}>
                <PlaceFields role={role} until={until} onRole={set_role} onUntil={set_until} />
                <Complaint error={changing.error} />
                <footer className="dialog-foot">
                    <Act label={words.cancel} onPress={onClose} />
                    <Act weight="main" type="submit" label={words.save} isPending={changing.isPending} />
                </footer>
            </Form>
        </Box>
    );
}

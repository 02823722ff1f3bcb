// SPDX-License-Identifier: Apache-2.0
// One paper: what is known of it, its versions, what can be done with it.
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { api, ask, type Matter, type Paper, type Schemas } from "../api/client";
import { complain, say } from "../frame/notices";
import { Box } from "../frame/boxes";
import { Act } from "../frame/parts";
import { sentence_of, Shown } from "../frame/states";
import { uploads } from "../uploads/index";
import { useFormat, useWords } from "../words";
import { download } from "./download";
import { look_again, useVersions } from "./queries";

interface DetailsProps {
    matter: Matter;
    paper: Paper;
    path: readonly Paper[];
    onClose(): void;
    onRename(): void;
    onMove(): void;
    onTrash(): void;
}
export function Details({ matter, paper, path, onClose, onRename, onMove, onTrash }: DetailsProps) {
    const words = useWords();
    const format = useFormat();
    const open = matter.state === "open";
    const facts = [
        { name: words.cited_as, value: matter.number ? `${matter.number}/${paper.number}` : String(paper.number) },
        { name: words.folder, value: [words.top, ...path.map(({ name }) => name)].join(" / ") },
        { name: words.size, value: format.size(paper.size) },
        { name: words.modified, value: format.moment(paper.modified) },
        { name: words.filed, value: format.moment(paper.added) },
        { name: words.handling, value: words.classes[paper.class] ?? paper.class },
        ...(paper.checkout
            ? [{ name: words.held, value: words.held_until(paper.checkout.name, format.moment(paper.checkout.until)) }]
            : []),
    ];
    return (
        <Box title={paper.name} open onClose={onClose} shape="drawer">
            <div className="acts">
                <Download matter={matter.id} paper={paper} main />
                {open && <NewVersion matter={matter.id} paper={paper} />}
                {open && <Act icon="rename" label={words.rename} onPress={onRename} />}
                {open && <Act icon="move" label={words.move} onPress={onMove} />}
                {open && <CheckOut matter={matter.id} paper={paper} />}
                {open && <Act icon="trash" label={words.to_trash} onPress={onTrash} />}
            </div>
            <dl className="facts">
                {facts.map(({ name, value }) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
            </dl>
            <h3>{words.versions}</h3>
            <Versions matter={matter.id} paper={paper} />
        </Box>
    );
}

function Download({
    matter,
    paper,
    version,
    main = false,
}: {
    matter: string;
    paper: Paper;
    version?: Schemas["Version"];
    main?: boolean;
}) {
    const words = useWords();
    const getting = useMutation({
        mutationFn: () => download(matter, { ...paper, size: version?.size ?? paper.size }, version?.version),
        onError: (error) => complain(`${paper.name}: ${sentence_of(error, words)}`),
    });
    const label = version ? words.download_version(version.version) : words.download;
    return (
        <Act
            weight={main ? "main" : "quiet"}
            icon="download"
            bare={!main}
            label={label}
            isPending={getting.isPending}
            onPress={() => getting.mutate()}
        />
    );
}

function NewVersion({ matter, paper }: { matter: string; paper: Paper }) {
    const words = useWords();
    const input = useRef<HTMLInputElement>(null);
    const take = (file: File | undefined) => {
        if (file)
            uploads.add([
                {
                    matter,
                    folder: paper.folder,
                    name: paper.name,
                    file,
                    version_of: { paper: paper.id, revision: paper.revision },
                },
            ]);
    };
    return (
        <>
            <input
                ref={input}
                type="file"
                hidden
                data-pick="version"
                onChange={(event) => {
                    take(event.target.files?.[0]);
                    event.target.value = "";
                }}
            />
            <Act icon="versions" label={words.new_version} onPress={() => input.current?.click()} />
        </>
    );
}

const minutes_held = 8 * 60;

/** Nobody else files a version while it is held; who holds it gives it back. */
function CheckOut({ matter, paper }: { matter: string; paper: Paper }) {
    const words = useWords();
    const path = { matter, paper: paper.id };
    const holding = useMutation({
        mutationFn: async () => {
            if (paper.checkout) await ask(api.POST("/api/v1/matters/{matter}/papers/{paper}/checkin", { params: { path } }));
            else
                await ask(
                    api.POST("/api/v1/matters/{matter}/papers/{paper}/checkout", {
                        params: { path },
                        body: { minutes: minutes_held },
                    }),
                );
            return look_again(matter, paper.id);
        },
        onSuccess: (now) => say(now.checkout ? words.checked_out(now.name) : words.checked_in(now.name)),
        onError: (error) => {
            complain(`${paper.name}: ${sentence_of(error, words)}`);
            void look_again(matter, paper.id).catch(() => undefined);
        },
    });
    return (
        <Act
            icon="lock"
            label={paper.checkout ? words.check_in : words.check_out}
            isPending={holding.isPending}
            onPress={() => holding.mutate()}
        />
    );
}

function Versions({ matter, paper }: { matter: string; paper: Paper }) {
    const words = useWords();
    const format = useFormat();
    const versions = useVersions(matter, paper);
    const [all, set_all] = useState(false);
    return (
        <Shown query={versions}>
            {(versions) => (
                <>
                    <ol className="versions">
                        {(all ? versions : versions.slice(0, 20)).map((version) => (
                            <li key={version.version}>
                                <span className="version-number">{version.version}</span>
                                <span className="version-words">
                                    <span className="cell-main">{version.comment || version.name || paper.name}</span>
                                    <span className="cell-sub">
                                        {version.who.name} · {format.moment(version.added)} · {format.size(version.size)}
                                    </span>
                                </span>
                                <Download matter={matter} paper={paper} version={version} />
                            </li>
                        ))}
                    </ol>
                    {!all && versions.length > 20 && <Act weight="quiet" label={words.show_all} onPress={() => set_all(true)} />}
                </>
            )}
        </Shown>
    );
}

// SPDX-License-Identifier: Apache-2.0
// A firm is founded: five steps, and nothing of them counts until the last.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { Link } from "react-aria-components/Link";

import { api, ask, Refusal, type Schemas } from "../api/client";
import { Loading, Failed } from "../frame/states";
import { Doorstep } from "../sign-in/doorstep";
import { useWords } from "../words";
import { Administrator } from "./administrator";
import { nothing_chosen, type Chosen } from "./chosen";
import { Factor } from "./factor";
import { FirmName } from "./firm_name";
import { by_link } from "./link";
import { Shares } from "./shares";
import { Unlocking } from "./unlocking";

export default function Setup() {
    const words = useWords();
    const setup = useQuery<Schemas["Setup"]>({
        queryKey: ["setup"],
        queryFn: () => ask(api.GET("/api/v1/setup", by_link())),
        refetchInterval: 60_000,
        meta: { by_link: true }, // nobody is signed in, so nobody is signed out
    });
    const refused = setup.error instanceof Refusal ? setup.error.type : "";
    if (refused === "already-done") return <Over title={words.setup_done_title} text={words.setup_done_text} sign_in />;
    if (refused === "unauthenticated") return <Over title={words.setup_over_title} text={words.setup_over_text} />;
    if (setup.data) return <Steps setup={setup.data} />;
    return (
        <Doorstep title={words.setup_title}>
            {setup.isPending ? <Loading /> : <Failed error={setup.error} onAgain={() => void setup.refetch()} />}
        </Doorstep>
    );
}

function Over({ title, text, sign_in = false }: { title: string; text: string; sign_in?: boolean }) {
    const words = useWords();
    return (
        <Doorstep title={title} text={text}>
            {sign_in && <Link href="/sign-in">{words.sign_in}</Link>}
        </Doorstep>
    );
}

const steps = [FirmName, Unlocking, Shares, Administrator, Factor] as const;

function Steps({ setup }: { setup: Schemas["Setup"] }) {
    const words = useWords();
    const [at, go] = useState(0);
    const [chosen, choose] = useState<Chosen>(nothing_chosen);
    // What was typed is nowhere else.
    useEffect(() => {
        const stay = (event: BeforeUnloadEvent) => event.preventDefault();
        if (at > 0) addEventListener("beforeunload", stay);
        return () => removeEventListener("beforeunload", stay);
    }, [at]);
    const Step = steps[at] ?? Factor;
    return (
        <Doorstep title={words.setup_steps[at] ?? ""} text={words.setup_step(at + 1, steps.length)} wide>
            <Step
                key={at}
                setup={setup}
                chosen={chosen}
                onChange={(part) => choose((former) => ({ ...former, ...part }))}
                onNext={() => go(at + 1)}
                onBack={at > 0 ? () => go(at - 1) : undefined}
            />
        </Doorstep>
    );
}

// SPDX-License-Identifier: Apache-2.0
// The page as a whole: who is outside sees the doorstep, who is inside their rooms, which are fetched only then.
import { lazy, Suspense, useEffect } from "react";

import { Refusal, Unreachable } from "./api/client";
import { navigate, usePath } from "./frame/router";
import { is_shut, useSession } from "./frame/session";
import { Failed, Loading } from "./frame/states";
import { has_link } from "./setup/link";
import { Doorstep } from "./sign-in/doorstep";
import { Invitation } from "./sign-in/invitation";
import { Locked } from "./sign-in/locked";
import { SignIn } from "./sign-in/sign_in";
import { useWords } from "./words";

const Inside = lazy(() => import("./inside"));
const Setup = lazy(() => import("./setup/setup"));

export function App() {
    const words = useWords();
    const session = useSession();
    const path = usePath();
    const inside = session.data !== undefined && session.data !== null;
    useEffect(() => {
        if (inside && (path === "/sign-in" || path === "/invitation" || (path === "/setup" && !has_link()))) navigate("/", "replace");
    }, [inside, path]);

    if (path === "/setup" && has_link()) {
        return (
            <Suspense fallback={<Loading />}>
                <Setup />
            </Suspense>
        );
    }
    if (is_shut(session.error)) return <Locked error={session.error} />;
    if (session.data) {
        return (
            <Suspense fallback={<Loading />}>
                <Inside key={session.data.person.id} session={session.data} offline={session.error instanceof Unreachable} />
            </Suspense>
        );
    }
    if (session.data === null) return path === "/invitation" ? <Invitation /> : <SignIn />;
    // Where no firm is yet, nobody can be asked who is signed in.
    if (session.error instanceof Refusal && session.error.status === 404)
        return <Doorstep title={words.setup_none_title} text={words.setup_none_text} />;
    if (session.isPending) return <Loading what={words.loading} />;
    return (
        <Doorstep title={words.failed_title}>
            <Failed error={session.error} onAgain={() => void session.refetch()} />
        </Doorstep>
    );
}

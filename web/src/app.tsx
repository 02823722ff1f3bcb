// SPDX-License-Identifier: Apache-2.0
// The page as a whole: who is outside sees the doorstep, who is inside their rooms, which are fetched only then.
import { lazy, Suspense, useEffect } from "react";

import { Unreachable } from "./api/client";
import { navigate, usePath } from "./frame/router";
import { is_shut, useSession } from "./frame/session";
import { Failed, Loading } from "./frame/states";
import { Doorstep } from "./sign-in/doorstep";
import { Invitation } from "./sign-in/invitation";
import { Locked } from "./sign-in/locked";
import { SignIn } from "./sign-in/sign_in";
import { useWords } from "./words";

const Inside = lazy(() => import("./inside"));

export function App() {
    const words = useWords();
    const session = useSession();
    const path = usePath();
    const inside = session.data !== undefined && session.data !== null;
    useEffect(() => {
        if (inside && (path === "/sign-in" || path === "/invitation")) navigate("/", "replace");
    }, [inside, path]);

    if (is_shut(session.error)) return <Locked error={session.error} />;
    if (session.data) {
        return (
            <Suspense fallback={<Loading />}>
                <Inside key={session.data.person.id} session={session.data} offline={session.error instanceof Unreachable} />
            </Suspense>
        );
    }
    if (session.data === null) return path === "/invitation" ? <Invitation /> : <SignIn />;
    if (session.isPending) return <Loading what={words.loading} />;
    return (
        <Doorstep title={words.failed_title}>
            <Failed error={session.error} onAgain={() => void session.refetch()} />
        </Doorstep>
    );
}

// SPDX-License-Identifier: Apache-2.0
// The page as a whole: who is outside sees the doorstep, who is inside their rooms.
import { lazy, Suspense, useEffect } from "react";

import { Unreachable } from "./api/client";
import { Frame } from "./frame/frame";
import { navigate, place_of, usePath } from "./frame/router";
import { is_shut, may, useSession } from "./frame/session";
import { Failed, Loading, Nothing } from "./frame/states";
import { Doorstep } from "./sign-in/doorstep";
import { Invitation } from "./sign-in/invitation";
import { Locked } from "./sign-in/locked";
import { SignIn } from "./sign-in/sign_in";
import { useWords } from "./words";

import type { Session } from "./api/client";

const Matters = lazy(() => import("./matters/matters"));
const MatterRoom = lazy(() => import("./matters/matter"));
const People = lazy(() => import("./people/people"));
const Groups = lazy(() => import("./groups/groups"));
const Walls = lazy(() => import("./walls/walls"));
const FirmLog = lazy(() => import("./log/firm_log"));
const Account = lazy(() => import("./account/account"));

function Room({ session }: { session: Session }) {
    const words = useWords();
    const { route, ids } = place_of(usePath());
    if (route.startsWith("/matters/")) return <MatterRoom key={ids["matter"]} session={session} route={route} ids={ids} />;
    if (route === "/") return <Matters session={session} />;
    if (route === "/people") return <People session={session} />;
    if (route === "/groups") return <Groups session={session} />;
    if (route === "/walls" && may(session, "walls_manage")) return <Walls session={session} />;
    if (route === "/log" && may(session, "log_read")) return <FirmLog />;
    if (route === "/account") return <Account session={session} />;
    return <Nothing icon="search" whole title={words.no_such_page} text={words.no_such_page_text} />;
}

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
            <Frame key={session.data.person.id} session={session.data} offline={session.error instanceof Unreachable}>
                <Suspense fallback={<Loading />}>
                    <Room session={session.data} />
                </Suspense>
            </Frame>
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

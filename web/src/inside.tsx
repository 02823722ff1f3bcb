// SPDX-License-Identifier: Apache-2.0
// The rooms of who is signed in.
import { lazy, Suspense } from "react";

import type { Session } from "./api/client";
import { Frame } from "./frame/frame";
import { place_of, usePath } from "./frame/router";
import { may } from "./frame/session";
import { Loading, Nothing } from "./frame/states";
import { useWords } from "./words";

const Matters = lazy(() => import("./matters/matters"));
const MatterRoom = lazy(() => import("./matters/matter"));
const People = lazy(() => import("./people/people"));
const Groups = lazy(() => import("./groups/groups"));
const Walls = lazy(() => import("./walls/walls"));
const Jobs = lazy(() => import("./jobs/jobs"));
const Doctor = lazy(() => import("./doctor/doctor"));
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
    if (route === "/jobs" && may(session, "operations_view")) return <Jobs session={session} />;
    if (route === "/doctor" && may(session, "operations_view")) return <Doctor />;
    if (route === "/account") return <Account session={session} />;
    return <Nothing icon="search" whole title={words.no_such_page} text={words.no_such_page_text} />;
}

export default function Inside({ session, offline }: { session: Session; offline: boolean }) {
    return (
        <Frame session={session} offline={offline}>
            <Suspense fallback={<Loading />}>
                <Room session={session} />
            </Suspense>
        </Frame>
    );
}

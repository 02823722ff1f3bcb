// SPDX-License-Identifier: Apache-2.0
// What stands around every room: where one can go, who one is, and whether the server answers.
import type { ReactNode } from "react";

import { Button } from "react-aria-components/Button";
import { Link } from "react-aria-components/Link";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import type { Session } from "../api/client";
import { useWords } from "../words";
import { Icon } from "./icons";
import { IdleWatch } from "./idle";
import { Mark } from "./mark";
import { complain } from "./notices";
import { navigate, usePath } from "./router";
import { may, sign_out } from "./session";
import { sentence_of } from "./states";
import { UploadTray } from "../uploads/tray";

function Rooms({ session }: { session: Session }) {
    const words = useWords();
    const path = usePath();
    const rooms = [
        { href: "/", name: words.matters, there: path === "/" || path.startsWith("/matters/") },
        ...(may(session, "people_manage") || may(session, "roles_assign")
            ? [{ href: "/people", name: words.people, there: path === "/people" }]
            : []),
        ...(may(session, "groups_manage") ? [{ href: "/groups", name: words.groups, there: path === "/groups" }] : []),
        ...(may(session, "walls_manage") ? [{ href: "/walls", name: words.walls, there: path === "/walls" }] : []),
        ...(may(session, "log_read") ? [{ href: "/log", name: words.log, there: path === "/log" }] : []),
        ...(may(session, "operations_view") ? [{ href: "/jobs", name: words.jobs, there: path === "/jobs" }] : []),
        ...(may(session, "operations_view") ? [{ href: "/doctor", name: words.doctor, there: path === "/doctor" }] : []),
    ];
    if (rooms.length === 1) return null;
    return (
        <nav className="rooms" aria-label={words.rooms}>
            {rooms.map(({ href, name, there }) => (
                <Link key={href} href={href} aria-current={there ? "page" : undefined}>
                    {name}
                </Link>
            ))}
        </nav>
    );
}

function Who({ session }: { session: Session }) {
    const words = useWords();
    const leave = () => void sign_out().catch((error: unknown) => complain(sentence_of(error, words)));
    return (
        <MenuTrigger>
            <Button className="act act-quiet who" aria-label={`${words.account}: ${session.person.name}`}>
                <Icon name="person" />
                <span className="who-name">{session.person.name}</span>
                <Icon name="down" />
            </Button>
            <Popover className="popover" placement="bottom end">
                <Menu
                    className="menu"
                    aria-label={words.account}
                    onAction={(key) => (key === "leave" ? leave() : navigate("/account"))}
                >
                    <MenuItem className="menu-item" id="account">
                        {words.account}
                    </MenuItem>
                    <MenuItem className="menu-item" id="leave">
                        {words.sign_out}
                    </MenuItem>
                </Menu>
            </Popover>
        </MenuTrigger>
    );
}

export function Frame({ session, offline, children }: { session: Session; offline: boolean; children: ReactNode }) {
    const words = useWords();
    return (
        <div className="frame">
            <a className="skip" href="#content">
                {words.skip}
            </a>
            <header className="top">
                <Link href="/" className="home" aria-label={`Muniment, ${session.firm}`}>
                    <Mark />
                </Link>
                <span className="firm">{session.firm}</span>
                <Rooms session={session} />
                <Who session={session} />
            </header>
            {offline && (
                <p className="offline" role="alert">
                    <Icon name="warning" /> {words.problem_unreachable}
                </p>
            )}
            <main id="content" className="content" tabIndex={-1}>
                {children}
            </main>
            <UploadTray />
            <IdleWatch session={session} />
        </div>
    );
}

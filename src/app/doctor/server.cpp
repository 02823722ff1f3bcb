// SPDX-License-Identifier: Apache-2.0
// Whether a server runs here and is open; and what this version does not have.
#include "app/doctor/findings.hpp"

namespace muniment::app {

void look_at_server(const Sight& sight, Findings& found) {
    if (!sight.server) {
        found
            .warning("server.runs", "No server runs on this home folder.",
                     "systemctl start muniment, or muniment serve --home DIR.")
            .place = sight.home.folder.string();
        return;
    }
    found.good("server.runs", "A server runs.");
    if (!sight.server->open) {
        found.red("server.open", "The server is locked: nobody can read or file anything." +
                                     (sight.server->why_locked.empty() ? "" : " " + sight.server->why_locked),
                  "Whoever holds an unlock method runs `muniment unlock`.");
    } else if (sight.server->copy) {
        found.red("server.open", "This is a copy of the firm, not the living one: it can be read, and takes nothing in.",
                  "Use the living one. If there is none any more: muniment adopt.");
    } else {
        found.good("server.open", "The server is open.");
    }
}

void look_at_backup(const Sight&, Findings& found) {
    found.warning("backup.none", "There is no backup: this version makes none yet.",
                  "Copy the data folder to another site; never the slots or the key file.");
}

}  // namespace muniment::app

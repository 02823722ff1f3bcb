// SPDX-License-Identifier: Apache-2.0
// PostgreSQL, where the rows lie there.
#include "app/doctor/findings.hpp"

namespace muniment::app {

void look_at_database(const Sight& sight, Findings& found) {
    const auto& home = sight.home;
    if (home.postgresql.empty()) return;
    auto facts = storage::look_at_postgresql(home.postgresql);
    if (!facts) {
        found.red("database.reach", "The database cannot be used.",
                  "Nothing is read or changed until it can. Look at its own log, at the certificate and the password file.")
            .place = facts.error().detail;
        return;
    }
    auto keeps = [&](bool safe, Literal name, std::string setting) {
        if (safe) return void(found.good(name, "The database runs with " + setting + " on."));
        found.red(name, "The database may lose what was acknowledged: " + setting + " is off.",
                  "Set " + setting + " = on in postgresql.conf and reload it; Muniment starts on no other.");
    };
    keeps(facts->fsync, "database.fsync", "fsync");
    keeps(facts->full_page_writes, "database.full-page-writes", "full_page_writes");
    if (facts->superuser)
        found.warning("database.role", "Muniment comes to the database as a superuser.",
                      "Give it a role of its own that owns nothing but its schema.");
    else
        found.good("database.role", "Muniment comes to the database as a role that is no superuser.");
    if (!facts->checksums)
        found.warning("database.checksums",
                      "The database keeps no checksums, so what a disk changes is found by our seals only.",
                      "Stop it and run pg_checksums --enable.");
    else
        found.good("database.checksums", "The database keeps checksums.");
    found
        .good("database.reach",
              "The rows are in PostgreSQL " + std::to_string(facts->version) +
                  (facts->tls ? ", reached by TLS; a commit waits for " : ", on this machine; a commit waits for ") +
                  (facts->standby_confirms ? "another server as well." : "this server alone."))
        .values = {{"version", facts->version}, {"standby_confirms", facts->standby_confirms}};
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// `muniment audit export`: the log as a folder that any client of C2SP tlog-tiles verifies. docs/formats/log.md
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/home_lock.hpp"
#include "app/say.hpp"
#include "audit/export.hpp"

namespace muniment::app {
namespace {

Result<void> export_log(const cli::Arguments& given) {
    TRY(auto home, Home::open(home_folder(given.get("--home"))));
    TRY(auto lock, HomeLock::take(home));
    TRY(auto records, open_records(home, {storage::Others::admit, lock.former()}));
    return audit::export_tiles(*records, given.get("folder"));
}

int run(const cli::Arguments& given) {
    if (auto exported = export_log(given); !exported) return failed(exported.error());
    if (given.json()) say(boost::json::serialize(boost::json::object{{"folder", given.get("folder")}}));
    else say("The log at its newest checkpoint lies in " + given.get("folder") + ".");
    return 0;
}

}  // namespace

cli::Command audit_export_command() {
    return {.name = "audit export",
            .line = "Write the log as a folder that others' tools verify (C2SP tlog-tiles)",
            .text = "Entries, their tree and the newest signed checkpoint: random ids and no words. Needs no unlock method, and\n"
                    "that no server runs on this home. Whoever holds keys/log.vkey can verify it.\n",
            .options = {{.name = "folder", .value = "FOLDER", .help = "made where it is missing", .required = true},
                        home_option},
            .run = run};
}

}  // namespace muniment::app

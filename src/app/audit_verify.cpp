// SPDX-License-Identifier: Apache-2.0
// `muniment audit verify`: the whole log read again, offline, or by the server where one runs on this home.
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/control.hpp"
#include "app/home_lock.hpp"
#include "app/say.hpp"
#include "app/verify_log.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

Result<json::object> verify(const Home& home, VerifyWhat what) {
    auto lock = HomeLock::take(home);
    // Other nodes may go on: what was there when the reading began is read.
    auto records = lock ? open_records(home, {storage::Others::admit, lock->former()})
                        : Result<std::unique_ptr<storage::Records>>(std::unexpected(lock.error()));
    if (records) return verify_record(**records, home, what, {});
    if (records.error().problem != Problem::in_use) return std::unexpected(records.error());
    return ask_control(home.control(), {{"ask", "verify"}, {"rows", what.rows}, {"details", what.details}});
}

std::string number(const json::object& in, const char* name) { return std::to_string(in.at(name).to_number<std::uint64_t>()); }

void say_sound(const json::object& report) {
    say("record verified: " + number(report, "entries") + " entries, " + number(report, "covered") +
        " of them under a signed checkpoint, " + number(report, "checkpoints") + " checkpoints");
    if (const auto* rows = report.if_contains("rows"))
        say("rows verified: " + number(rows->as_object(), "fit") + " stand as the record last said");
    if (const auto* details = report.if_contains("details"))
        say("words verified: " + number(details->as_object(), "opened") + " open and are what was committed to, " +
            number(details->as_object(), "destroyed") + " were destroyed");
}

int run(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    auto report = verify(*home, {.rows = given.has("--rows"), .details = given.has("--details")});
    if (!report) return failed(report.error());
    bool sound = report->at("sound").as_bool();
    if (given.json()) {
        say(json::serialize(*report));
    } else if (sound) {
        say_sound(*report);
    } else {
        const auto& first = report->at("first").as_object();
        say("THE RECORD DOES NOT FIT at entry " + std::to_string(first.at("sequence").to_number<std::uint64_t>()) +
            (first.contains("entry") ? " (" + std::string(first.at("entry").as_string()) + ")" : "") + ": " +
            std::string(first.at("why").as_string()));
        say("Nothing was changed. Keep a copy of the data folder as it is, and compare with the newest checkpoint that others hold.");
    }
    return sound ? 0 : static_cast<int>(cli::ExitCode::failed);
}

}  // namespace

cli::Command audit_verify_command() {
    return {.name = "audit verify",
            .line = "Read the whole log again and check it against its tree and signed checkpoints",
            .text =
                "Needs no unlock method: the public key of the log lies at keys/log.vkey in the home folder. Exits 0 only if "
                "everything\n"
                "fits, and otherwise names the first entry that does not. With --rows, every row that the log speaks of is held\n"
                "against what the log last said of it; that needs no unlock method either. With --details, the words of every\n"
                "entry are opened and held against their commitment: a server must run on this home folder, unlocked.\n",
            .options = {home_option,
                        {"--rows", "", "also the rows that the log speaks of"},
                        {"--details", "", "also the words of entries"}},
            .run = run};
}

}  // namespace muniment::app

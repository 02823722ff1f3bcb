// SPDX-License-Identifier: Apache-2.0
// packs status, packs accept-loss: what lies in the packs, and how the strongroom opens again when one is gone for good.
#include "app/packs.hpp"

#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/control.hpp"
#include "app/home.hpp"
#include "app/say.hpp"
#include "app/unlock_files.hpp"
#include "cli/terminal.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

std::string number(const json::object& in, const char* name) { return std::to_string(in.at(name).to_number<std::uint64_t>()); }

json::array ids(const std::vector<PackId>& packs) {
    constexpr std::size_t named_max = 40;
    json::array all;
    for (const auto& pack : packs) {
        if (all.size() < named_max) all.push_back(json::string(pack.text()));
    }
    return all;
}

Result<json::object> report(const Home& home) {
    auto asked = ask_control(home.control(), {{"ask", "packs"}});
    if (asked || asked.error().problem != Problem::unavailable) return asked;
    TRY(auto stores, Stores::open(home, storage::Missing::refuse, storage::Others::admit));
    TRY(auto found, strongroom::report_packs(*stores.records, *stores.packs));
    return as_json(found);
}

int status(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    auto found = report(*home);
    if (!found) return failed(found.error());
    bool whole = found->at("missing").to_number<std::uint64_t>() == 0 && found->at("unfound").to_number<std::uint64_t>() == 0;
    if (given.json()) {
        say(json::serialize(*found));
        return whole ? 0 : static_cast<int>(cli::ExitCode::failed);
    }
    auto counted = [&](const char* name) { return number(*found, name); };
    say(counted("packs") + " packs with " + counted("objects") + " objects, " + counted("bytes") + " bytes.");
    say(counted("orphans") + " objects (" + counted("orphan_bytes") +
        " bytes) belong to no paper: uploads that were refused or cut off, or are under way.");
    if (auto unfound = counted("unfound"); unfound != "0")
        say("DAMAGED: " + unfound + " versions do not lie whole where their rows say.");
    auto each = [&](const char* name, const std::string& what) {
        for (const auto& pack : found->at(name).as_array()) say(what + std::string(pack.as_string()));
    };
    each("missing_packs", "MISSING: pack ");
    each("lost_packs", "Lost, as was accepted: pack ");
    return whole ? 0 : static_cast<int>(cli::ExitCode::failed);
}

void say_loss(const json::object& lost) {
    auto words = [](const json::value& in, const char* name) { return std::string(in.at(name).as_string()); };
    say("In pack " + words(lost, "pack") + " lie " + number(lost, "versions") + " versions of " + number(lost, "papers") + " papers in " +
        number(lost, "matters") + " matters:");
    const auto& first = lost.at("first").as_array();
    for (const auto& each : first)
        say("  matter " + words(each, "matter") + "  paper " + words(each, "paper") + "  version " + number(each.as_object(), "version"));
    auto more = lost.at("versions").to_number<std::uint64_t>() - first.size();
    if (more > 0) say("  … and " + std::to_string(more) + " more, which the record will name");
}

int accept_loss(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    auto lost = ask_control(home->control(), {{"ask", "loss"}, {"pack", given.get("--pack")}});
    if (!lost) return failed(lost.error());
    if (!given.json()) say_loss(*lost);
    if (!given.has("--yes")) {
        if (!cli::is_terminal(cli::Stream::in)) return usage("there is no terminal to ask at: say --yes to accept this loss");
        if (cli::ask("Look for the pack on every disk and backup first. To give it up, type: lost\n> ") != "lost") {
            say("Nothing was changed.");
            return static_cast<int>(cli::ExitCode::failed);
        }
    }
    json::object question{{"ask", "accept-loss"}, {"pack", given.get("--pack")}, {"reason", given.get("--reason")}};
    if (given.has("--passphrase-file")) {
        auto read = read_small_file(given.get("--passphrase-file"));
        if (!read) return failed(read.error());
        while (read->ends_with('\n')) read->pop_back();
        question["passphrase"] = *read;
    } else if (!has_key_file(*home)) {
        question["passphrase"] = cli::ask_hidden("Passphrase: ");
    }
    auto done = ask_control(home->control(), question);
    if (!done) return failed(done.error());
    if (given.json()) say(json::serialize(*lost));
    else say("The loss is in the record, and the strongroom is open. Should the pack turn up, put it back: it is read again.");
    return 0;
}

}  // namespace

json::object as_json(const strongroom::PackReport& report) {
    return {{"packs", report.packs}, {"objects", report.objects}, {"bytes", report.bytes}, {"orphans", report.orphans},
            {"orphan_bytes", report.orphan_bytes}, {"unfound", report.unfound}, {"missing", report.missing.size()},
            {"missing_packs", ids(report.missing)}, {"lost", report.lost.size()}, {"lost_packs", ids(report.lost)}};
}

std::vector<cli::Command> packs_commands() {
    return {
        {.name = "packs", .line = "Look at the files that papers lie in"},
        {.name = "packs status",
         .line = "Count what lies in the packs, and hold it against the rows",
         .text = "Needs no unlock method. Exits 0 unless a pack is missing or a version does not lie whole where its row says.\n",
         .options = {home_option},
         .run = status},
        {.name = "packs accept-loss",
         .line = "Give up a pack that is gone for good, so that the strongroom opens without it",
         .text = "The newest pack, and one that a crash left open, must be there at a start: else the disk may only be away.\n"
                 "When it is known not to come back, this says what is lost, asks, writes it into the record and opens the\n"
                 "strongroom of the server that runs on this home folder. The papers stay listed, and are read again should the\n"
                 "pack turn up.\n",
         .options = {home_option,
                     {"--pack", "ID", "the pack, as the server's error names it", true},
                     {"--reason", "TEXT", "why it is given up; for the record", true},
                     {"--yes", "", "do not ask; needed where there is no terminal"},
                     {"--passphrase-file", "FILE", "read the passphrase from a file, where the firm has no key file"}},
         .run = accept_loss},
    };
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// adopt, keys mend: what only people decide about a database that is a copy, older than the firm, or damaged. Without a server.
#include "strongroom/turn/adopt.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/root_given.hpp"
#include "app/say.hpp"
#include "app/unlock_files.hpp"
#include "cli/terminal.hpp"
#include "strongroom/founding.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;
using strongroom::Adopted;
using strongroom::Standing;

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

void say_restored(const strongroom::RestoreReport& restored) {
    if (restored.key_set.empty()) {
        say("There is no key set to bring anything back from; what opens in this database stays.");
    } else {
        say("From the key set at " + restored.key_set + ": " + counted(restored.records, "key record", "key records") + ", " +
            counted(restored.names, "name", "names") + ", " + counted(restored.papers, "row of a paper", "rows of papers") + ", " +
            counted(restored.versions, "version", "versions") + ".");
    }
    if (restored.gate) {
        say("People, teams and walls were put together anew, from what stands here and the key set.");
        if (restored.gate_changes_lost > 0)
            say("LOST: " + counted(restored.gate_changes_lost, "change", "changes") +
                " of people, teams and walls. Look them up in the record and make them again before anybody works.");
        if (restored.credentials_ended > 0)
            say("A wall may be among them: " + counted(restored.credentials_ended, "person", "people") +
                " cannot sign in until invited anew. Administrators can.");
    }
    if (restored.sessions_ended > 0)
        say(counted(restored.sessions_ended, "session or token", "sessions and tokens") + " ended: everybody signs in again.");
}

void say_log(const strongroom::BegunAnew& log) {
    if (!log.log_begun_anew) return;
    say("The record was at " + counted(log.former_size, "entry", "entries") + " or more; " + std::to_string(log.entries_kept) +
        " are here. It ends there, and goes on as a new one that names the end of the former. Hand out its new key: keys/log.vkey.");
}

int say_all(const Adopted& adopted, std::string_view done) {
    if (adopted.restored) say_restored(*adopted.restored);
    say_log(adopted.log);
    say(std::string(done));
    for (const auto& slot : adopted.slots) say("Slot " + slot.name + ": " + strongroom::text_of(slot));
    bool lost = adopted.restored && adopted.restored->gate_changes_lost > 0;
    if (adopted.scrub.sound()) {
        say("Looked through: " + counted(adopted.scrub.documents, "paper or folder", "papers and folders") +
            ", everything that the record says was made is here and opens.");
        return lost ? static_cast<int>(cli::ExitCode::partly_failed) : 0;
    }
    say(counted(adopted.scrub.wrong_count, "thing is", "things are") + " still missing or damaged:");
    for (const auto& wrong : adopted.scrub.wrong) say("  " + wrong);
    if (adopted.scrub.wrong_count > adopted.scrub.wrong.size()) say("  …");
    return static_cast<int>(cli::ExitCode::partly_failed);
}

json::object as_json(const Adopted& adopted) {
    json::array slots;
    for (const auto& slot : adopted.slots) slots.push_back(json::object{{"name", slot.name}, {"state", text_of(slot)}});
    json::object said{{"found", name_of(adopted.found.standing)},
                      {"slots", std::move(slots)},
                      {"log_begun_anew", adopted.log.log_begun_anew},
                      {"former_size", adopted.log.former_size},
                      {"entries_kept", adopted.log.entries_kept},
                      {"wrong_count", adopted.scrub.wrong_count},
                      {"wrong", json::value_from(adopted.scrub.wrong)}};
    if (const auto& restored = adopted.restored)
        said["restored"] = json::object{{"key_set", restored->key_set},
                                        {"records", restored->records},
                                        {"names", restored->names},
                                        {"papers", restored->papers},
                                        {"versions", restored->versions},
                                        {"gate", restored->gate},
                                        {"gate_changes_lost", restored->gate_changes_lost},
                                        {"sessions_ended", restored->sessions_ended},
                                        {"credentials_ended", restored->credentials_ended}};
    return said;
}

using Deed = Result<Adopted> (*)(const strongroom::Places&, const keys::RootKey&, const FirmId&);

/// By the database; by an unlock file where that is damaged or new.
Result<FirmId> firm_of(const Home& home, storage::Records& records) {
    if (auto firm = strongroom::firm_in(records)) return firm;
    TRY(auto files, unlock_files(home));
    if (files.empty()) return fail(Problem::not_found, "neither this database nor an unlock file says which firm it is");
    return files.front().file.firm;
}

/// Shows where the database stands, asks, and does it.
Result<int> decide(const cli::Arguments& given, Deed deed, std::string_view question, std::string_view done) {
    TRY(auto home, Home::open(home_folder(given.get("--home"))));
    auto stores = Stores::open(home);
    if (!stores && stores.error().problem == Problem::in_use)
        return fail(Problem::in_use, "a server runs on this home folder; stop it first");
    if (!stores) return std::unexpected(stores.error());
    TRY(auto roots, roots_given(given, home));
    TRY(auto firm, firm_of(home, *stores->records));
    SystemClock clock;
    strongroom::Places places{*stores->records, *stores->packs, stores->slot_list(), stores->key_set_list(), clock};
    // While a new root key comes in there are two: the one that a slot knows.
    auto known = std::ranges::find_if(roots, [&](const auto& each) { return !strongroom::epochs_held(places.slots, each, firm).empty(); });
    const auto& root = known == roots.end() ? roots.front() : *known;
    TRY(auto found, strongroom::diagnose(places.records, places.slots, places.copies, root, firm));
    if (!given.json()) say(strongroom::text_of(found));
    if (!given.has("--yes") && cli::ask(std::string(question) + " Type yes: ") != "yes") {
        say("Nothing was changed.");
        return static_cast<int>(cli::ExitCode::failed);
    }
    TRY(auto adopted, deed(places, root, firm));
    CHECK(write_private_file(home.log_key(), adopted.verifier_key + "\n", true));
    if (!given.json()) return say_all(adopted, done);
    say(json::serialize(as_json(adopted)));
    bool lost = adopted.restored && adopted.restored->gate_changes_lost > 0;
    return adopted.scrub.sound() && !lost ? 0 : static_cast<int>(cli::ExitCode::partly_failed);
}

int finish(const Result<int>& code) { return code ? *code : failed(code.error()); }

int adopt(const cli::Arguments& given) {
    return finish(decide(given, strongroom::adopt,
                         "Make this database the firm? Every other one that uses these slots stops taking anything in.",
                         "This database is the firm now, and the slots in reach say so."));
}
int mend(const cli::Arguments& given) {
    return finish(decide(given, strongroom::mend, "Bring back what a key set holds?", "Mended. No slot was touched."));
}

std::vector<cli::Option> options() {
    std::vector<cli::Option> all{home_option,
                                 {"--yes", "", "do not ask"}};
    for (auto& each : root_options()) all.push_back(std::move(each));
    return all;
}

}  // namespace

std::vector<cli::Command> adopt_commands() {
    return {
        {.name = "adopt",
         .line = "Make this database the firm: a copy, or one that is older than the firm",
         .text = "Works without a server, and needs a way to unlock. A database that is older than the firm is restored first: from the "
                 "newest\nkey set whose key a slot holds, and from its own rows where they still open. What is lost is said, and in the "
                 "record.\nEvery session ends then. Run it again for a slot that was out of reach.\n\n"
                 "Exits 3 where something is missing or damaged afterwards.\n",
         .options = options(),
         .run = adopt},
        {.name = "keys mend",
         .line = "Bring back from a key set what this database lost",
         .text = "Works without a server, and needs a way to unlock. Key records, names, people, teams and walls that do not open or are "
                 "gone\ncome back from the newest key set, and papers as far as it holds them. Touches no slot. Exits 3 where something is "
                 "still missing.\n",
         .options = options(),
         .run = mend},
    };
}

}  // namespace muniment::app

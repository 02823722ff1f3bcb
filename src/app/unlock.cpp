// SPDX-License-Identifier: Apache-2.0
// unlock, lock, keys status, keys turn: through the control socket of the server on this machine.
#include <boost/json.hpp>
#include <iostream>

#include "app/app.hpp"
#include "app/control.hpp"
#include "app/home.hpp"
#include "app/say.hpp"
#include "cli/terminal.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;
const cli::Option home_option{"--home", "DIR", "the home folder (else $MUNIMENT_HOME, else /var/lib/muniment)"};

Result<json::object> ask(const cli::Arguments& given, const json::object& question) {
    TRY(auto home, Home::open(home_folder(given.get("--home"))));
    return ask_control(home.control(), question);
}

int finish(const cli::Arguments& given, const Result<json::object>& answer, std::string_view line) {
    if (!answer) return failed(answer.error());
    say(given.json() ? json::serialize(*answer) : std::string(line));
    return 0;
}

int unlock(const cli::Arguments& given) {
    json::object question{{"ask", "unlock"}};
    if (!given.has("--key-file")) {
        std::string passphrase;
        if (given.has("--passphrase-file")) {
            auto read = read_small_file(given.get("--passphrase-file"));
            if (!read) return failed(read.error());
            passphrase = *read;
            while (passphrase.ends_with('\n')) passphrase.pop_back();
        } else {
            passphrase = cli::ask_hidden("Passphrase: ");
        }
        question["passphrase"] = passphrase;
    }
    return finish(given, ask(given, question), "The strongroom is open.");
}

int lock(const cli::Arguments& given) {
    return finish(given, ask(given, {{"ask", "lock"}}), "The strongroom is locked; its keys are no longer in memory.");
}

int status(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "status"}});
    if (!answer || given.json()) return finish(given, answer, "");
    say("State: " + std::string(answer->at("state").as_string()));
    say(std::string("Keys locked in memory: ") + (answer->at("keys_locked_in_memory").as_bool() ? "yes" : "no, they could be swapped out"));
    if (!answer->contains("epoch")) return 0;
    say("Epoch: " + std::to_string(answer->at("epoch").to_number<std::uint64_t>()) + " (mark " +
        std::string(answer->at("mark").as_string()) + "…)");
    for (const auto& slot : answer->at("slots").as_array()) {
        say("Slot " + std::string(slot.at("name").as_string()) + ": " + std::string(slot.at("state").as_string()));
    }
    if (answer->at("trial").as_bool()) say("The slots are on the data's disk: for trying out only.");
    return 0;
}

int turn(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "turn"}});
    if (!answer || given.json()) return finish(given, answer, "");
    say("The epoch was turned: it is number " + std::to_string(answer->at("epoch").to_number<std::uint64_t>()) + " now.");
    for (const auto& slot : answer->at("erased").as_array()) say("The former key was erased from " + std::string(slot.as_string()) + ".");
    for (const auto& slot : answer->at("pending").as_array())
        say("PENDING: " + std::string(slot.as_string()) + " still holds the former key; it is tried again at each check.");
    return 0;
}

}  // namespace

std::vector<cli::Command> unlock_commands() {
    return {
        {.name = "unlock",
         .line = "Open the strongroom of the server on this machine",
         .text =
             "Asks for the passphrase without showing it. With --key-file, the server reads the key file in its home folder.\n",
         .options = {home_option,
                     {"--passphrase-file", "FILE", "read the passphrase from a file"},
                     {"--key-file", "", "unlock by the key file"}},
         .run = unlock},
        {.name = "lock",
         .line = "Shut the strongroom of the server on this machine and wipe its keys",
         .options = {home_option},
         .run = lock},
        {.name = "keys", .line = "Look at the keys, and turn the epoch"},
        {.name = "keys status", .line = "Show the epoch and the state of each slot", .options = {home_option}, .run = status},
        {.name = "keys turn",
         .line = "Turn the epoch: a new key for all key records, the former one erased",
         .text = "Old copies of the database and its backups open nothing afterwards without the new key. Takes a second or so; "
                 "uploads that\n"
                 "are being committed at that moment are asked to try again.\n",
         .options = {home_option},
         .run = turn},
    };
}

}  // namespace muniment::app

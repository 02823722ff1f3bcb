// SPDX-License-Identifier: Apache-2.0
// unlock and lock: through the control socket of the server on this machine.
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/say.hpp"
#include "cli/share_input.hpp"
#include "cli/terminal.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

int unlock_by_share(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "share"}, {"share", cli::share_from(given)}});
    if (!answer || given.json()) return finish(given, answer, "");
    say(cli::shares_so_far(*answer));
    const auto& sets = answer->at("sets").as_array();
    if (sets.size() > 1) {
        say("Shares of other sets have been given too, and are kept beside these:");
        for (const auto& set : sets)
            if (set.at("set") != answer->at("set")) say("    " + cli::shares_so_far(set));
    }
    return 0;
}

int unlock(const cli::Arguments& given) {
    if (given.has("--share") || given.has("--share-file") || given.has("--share-stdin")) return unlock_by_share(given);
    json::object question{{"ask", "unlock"}};
    if (!given.has("--key-file")) {
        if (given.has("--passphrase-file")) {
            auto read = passphrase_in_file(given.get("--passphrase-file"));
            if (!read) return failed(read.error());
            question["passphrase"] = *read;
        } else {
            question["passphrase"] = cli::ask_hidden("Passphrase");
        }
    }
    return finish(given, ask(given, question), "The strongroom is open.");
}

int lock(const cli::Arguments& given) {
    json::object question{{"ask", "lock"}};
    if (given.has("--force")) question["force"] = true;
    return finish(given, ask(given, question), "The strongroom is locked; its keys are no longer in memory.");
}

}  // namespace

std::vector<cli::Command> unlock_commands() {
    std::vector<cli::Option> options{home_option,
                                     {"--passphrase-file", "FILE", "read the passphrase from a file"},
                                     {"--key-file", "", "unlock by the key file"},
                                     {"--share", "", "give one recovery share; asks for its words"}};
    for (auto& option : cli::share_input_options()) options.push_back(std::move(option));
    return {
        {.name = "unlock",
         .line = "Open the strongroom of the server on this machine",
         .text =
             "Asks for the passphrase without showing it. With --key-file, the server reads the key file in its home folder.\n\n"
             "With --share, one holder of a recovery share gives it, and the server says who is still missing. The holders come one\n"
             "after the other, within 30 minutes, here or from afar with `muniment-cli unlock`. A wrong share loses nothing.\n",
         .options = std::move(options),
         .run = unlock},
        {.name = "lock",
         .line = "Shut the strongroom of the server on this machine and wipe its keys",
         .text = "Refused while no slot in reach holds the key of the firm: it would be gone.\n",
         .options = {home_option, {"--force", "", "lock although the key is in no slot, and lose it"}},
         .run = lock},
    };
}

}  // namespace muniment::app

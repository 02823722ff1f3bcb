// SPDX-License-Identifier: Apache-2.0
// keys status, turn, new-root, renew, add-method, remove-method: through the control socket of the server on this machine.
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/say.hpp"
#include "app/share_pages.hpp"
#include "cli/share_input.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

std::string number_in(const json::object& answer, std::string_view name) {
    return std::to_string(answer.at(name).to_number<std::uint64_t>());
}

std::string ways_to_unlock(const json::object& answer) {
    std::string ways;
    for (const auto& method : answer.at("methods").as_array()) ways += (ways.empty() ? "" : ", ") + std::string(method.as_string());
    for (const auto& set : answer.at("shares").as_array())
        ways += std::string(ways.empty() ? "" : ", ") + "any " + number_in(set.as_object(), "needed") + " of " +
                number_in(set.as_object(), "of") +
                " recovery shares (set " + std::string(set.at("set").as_string()) + ")";
    return ways;
}

void say_scrubbed(const json::object& scrub) {
    auto wrong = scrub.at("wrong_count").to_number<std::uint64_t>();
    say("Looked through at " + std::string(scrub.at("ended").as_string()) + ": " + number_in(scrub, "documents") + " papers and folders, " +
        (wrong == 0 ? "all sound" : std::to_string(wrong) + " MISSING OR DAMAGED:"));
    for (const auto& each : scrub.at("wrong").as_array()) say("  " + std::string(each.as_string()));
    if (wrong > 0) say("  Stop the server and run `muniment keys mend`: it brings back what a key set holds.");
}

int status(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "status"}});
    if (!answer || given.json()) return finish(given, answer, "");
    say("State: " + std::string(answer->at("state").as_string()));
    say(std::string("Keys locked in memory: ") + (answer->at("keys_locked_in_memory").as_bool() ? "yes" : "no, they could be swapped out"));
    say("Unlocked by: " + ways_to_unlock(*answer));
    if (answer->at("shares").as_array().empty()) say("There are no recovery shares: `muniment keys new-root --shares 3-of-5` makes some.");
    for (const auto& set : answer->at("shares_given").as_array()) say("Shares given: " + cli::shares_so_far(set));
    if (const auto* why = answer->if_contains("why")) say("It does not open. " + std::string(why->as_string()));
    if (!answer->contains("epoch")) return 0;
    say(std::string(answer->at("sentence").as_string()));
    say("Epoch: " + number_in(*answer, "epoch") + " (mark " + std::string(answer->at("mark").as_string()) + "…)");
    for (const auto& slot : answer->at("slots").as_array()) {
        say("Slot " + std::string(slot.at("name").as_string()) + ": " + std::string(slot.at("state").as_string()));
    }
    if (const auto* scrub = answer->if_contains("scrub")) say_scrubbed(scrub->as_object());
    if (answer->at("renewal_begun").as_bool()) say("A renewal of the keys was cut off: run `muniment keys renew` again.");
    if (answer->at("trial").as_bool()) say("The slots are on the data's disk: for trying out only.");
    return 0;
}

void say_erased(const json::object& answer) {
    for (const auto& slot : answer.at("erased").as_array()) say("The former key was erased from " + std::string(slot.as_string()) + ".");
    for (const auto& slot : answer.at("pending").as_array())
        say("PENDING: " + std::string(slot.as_string()) + " still holds the former key; it is tried again at each check.");
    for (const auto& place : answer.at("key_sets_pending").as_array())
        say("PENDING: " + std::string(place.as_string()) + " lacks the key set; it is tried again at each check.");
    for (const auto& node : answer.at("out_of_touch").as_array())
        say("NOT CERTAIN: a node on " + std::string(node.at("node").as_string()) + " was out of touch when its lease ended at " +
            std::string(node.at("until").as_string()) +
            ". If it stands still (a machine that is paused), the former key is in its memory until it goes on or is switched off.");
}

int turn(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "turn"}});
    if (!answer || given.json()) return finish(given, answer, "");
    say("The epoch was turned: it is number " + number_in(*answer, "epoch") + " now.");
    say_erased(*answer);
    return 0;
}

Result<json::object> methods_wished(const cli::Arguments& given) {
    json::object wished;
    if (given.has("--passphrase-file")) {
        TRY(auto passphrase, passphrase_in_file(given.get("--passphrase-file")));
        wished["passphrase"] = passphrase;
    }
    if (given.has("--key-file")) wished["key_file"] = true;
    return wished;
}

/// The shares are in people's hands before the server is told to go on.
Result<json::object> new_root(const cli::Arguments& given) {
    auto wish = share_wish(given);
    TRY(auto question, methods_wished(given));
    json::object begin{{"ask", "new-root"}};
    if (wish.wanted()) begin["shares"] = std::to_string(wish.needed) + "-of-" + std::to_string(wish.of);
    TRY(auto begun, ask(given, begin));
    if (wish.wanted()) {
        std::vector<crypto::Share> shares;
        for (const auto& words : begun.at("shares").as_array()) {
            TRY(auto share, crypto::Share::read(std::string_view(words.as_string())));
            shares.push_back(std::move(share));
        }
        CHECK(hand_out(wish, shares, std::string_view(begun.at("firm").as_string()), SystemClock().now()));
    }
    question["ask"] = "new-root-go";
    question["ticket"] = begun.at("ticket");
    return ask(given, question);
}

int bring_in_new_root(const cli::Arguments& given) {
    if (!given.has("--shares") && !given.has("--passphrase-file") && !given.has("--key-file"))
        return usage("Say how the new root key is to be given: --shares K-of-N, --passphrase-file FILE, --key-file, or several of them.");
    auto answer = new_root(given);
    if (!answer || given.json()) return finish(given, answer, "");
    say("The new root key is in force. Former shares, passphrases and key files open nothing any more.");
    say_erased(*answer);
    return 0;
}

int renew(const cli::Arguments& given) {
    auto answer = ask(given, {{"ask", "renew"}});
    if (!answer || given.json()) return finish(given, answer, "");
    say("New keys: of " + number_in(*answer, "clients") + " clients, of " + number_in(*answer, "matters") + " matters and of " +
        number_in(*answer, "documents") + " papers and folders in them. The epoch was turned.");
    say_erased(*answer);
    return 0;
}

int add_method(const cli::Arguments& given) {
    if (given.has("--passphrase-file") == given.has("--key-file")) return usage("Say which: --passphrase-file FILE or --key-file.");
    auto wished = methods_wished(given);
    if (!wished) return failed(wished.error());
    (*wished)["ask"] = "add-method";
    (*wished)["replace"] = given.has("--replace");
    return finish(given, ask(given, *wished), "From now on this opens the strongroom as well.");
}

int remove_method(const cli::Arguments& given) {
    return finish(given, ask(given, {{"ask", "remove-method"}, {"method", given.get("METHOD")}}),
                  "It is gone from this machine. A copy of its unlock file would still open the strongroom, until `muniment keys "
                  "new-root`.");
}

std::vector<cli::Option> new_root_options() {
    auto options = share_options();
    options.insert(options.begin(), home_option);
    options.push_back({"--passphrase-file", "FILE", "seal the new root key under this passphrase"});
    options.push_back({"--key-file", "", "seal it under a new key file in the home folder, so that the server unlocks itself"});
    return options;
}

}  // namespace

std::vector<cli::Command> keys_commands() {
    return {
        {.name = "keys", .line = "Look at the keys, turn the epoch, change how the strongroom is unlocked"},
        {.name = "keys status",
         .line = "Show how the strongroom is unlocked, the epoch, and the state of each slot",
         .options = {home_option},
         .run = status},
        {.name = "keys turn",
         .line = "Turn the epoch: a new key for all key records, the former one erased",
         .text = "Old copies of the database and its backups open nothing afterwards without the new key. Takes a second or so; "
                 "uploads that\n"
                 "are being committed at that moment wait for it.\n",
         .options = {home_option},
         .run = turn},
        {.name = "keys new-root",
         .line = "Bring in a new root key, with new shares, a new passphrase or a new key file",
         .text = "For new recovery shares, and after a share, a passphrase or an unlock file fell into wrong hands. The epoch is "
                 "turned, and\n"
                 "former shares and unlock methods open nothing afterwards. Shares are handed out before anything depends on them.\n\n"
                 "Example:\n  muniment keys new-root --shares 3-of-5 --passphrase-file /root/passphrase\n",
         .options = new_root_options(),
         .run = bring_in_new_root},
        {.name = "keys renew",
         .line = "After a leak: new keys for all clients, matters and papers, then turn the epoch",
         .text = "For when somebody may have seen keys of the running server. Rows are sealed anew, matter by matter; the papers' own "
                 "bytes\n"
                 "stay as they are. Where it is cut off, running it again goes on. Long: some thousand papers a second.\n",
         .options = {home_option},
         .run = renew},
        {.name = "keys add-method",
         .line = "Open the strongroom by a passphrase or a key file as well",
         .options = {home_option,
                     {"--passphrase-file", "FILE", "the passphrase"},
                     {"--key-file", "", "a new key file in the home folder, so that the server unlocks itself"},
                     {"--replace", "", "in place of the present one of that kind"}},
         .run = add_method},
        {.name = "keys remove-method",
         .line = "Take away a passphrase or key file; shares go with a new root key",
         .options = {{"METHOD", "METHOD", "passphrase or key-file", true}, home_option},
         .run = remove_method},
    };
}

}  // namespace muniment::app

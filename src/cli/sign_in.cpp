// SPDX-License-Identifier: Apache-2.0
#include "cli/sign_in.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/limits.hpp"
#include "cli/http.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {
namespace {

/// Files and pipes end in a line break that nobody means as part of the password.
std::string first_line(std::istream& in, const std::string& from) {
    std::string line;
    std::getline(in, line);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.size() > limits::password_bytes_max) usage(from + " has no password in its first line.");
    return line;
}

std::string confirmed_pin(const Arguments& arguments, const std::string& url, const std::string& known_pin) {
    const auto facts = certificate_of(url);
    if (const auto expected = arguments.find("--fingerprint")) {
        if (same_fingerprint(*expected, facts.fingerprint)) return facts.key_pin;
        throw Stop(ExitCode::unreachable, "The server at " + url + " shows another certificate than the fingerprint says:\n  " +
                                              facts.fingerprint + "\nNothing was sent. Ask your administrator which is right.");
    }
    if (facts.key_pin == known_pin) return known_pin;
    print_note("The server at " + url + " shows a certificate with the SHA-256 fingerprint\n  " + facts.fingerprint);
    if (!known_pin.empty()) print_note("It is ANOTHER one than the one that was confirmed before.");
    if (!is_terminal(Stream::in))
        usage("Compare it with what your administrator gave you, and repeat with --fingerprint and it.");
    print_note("Compare it with what your administrator gave you.");
    if (ask("Is it the same? Type yes to go on") != "yes") throw Stop(ExitCode::unreachable, "Not confirmed. Nothing was sent.");
    return facts.key_pin;
}

}  // namespace

std::vector<Option> sign_in_options() {
    return {
        {.name = "--server", .value = "URL", .help = "the firm's server, https://host[:port]; remembered"},
        {.name = "--fingerprint", .value = "F", .help = "SHA-256 of its certificate (AB:CD:…), instead of being asked"},
        {.name = "--ca", .value = "system", .help = "trust it by this computer's certificate authorities instead"},
        {.name = "--sign-in", .value = "NAME", .help = "your sign-in name"},
        {.name = "--password-file", .value = "FILE", .help = "read the password from the first line of FILE"},
        {.name = "--password-stdin", .help = "read the password from standard input"},
        {.name = "--code", .value = "DIGITS", .help = "the six digits of your authenticator"},
    };
}

bool same_fingerprint(std::string_view a, std::string_view b) {
    const auto plain = [](std::string_view text) {
        std::string out;
        for (char c : text)
            if (c != ':' && c != ' ') out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        return out;
    };
    return !a.empty() && plain(a) == plain(b);
}

Profile trusted_server(const Arguments& arguments) {
    const auto known = Profiles::load().find(arguments.profile());
    const auto typed = arguments.find("--server");
    if (!typed && !known) usage("Which server? Give --server https://…");
    Profile profile{.server = typed ? server_url(*typed) : known->server};
    const bool same_server = known && known->server == profile.server;
    if (same_server) profile.sign_in = known->sign_in;
    if (const auto authority = arguments.find("--ca")) {
        if (*authority != "system") usage("--ca takes only `system`; for any other certificate use --fingerprint.");
        return profile;
    }
    const bool by_authority = same_server && known->pin.empty() && !arguments.has("--fingerprint");
    if (!by_authority) profile.pin = confirmed_pin(arguments, profile.server, same_server ? known->pin : "");
    return profile;
}

std::string sign_in_from(const Arguments& arguments, const Profile& profile) {
    if (const auto given = arguments.find("--sign-in")) return *given;
    if (!profile.sign_in.empty()) return profile.sign_in;
    return ask("Sign-in name");
}

std::string code_from(const Arguments& arguments) {
    const auto given = arguments.find("--code");
    return given ? *given : ask("Code of your authenticator");
}

std::string password_in_file(const std::string& name) {
    std::ifstream file(name);
    if (!file) usage(name + " cannot be read.");
    return first_line(file, name);
}

std::string password_from(const Arguments& arguments, bool twice) {
    if (const auto name = arguments.find("--password-file")) return password_in_file(*name);
    if (arguments.has("--password-stdin")) return first_line(std::cin, "Standard input");
    auto password = ask_hidden(twice ? "New password" : "Password");
    if (twice && ask_hidden("The same again") != password) usage("The two are not the same. Nothing was changed.");
    return password;
}

void keep_session(const Arguments& arguments, Profile profile, const boost::json::value& session) {
    const auto& person = part_of(session, "person");
    profile.sign_in = text_of(person, "sign_in");
    profile.token = text_of(session, "secret");
    profile.expires = text_of(session, "expires");
    auto profiles = Profiles::load();
    profiles.put(arguments.profile(), profile);
    profiles.save();
    if (arguments.json()) print_json({{"server", profile.server}, {"person", person}, {"expires", profile.expires}});
    else print_line("Signed in at " + profile.server + " as " + printable(text_of(person, "name")) + ", until " +
                    short_time(profile.expires) + " UTC.");
}

}  // namespace muniment::cli

// SPDX-License-Identifier: Apache-2.0
// `muniment config check`, `config show`, `config template`.
#include <boost/json.hpp>
#include <cstdio>

#include "app/app.hpp"
#include "app/certificate_pair.hpp"
#include "app/configured.hpp"
#include "app/credential.hpp"
#include "app/say.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

/// What stands in the file, and, where that fits, whether this machine can do it.
std::vector<std::string> check(const Configured& by, std::vector<std::string>& notes) {
    std::vector<std::string> wrong;
    for (const auto& finding : by.reading.findings) wrong.push_back(by.text_of(finding));
    if (!wrong.empty()) return wrong;
    const auto& settings = by.settings();
    const bool founded = std::filesystem::exists(std::filesystem::path(settings.home) / "home.json");
    if (!founded) notes.push_back("There is no firm at " + settings.home + " yet: muniment init founds one.");
    if (!founded && settings.certificate.empty()) return wrong;
    bool unseen = false;
    auto pair = certificate_in_sight(settings, settings.home, unseen);
    if (unseen) notes.push_back("What systemd hands to the service alone was not looked at.");
    if (!settings.passphrase.empty() && !settings.passphrase.starts_with("systemd:")) {
        if (auto file = credential_file(settings.passphrase); !file)
            wrong.push_back(by.file.string() + ": unlock.passphrase: " + file.error().detail);
    }
    if (!pair) {
        wrong.push_back(by.file.string() + ": " + pair.error().detail);
        return wrong;
    }
    for (const auto& name : names_missing(settings, *pair))
        wrong.push_back(by.file.string() + ": the certificate " + pair->certificate + " does not speak for " + name);
    return wrong;
}

int check_file(const cli::Arguments& given) {
    auto by = given.has("FILE") ? read_configuration(std::filesystem::absolute(given.get("FILE"))) : configured(given);
    if (!by) return failed(by.error());
    std::vector<std::string> notes;
    auto wrong = check(*by, notes);
    if (given.json()) {
        json::object said{{"file", by->file.string()}, {"findings", json::value_from(wrong)}, {"notes", json::value_from(notes)}};
        say(json::serialize(said));
        return wrong.empty() ? 0 : static_cast<int>(cli::ExitCode::failed);
    }
    for (const auto& line : wrong) std::fprintf(stderr, "%s\n", line.c_str());
    for (const auto& line : notes) say(line);
    if (!wrong.empty()) return static_cast<int>(cli::ExitCode::failed);
    say(by->file.empty() ? "There is no configuration file: all is as it is without one." : by->file.string() + ": nothing is wrong.");
    return 0;
}

std::string_view from(config::Origin::From from) {
    switch (from) {
        case config::Origin::From::standard: return "default";
        case config::Origin::From::file: return "file";
        case config::Origin::From::flag: return "flag";
    }
    die("an origin that does not exist");
}

std::string origin_of(const Configured& by, const config::Key& key) {
    auto origin = by.reading.origin(key);
    if (origin.from == config::Origin::From::file) return by.file.string() + ":" + std::to_string(origin.line);
    if (origin.from == config::Origin::From::standard) return "default";
    // $MUNIMENT_HOME is the one word of the environment that counts.
    return std::string(key.flag) + (key.flag == "--home" ? " or $MUNIMENT_HOME" : "");
}

json::value as_json(const config::Value& value) {
    return std::visit([](const auto& v) { return json::value_from(v); }, value);
}

int show(const cli::Arguments& given) {
    auto by = configured(given);
    if (!by) return failed(by.error());
    if (!by->reading.findings.empty()) return failed(refuse(*by).error());
    json::object all;
    for (const auto& key : config::keys()) {
        const auto name = std::string(key.name.text());
        const auto value = key.in(by->settings());
        if (given.json()) {
            auto origin = by->reading.origin(key);
            json::object said{{"value", as_json(value)}, {"from", from(origin.from)}};
            if (origin.line > 0) said["line"] = origin.line;
            all[name] = std::move(said);
            continue;
        }
        auto line = name + " = " + config::written(value);
        if (given.has("--origin")) line += std::string(line.size() < 50 ? 50 - line.size() : 2, ' ') + "# " + origin_of(*by, key);
        say(line);
    }
    if (given.json()) say(json::serialize(json::object{{"file", by->file.string()}, {"settings", all}}));
    return 0;
}

int print_template(const cli::Arguments&) {
    auto text = config::commented_file();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}

}  // namespace

std::vector<cli::Command> config_commands() {
    auto flags = configuration_flags();
    flags.insert(flags.begin(), {"--origin", "", "and where each value comes from: a flag, a line of the file, or nothing was said"});
    return {
        {.name = "config", .line = "The configuration of this machine"},
        {.name = "config check",
         .line = "Say everything that is wrong with a configuration file",
         .text = "Reads FILE, else the one that counts on this machine; then looks whether the certificate, its key and the names fit.\n"
                 "Exits 0 when nothing is wrong. A server that gets SIGHUP takes nothing of a file in which something is.\n",
         .options = {{"FILE", "FILE", "default: $MUNIMENT_CONFIG, else /etc/muniment/muniment.toml"}},
         .run = check_file},
        {.name = "config show",
         .line = "Print what `muniment serve` would run by",
         .text = "Takes every flag of `muniment serve`, so that one sees what they would do.\n\n"
                 "    muniment config show --origin\n",
         .options = std::move(flags),
         .run = show},
        {.name = "config template",
         .line = "Print a configuration file with every key explained and commented out",
         .run = print_template},
    };
}

}  // namespace muniment::app

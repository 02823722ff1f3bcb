// SPDX-License-Identifier: Apache-2.0
// `muniment doctor`: what stands between this installation and its promises, each with its remedy. Where a server runs it is
// asked, since its limits, credentials and keys are its own; without one the command looks by itself.
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/configured.hpp"
#include "app/control.hpp"
#include "app/doctor/as_json.hpp"
#include "app/doctor/findings.hpp"
#include "app/say.hpp"
#include "app/version.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

std::string_view word(const json::value& finding, std::string_view name) { return finding.at(name).as_string(); }

/// The configuration, where it is about this home.
config::Settings settings_for(const Home& home) {
    auto settings = machine_settings();
    if (!settings || std::filesystem::path(settings->home).lexically_normal() != home.folder.lexically_normal()) return {};
    return *settings;
}

server::Condition seen_from_outside(const Home& home) {
    auto now = SystemClock().now();
    auto settings = settings_for(home);
    return {look({home, settings, now}), now, std::string(program_version()), false};
}

/// What a server within its unit cannot see of the machine.
void add_what_is_seen_here(json::object& said, const Home& home) {
    auto settings = settings_for(home);
    Findings found;
    Sight sight{home, settings, SystemClock().now()};
    look_at_clock(sight, found);
    look_at_memory(sight, found);
    auto& findings = said["findings"].as_array();
    for (const auto& finding : found.all()) {
        // The limit of this shell says nothing of the server's.
        bool known = finding.name.text() == "memory.swap" || std::ranges::any_of(findings, [&](const json::value& each) {
                         return word(each, "name") == finding.name.text();
                     });
        if (!known) findings.push_back(as_json(finding));
    }
}

json::object looked_at(const Home& home) {
    auto said = ask_control(home.control(), {{"ask", "doctor"}});
    if (!said) {
        auto own = as_json(seen_from_outside(home));
        own["seen_by"] = "command";
        // A server is there and did not answer: one of before this version, or one whose look hangs.
        if (said.error().problem != Problem::unavailable || said.error().detail != "no server runs on this home folder")
            own["server"] = said.error().text();
        return own;
    }
    said->erase("ok");
    add_what_is_seen_here(*said, home);
    (*said)["seen_by"] = "server";
    return *std::move(said);
}

void print(const json::array& findings) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> grades{
        {{"red", "  RED      "}, {"warning", "  WARNING  "}, {"good", "  good     "}}};
    std::string counts;
    for (const auto& [level, mark] : grades) {
        std::size_t count = 0;
        for (const auto& finding : findings) {
            if (word(finding, "level") != level) continue;
            ++count;
            say(std::string(mark) + std::string(word(finding, "text")));
            bool good = level == "good";
            if (auto place = word(finding, "place"); !good && !place.empty()) say("           (" + std::string(place) + ")");
            if (auto remedy = word(finding, "remedy"); !remedy.empty()) say("           → " + std::string(remedy));
        }
        counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(level);
    }
    say("");
    say(counts + ".");
}

int run(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    auto said = looked_at(*home);
    const auto& findings = said.at("findings").as_array();
    bool red = std::ranges::any_of(findings, [](const json::value& each) { return word(each, "level") == "red"; });
    if (given.json()) {
        say(json::serialize(said));
    } else {
        if (const auto* trouble = said.if_contains("server"))
            say("  (A server runs and gave no answer, so this is seen from outside: " + std::string(trouble->as_string()) +
                ")");
        print(findings);
    }
    return red ? static_cast<int>(cli::ExitCode::failed) : 0;
}

}  // namespace

cli::Command doctor_command() {
    return {.name = "doctor",
            .line = "Look at this installation and say what endangers its promises",
            .text =
                "The most urgent first, each finding with its remedy. Where a server runs, it is asked how it stands. Exits 0 "
                "unless one\n"
                "is red. --json is for monitoring: the names of findings do not change (docs/operate/monitoring.md).\n",
            .options = {home_option},
            .run = run};
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
#include "app/configured.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "app/home.hpp"
#include "cli/stop.hpp"

namespace muniment::app {
namespace {

namespace fs = std::filesystem;
constexpr const char* machine_file = "/etc/muniment/muniment.toml";

struct Place {
    fs::path file;
    bool named = false;
};

Place place_of(const std::string& option) {
    if (!option.empty()) return {fs::absolute(option), true};
    if (const char* set = std::getenv("MUNIMENT_CONFIG"); set && *set) return {fs::absolute(set), true};
    std::error_code failed;
    return {fs::exists(machine_file, failed) ? fs::path(machine_file) : fs::path(), false};
}

/// By --home or the environment; empty where nobody said.
fs::path home_said(const std::string& option) {
    if (!option.empty()) return fs::absolute(option).lexically_normal();
    const char* set = std::getenv("MUNIMENT_HOME");
    return set && *set ? fs::absolute(set).lexically_normal() : fs::path();
}

}  // namespace

std::string Configured::text_of(const config::Finding& finding) const {
    return file.string() + (finding.line > 0 ? ":" + std::to_string(finding.line) : "") + ": " + finding.text;
}

Result<Configured> read_configuration(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(config::configuration_bytes_max + 1, '\0');
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || (in.fail() && !in.eof())) return fail(Problem::not_found, "The configuration " + file.string() + " cannot be read.");
    text.resize(static_cast<std::size_t>(in.gcount()));
    return Configured{file, config::read(text)};
}

Result<Configured> configured(const cli::Arguments& given) {
    Configured found;
    const auto place = place_of(given.get("--config"));
    const auto home = home_said(given.get("--home"));
    if (!place.file.empty()) {
        TRY(found, read_configuration(place.file));
        if (!place.named && !home.empty() && home != fs::path(found.settings().home).lexically_normal()) found = {};
    }
    if (!home.empty()) {
        const std::vector said{home.string()};
        for (const auto& key : config::keys())
            if (key.flag == "--home")
                if (auto wrong = config::set(found.reading, key, said)) throw cli::Stop(cli::ExitCode::usage, *wrong);
    }
    for (const auto& key : config::keys()) {
        if (key.flag.empty() || key.flag == "--home" || !given.has(key.flag)) continue;
        if (auto wrong = config::set(found.reading, key, given.all(key.flag))) throw cli::Stop(cli::ExitCode::usage, *wrong);
    }
    return found;
}

std::unexpected<Error> refuse(const Configured& configured) {
    const auto& findings = configured.reading.findings;
    for (const auto& finding : findings) std::fprintf(stderr, "%s\n", configured.text_of(finding).c_str());
    return fail(Problem::conflict, std::to_string(findings.size()) + (findings.size() == 1 ? " thing stands" : " things stand") +
                                       " in the configuration " + configured.file.string() + " that cannot count");
}

std::vector<cli::Option> configuration_flags() {
    std::vector<cli::Option> options{
        {"--config", "FILE", "the configuration (else $MUNIMENT_CONFIG, else /etc/muniment/muniment.toml where there is one)"}};
    for (const auto& key : config::keys()) {
        if (key.flag.empty()) continue;
        auto help = std::string(key.help) + " [" + std::string(key.name.text()) + "]";
        options.push_back({.name = std::string(key.flag), .value = std::string(key.value), .help = std::move(help)});
    }
    return options;
}

std::optional<config::Settings> machine_settings() {
    const auto place = place_of("");
    if (place.file.empty()) return std::nullopt;
    auto found = read_configuration(place.file);
    if (!found) return std::nullopt;
    return found->settings();
}

}  // namespace muniment::app

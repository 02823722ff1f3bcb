// SPDX-License-Identifier: Apache-2.0
#include "app/reload.hpp"

#include <cstdio>

#include "app/say.hpp"
#include "base/journal_level.hpp"
#include "cli/stop.hpp"

namespace muniment::app {
namespace {

bool is_of_tls(const config::Key& key) { return key.name.text().starts_with("tls."); }

}  // namespace

Result<Configured> Reloading::fresh() const {
    try {
        return configured(given_);
    } catch (const cli::Stop& stop) {
        return fail(Problem::conflict, stop.what());
    }
}

/// Also where no path changed: what lies there may be a new one.
bool Reloading::take_certificate(const config::Settings& fresh) {
    auto pair = certificate_pair(fresh, home_);
    auto used = pair ? server_.use(*pair) : Result<void>(std::unexpected(pair.error()));
    if (!used) {
        std::fprintf(stderr, "muniment: NOT RELOADED, the former certificate stays: %s\n", used.error().text().c_str());
        journal(Level::error, "certificate.refused", {{"problem", used.error().problem}});
        return false;
    }
    say("Reloaded: certificate and key.");
    journal(Level::info, "certificate.reloaded");
    for (const auto& name : names_missing(fresh, *pair)) {
        say("The certificate does not speak for " + name + ", which people are to reach.");
        journal(Level::warning, "certificate.lacks-a-name");
    }
    return true;
}

void Reloading::reload() {
    auto read = fresh();
    if (!read || !read->reading.findings.empty()) {
        const auto error = read ? refuse(*read).error() : read.error();
        std::fprintf(stderr, "muniment: NOT RELOADED, all stays as it was: %s\n", error.text().c_str());
        journal(Level::error, "config.refused",
                {{"findings", read ? read->reading.findings.size() : 0}, {"line", read ? read->reading.findings.front().line : 0}});
        return;
    }
    const bool certificate_taken = take_certificate(read->settings());
    for (const auto* key : config::changed(running_.settings(), read->settings())) {
        if (is_of_tls(*key) && !certificate_taken) continue;
        if (key->effect == config::Effect::restart) {
            journal(Level::warning, "config.needs-restart", {{"key", key->name}});
            say("Changed, and counts after a restart: " + std::string(key->name.text()));
            continue;
        }
        key->put(running_.reading.settings, key->in(read->settings()));
        journal(Level::info, "config.reloaded", {{"key", key->name}});
        say("Reloaded: " + std::string(key->name.text()));
    }
    set_journal_level(*level_named(running_.settings().log_level));
}

}  // namespace muniment::app

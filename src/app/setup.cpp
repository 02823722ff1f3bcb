// SPDX-License-Identifier: Apache-2.0
// `muniment setup`: a new firm, founded in the browser. This process prints a one-time link, listens for whoever opens it, and serves
// the firm from then on.
#include <chrono>

#include "app/app.hpp"
#include "app/say.hpp"
#include "app/serve.hpp"
#include "app/setting_up.hpp"

namespace muniment::app {
namespace {

/// Where people reach it: by the first name that was configured, else by the address, and where that is every address by this machine's.
std::string link_to(const config::Settings& settings, std::uint16_t port, const std::string& secret) {
    auto at = settings;
    if (!settings.names.empty()) at.address = settings.names.front();
    else if (settings.address == "0.0.0.0" || settings.address == "::") at.address = "localhost";
    return address_of(at, port) + "/setup#" + secret;
}

void tell(const config::Settings& settings, const server::TlsFiles& tls, std::uint16_t port, const SettingUp& setting_up) {
    say("There is no firm yet. Open this link in a browser to found one; it works once, for an hour, while this runs:");
    say("    " + link_to(settings, port, setting_up.secret()));
    say("Whoever has the link founds the firm: give it to nobody.");
    if (auto pem = read_small_file(tls.certificate)) {
        if (auto facts = crypto::certificate_facts(*pem)) {
            say("The browser does not know this server's certificate. Go on only where it shows this fingerprint (SHA-256):");
            say("    " + facts->fingerprint);
        }
    }
}

enum class Ended : std::uint8_t { founded, over, stopped };

Ended wait_for_firm(const SettingUp& setting_up, const sigset_t& signals) {
    for (;;) {
        timespec wait{0, 200'000'000};
        int signal = ::sigtimedwait(&signals, nullptr, &wait);
        if (setting_up.founded()) return Ended::founded;
        if (signal == SIGTERM || signal == SIGINT) return Ended::stopped;
        if (setting_up.over()) return Ended::over;
    }
}

Result<int> set_up(const cli::Arguments& given) {
    TRY(auto by, configured(given));
    if (!by.reading.findings.empty()) return refuse(by);
    const auto settings = by.settings();
    Home home{.folder = std::filesystem::absolute(settings.home), .slots = given.all("--slot"), .trial = given.has("--trial"),
              .control_socket = settings.control_socket};
    if (home.slots.empty() && home.trial) home.slots = {"slots/a", "slots/b"};
    if (home.slots.size() == 1)
        return usage("A firm needs at least two slots, in different places: give --slot twice, or name both in the browser.");
    const auto signals = begin_process(settings);
    SystemClock clock;
    TRY(auto new_home, NewHome::at(home.folder));
    CHECK(make_certificates(home, settings.names, clock.now()));
    TRY(auto tls, certificate_pair(settings, home.folder));
    SettingUp setting_up(std::move(new_home), home, settings, clock);
    TRY(auto server, server::Server::start(listening(settings, tls), setting_up.door(), clock));
    tell(settings, tls, server->port(), setting_up);
    const auto ended = wait_for_firm(setting_up, signals);
    if (ended != Ended::founded) {
        server->drain();
        // It may have been founded by a request that was under way.
        if (!setting_up.founded()) {
            say(ended == Ended::over ? "The hour is over, and nothing was founded. Run this again for a new link."
                                     : "Stopped; nothing was founded.");
            return 1;
        }
    }
    say("A firm was founded at " + home.folder.string() + ", and is served until this is stopped. Then `muniment serve` serves it.");
    TRY(home, Home::open(home.folder));
    home.control_socket = settings.control_socket;
    return serve_until_stopped(*setting_up.founded(), home, *server, {given, std::move(by), tls, signals});
}

int run(const cli::Arguments& given) {
    auto ended = set_up(given);
    return ended ? *ended : failed(ended.error());
}

}  // namespace

cli::Command setup_command() {
    auto options = configuration_flags();
    options.push_back({"--slot", "DIR", "a slot's folder, given twice or more; without it they are named in the browser", false, true});
    options.push_back({"--trial", "", "for trying out: both slots in the home folder"});
    return {.name = "setup",
            .line = "Found a firm in the browser, from a one-time link",
            .text =
                "Prints a link, and listens where `muniment serve` would. At the link a page leads through the founding: the firm's\n"
                "name, how it is unlocked, recovery shares on paper, the first administrator with password and second factor.\n"
                "Whoever opened the link is signed in then, and this process serves the firm until it is stopped.\n\n"
                "The link's secret stands behind its #, so that no browser sends it with an address; it is in this process's memory\n"
                "alone, and worth nothing after an hour, once the firm is founded, or when this ends. Until the firm is founded\n"
                "nothing is: where it is cut off, run it again. Rows in PostgreSQL and papers in a bucket need `muniment init`.\n\n"
                "Example:\n  runuser -u muniment -- muniment setup --slot /mnt/site-a/slot --slot /mnt/site-b/slot\n",
            .options = std::move(options),
            .run = run};
}

}  // namespace muniment::app

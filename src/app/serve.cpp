// SPDX-License-Identifier: Apache-2.0
// `muniment serve`: until SIGTERM or Ctrl-C. SIGHUP reads the certificate again.
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "app/app.hpp"
#include "app/say.hpp"
#include "app/serving.hpp"
#include "app/upkeep.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"
#include "server/http/http.hpp"

namespace muniment::app {
namespace {

using namespace std::chrono_literals;

/// No core file, and no swap where the system lets us: what is opened is in memory only.
void guard_memory() {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
    rlimit locked{};
    ::getrlimit(RLIMIT_MEMLOCK, &locked);
    bool may = ::geteuid() == 0 || locked.rlim_cur == RLIM_INFINITY;
    // Pages are locked as they are touched, so that untouched stacks cost nothing.
    if (may && ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) journal(Level::warning, "memory.not-locked");
}

/// A descriptor for each connection that is let in, and some for what works for them. Where the system gives fewer, fewer are let
/// in: strangers who hold all of them would otherwise keep the database and the packs from being opened.
void guard_descriptors(server::Limits& allowed) {
    rlimit open{};
    ::getrlimit(RLIMIT_NOFILE, &open);
    const rlim_t wanted = allowed.connections + limits::descriptors_besides_max;
    if (open.rlim_cur < wanted) {
        open.rlim_cur = std::min(open.rlim_max, wanted);
        ::setrlimit(RLIMIT_NOFILE, &open);
        ::getrlimit(RLIMIT_NOFILE, &open);
    }
    if (open.rlim_cur >= wanted) return;
    const std::size_t left = open.rlim_cur - std::min<rlim_t>(open.rlim_cur / 2, limits::descriptors_besides_max);
    allowed.connections = left;
    allowed.connections_per_source = std::min(allowed.connections_per_source, std::max<std::size_t>(left / 4, 1));
    journal(Level::warning, "descriptors.few", {{"connections", left}});
}

sigset_t wait_for_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);   // before any thread starts, so that none of them is interrupted
    ::signal(SIGPIPE, SIG_IGN);
    return set;
}

void tell(const Home& home, const server::Config& config, std::uint16_t port, const Serving& serving) {
    bool open = serving.is_open();
    auto host = config.address.find(':') == std::string::npos ? config.address : "[" + config.address + "]";
    say("Muniment " + std::string(open ? "is open" : "runs, LOCKED,") + " at https://" + host + ":" + std::to_string(port));
    if (auto pem = read_small_file(config.certificate_file)) {
        if (auto facts = crypto::certificate_facts(*pem)) say("Certificate fingerprint (SHA-256): " + facts->fingerprint);
    }
    say("Data: " + home.data().string() + (home.postgresql.empty() ? "" : ", rows in PostgreSQL"));
    if (home.bucket) say("Papers: " + home.bucket->text());
    if (auto copy = serving.is_no_firm()) say(*copy);
    if (!open) say("Nobody can read anything until somebody runs: muniment unlock --home " + home.folder.string());
    if (home.trial)
        say("For trying out only: the key file and both slots lie on the same disk as the data, so whoever takes it can read "
            "it.");
    say("There is no backup yet: what happens to this disk happens to the firm.");
}

/// Until a signal ends it; the checks in between, and what the heap no longer uses goes back to the system.
void work(Serving& serving, server::Server& server, const sigset_t& signals, std::chrono::seconds check_every) {
    auto next = std::chrono::steady_clock::now() + check_every;
    constexpr int trim_every = 30;
    int seconds = 0;
    bool warned = false;
    for (;;) {
        timespec wait{1, 0};
        int signal = ::sigtimedwait(&signals, nullptr, &wait);
        if (++seconds % trim_every == 0) ::malloc_trim(0);
        serving.look();
        if (signal == SIGTERM || signal == SIGINT) {
            // Once, so that somebody reads it; whoever sends the signal again means it.
            auto lost = warned ? std::nullopt : serving.would_lose();
            if (!lost) return;
            warned = true;
            std::fprintf(stderr, "muniment: NOT STOPPED: %s. The same signal once more stops it all the same.\n", lost->c_str());
        }
        if (signal == SIGHUP) {
            auto reloaded = server.reload_certificate();
            say(reloaded ? "Reloaded: certificate and key." : "Not reloaded, the former certificate stays: " + reloaded.error().text());
        }
        if (std::chrono::steady_clock::now() >= next) {
            serving.check();
            next = std::chrono::steady_clock::now() + check_every;
        }
    }
}

Result<int> serve(const cli::Arguments& given) {
    TRY(auto home, Home::open(home_folder(given.get("--home"))));
    auto signals = wait_for_signals();
    guard_memory();
    TRY(auto stores, Stores::open(home, storage::Missing::refuse, storage::Others::admit));
    std::chrono::seconds check_every(given.number("--check-seconds", 3600, 1, 86'400));
    Serving serving(home, std::move(stores), check_every);
    if (!given.has("--locked")) {
        auto opened = serving.unlock_itself();
        if (!opened && opened.error().problem != Problem::locked) {
            // The server still answers, so that people read what happened; the door stays shut.
            std::fprintf(stderr, "muniment: ALARM: %s\n", opened.error().text().c_str());
        }
    }
    server::Config config{.address = given.get("--address", "127.0.0.1"),
                          .port = static_cast<std::uint16_t>(given.number("--port", 8443, 0, 65535)),
                          .certificate_file = given.get("--certificate", home.tls("server.pem").string()),
                          .key_file = given.get("--key", home.tls("server.key").string()),
                          .allow_tls12 = given.has("--allow-tls12"),
                          .loops = static_cast<unsigned>(given.number("--loops", server::Config{}.loops, 1, 64)),
                          .workers = static_cast<unsigned>(given.number("--workers", server::Config{}.workers, 1, 256))};
    guard_descriptors(config.limits);
    TRY(auto server, server::Server::start(config, serving.door(), serving.clock()));
    TRY(auto control, Control::listen(home.control(), [&](const auto& question) { return serving.answer(question); }));
    tell(home, config, server->port(), serving);
    auto upkeep = std::make_unique<Upkeep>(serving, check_every);
    work(serving, *server, signals, check_every);
    say("Stopping: what is under way may end.");
    control.reset();
    upkeep.reset();
    bool drained = server->drain();
    serving.lock();
    say(drained ? "Stopped." : "Stopped; some transfers were cut off.");
    return 0;
}

int run(const cli::Arguments& given) {
    auto ended = serve(given);
    return ended ? *ended : failed(ended.error());
}

}  // namespace

cli::Command serve_command() {
    return {.name = "serve",
            .line = "Serve the firm of a home folder over HTTPS",
            .text = "Runs until SIGTERM or Ctrl-C, and then lets what is under way end. SIGHUP reads certificate and key again.\n"
                    "Where the home folder holds no key file, the server starts locked: `muniment unlock` opens it.\n",
            .options = {{"--home", "DIR", "the home folder (else $MUNIMENT_HOME, else /var/lib/muniment)"},
                        {"--address", "ADDRESS", "numeric address to listen on (default: 127.0.0.1)"},
                        {"--port", "PORT", "default: 8443; 0 takes any that is free"},
                        {"--certificate", "FILE", "PEM chain, in place of the local one"},
                        {"--key", "FILE", "PEM key of that certificate"},
                        {"--allow-tls12", "", "also take TLS 1.2 (default: 1.3 only)"},
                        {"--locked", "", "start locked although there is a key file"},
                        {"--loops", "N", "threads that encrypt and decrypt (default: one for each two processors)"},
                        {"--workers", "N", "threads that do the work of requests (default: 32)"},
                        {"--check-seconds", "N", "how often slots and rows are checked (default: 3600)"}},
            .run = run};
}

}  // namespace muniment::app

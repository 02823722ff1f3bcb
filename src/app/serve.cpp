// SPDX-License-Identifier: Apache-2.0
// `muniment serve`: until SIGTERM or Ctrl-C. SIGHUP reads configuration and certificate again (reload.cpp).
#include "app/serve.hpp"

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
#include "app/asking.hpp"
#include "app/credential.hpp"
#include "app/metrics/listener.hpp"
#include "app/notify.hpp"
#include "app/reload.hpp"
#include "app/say.hpp"
#include "app/serving.hpp"
#include "app/upkeep.hpp"
#include "base/journal_level.hpp"
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

void tell(const Home& home, const Configured& by, const server::TlsFiles& tls, std::uint16_t port, const Serving& serving) {
    bool open = serving.is_open();
    say("Muniment " + std::string(open ? "is open" : "runs, LOCKED,") + " at " + address_of(by.settings(), port));
    if (auto pem = read_small_file(tls.certificate)) {
        if (auto facts = crypto::certificate_facts(*pem)) say("Certificate fingerprint (SHA-256): " + facts->fingerprint);
    }
    say("Data: " + home.data().string() + (home.postgresql.empty() ? "" : ", rows in PostgreSQL"));
    if (home.bucket) say("Papers: " + home.bucket->text());
    if (!by.file.empty()) say("Configuration: " + by.file.string());
    for (const auto& name : names_missing(by.settings(), tls))
        say("The certificate does not speak for " + name + ", which people are to reach.");
    if (auto copy = serving.is_no_firm()) say(*copy);
    if (!open) say("Nobody can read anything until somebody runs: muniment unlock --home " + home.folder.string());
    if (home.trial)
        say("For trying out only: the key file and both slots lie on the same disk as the data, so whoever takes it can read "
            "it.");
    say("There is no backup yet: what happens to this disk happens to the firm.");
}

/// Until a signal ends it; the checks in between, and what the heap no longer uses goes back to the system.
void work(Serving& serving, Reloading& by, const sigset_t& signals) {
    auto next = std::chrono::steady_clock::now() + by.check_every();
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
            notify_systemd("EXTEND_TIMEOUT_USEC=60000000");
            std::fprintf(stderr, "muniment: NOT STOPPED: %s. The same signal once more stops it all the same.\n", lost->c_str());
        }
        else if (warned) {
            // It is to stop, and does as soon as nothing is lost by it. Until then systemd is asked for more time, each second.
            if (!serving.would_lose()) return;
            notify_systemd("EXTEND_TIMEOUT_USEC=60000000");
        }
        if (signal == SIGHUP) {
            by.reload();
            serving.checkup().go_by(by.settings());
        }
        if (std::chrono::steady_clock::now() >= next) {
            serving.check();
            next = std::chrono::steady_clock::now() + by.check_every();
        }
    }
}

/// By the passphrase where one was configured, else by the key file where there is one; `locked` where there is neither.
Result<void> unlock_itself(Serving& serving, const Home& home, const config::Settings& settings) {
    if (settings.passphrase.empty()) return serving.unlock_itself();
    TRY(auto file, credential_file(settings.passphrase));
    TRY(auto passphrase, passphrase_in_file(file));
    auto roots = roots_by_passphrase(home, passphrase);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(passphrase.data()), passphrase.size()});
    if (!roots) return std::unexpected(roots.error());
    return serving.unlock(std::move(*roots));
}

/// Locked, it still answers, so that people read what happened; the door stays shut.
void open_door(Serving& serving, const Home& home, const config::Settings& settings) {
    if (settings.start_locked) return;
    auto opened = unlock_itself(serving, home, settings);
    if (!opened && opened.error().problem != Problem::locked)
        std::fprintf(stderr, "muniment: ALARM: %s\n", opened.error().text().c_str());
}

Result<int> serve(const cli::Arguments& given) {
    TRY(auto by, configured(given));
    if (!by.reading.findings.empty()) return refuse(by);
    const auto& settings = by.settings();
    TRY(auto home, Home::open(settings.home));
    home.control_socket = settings.control_socket;
    TRY(auto tls, certificate_pair(settings, home.folder));
    const auto signals = begin_process(settings);
    TRY(auto stores, Stores::open(home, storage::Missing::refuse, storage::Others::admit));
    Serving serving(home, std::move(stores), settings);
    open_door(serving, home, settings);
    TRY(auto server, server::Server::start(listening(settings, tls), serving.door(), serving.clock()));
    return serve_until_stopped(serving, home, *server, {given, std::move(by), tls, signals});
}

int run(const cli::Arguments& given) {
    auto ended = serve(given);
    return ended ? *ended : failed(ended.error());
}

}  // namespace

sigset_t begin_process(const config::Settings& settings) {
    set_journal_level(*level_named(settings.log_level));
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);   // before any thread starts, so that none of them is interrupted
    ::signal(SIGPIPE, SIG_IGN);
    guard_memory();
    return set;
}

server::Config listening(const config::Settings& settings, const server::TlsFiles& tls) {
    server::Config config{.address = settings.address,
                          .port = static_cast<std::uint16_t>(settings.port),
                          .tls = tls,
                          .workers = static_cast<unsigned>(settings.workers)};
    if (settings.loops > 0) config.loops = static_cast<unsigned>(settings.loops);
    config.limits.connections = settings.connections;
    config.limits.connections_per_source = settings.connections_per_source;
    guard_descriptors(config.limits);
    return config;
}

std::string address_of(const config::Settings& settings, std::uint16_t port) {
    const auto& address = settings.address;
    auto host = address.find(':') == std::string::npos ? address : "[" + address + "]";
    return "https://" + host + ":" + std::to_string(port);
}

Result<int> serve_until_stopped(Serving& serving, const Home& home, server::Server& server, Started started) {
    TRY(auto control, Control::listen(home.control(), [&](const auto& question) { return serving.answer(question); }));
    std::unique_ptr<MetricsListener> watched;
    if (started.by.settings().metrics_port > 0) {
        TRY(watched, MetricsListener::listen(static_cast<std::uint16_t>(started.by.settings().metrics_port), [&] {
            auto measured = serving.measure();
            measured.connections = server.connections();
            return metrics(measured, serving.door().tally());
        }));
    }
    tell(home, started.by, started.tls, server.port(), serving);
    serving.checkup().go_by(started.by.settings());
    Reloading reloading(started.given, std::move(started.by), server, home.folder);
    auto upkeep = std::make_unique<Upkeep>(serving, reloading.check_every());
    notify_systemd("READY=1");
    work(serving, reloading, started.signals);
    notify_systemd("STOPPING=1");
    say("Stopping: what is under way may end.");
    control.reset();
    watched.reset();
    upkeep.reset();
    bool drained = server.drain();
    serving.lock();
    say(drained ? "Stopped." : "Stopped; some transfers were cut off.");
    return 0;
}

cli::Command serve_command() {
    return {.name = "serve",
            .line = "Serve the firm of a home folder over HTTPS",
            .text = "Runs until SIGTERM or Ctrl-C, and then lets what is under way end. What may be said here may also stand in the\n"
                    "configuration, under the name in brackets; flags stand over it. SIGHUP reads it again, with certificate and key, and\n"
                    "says in the log what counts at once and what needs a restart; where something is wrong, nothing changes.\n"
                    "Where there is neither key file nor passphrase, the server starts locked: `muniment unlock` opens it.\n",
            .options = configuration_flags(),
            .run = run};
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// How a process serves: what `muniment serve` and `muniment setup` have in common.
#pragma once
#include <signal.h>

#include "app/certificate_pair.hpp"
#include "app/configured.hpp"
#include "app/serving.hpp"

namespace muniment::app {

/// Before anything secret is in memory and any thread runs: no core file, memory locked, signals kept for whoever waits for them.
sigset_t begin_process(const config::Settings& settings);

server::Config listening(const config::Settings& settings, const server::TlsFiles& tls);
/// "https://[::]:8443"
std::string address_of(const config::Settings& settings, std::uint16_t port);

struct Started {
    cli::Arguments given;
    Configured by;
    server::TlsFiles tls;
    sigset_t signals;
};
/// Gives the exit code. The server's handler is, or leads to, the door of `serving`.
Result<int> serve_until_stopped(Serving& serving, const Home& home, server::Server& server, Started started);

}  // namespace muniment::app

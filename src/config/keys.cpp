// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/limits.hpp"
#include "config/config.hpp"

namespace muniment::config {
namespace {

const std::array table{
    Key{.name = "home", .member = &Settings::home, .effect = Effect::restart,
        .help = "The home folder of the firm: what `muniment init` made. $MUNIMENT_HOME stands over it, --home over both.",
        .flag = "--home", .value = "DIR"},

    Key{.name = "listen.address", .member = &Settings::address, .effect = Effect::restart,
        .help = "Numeric address to listen on. 127.0.0.1 is this machine alone, 0.0.0.0 every address of IPv4, :: every one of both.",
        .flag = "--address", .value = "ADDRESS", .shape = Shape::address},
    Key{.name = "listen.port", .member = &Settings::port, .effect = Effect::restart,
        .help = "Port to listen on; 0 takes any that is free.", .flag = "--port", .value = "PORT", .high = 65'535},
    Key{.name = "listen.names", .member = &Settings::names, .effect = Effect::at_once,
        .help = "Names and addresses by which people reach the server. `muniment init` makes its certificate for them, and a "
                "certificate that lacks one is told at the start.",
        .shape = Shape::host},
    Key{.name = "listen.connections", .member = &Settings::connections, .effect = Effect::restart,
        .help = "Connections at once; one more is closed.", .low = 16, .high = limits::connections_max},
    Key{.name = "listen.connections_per_source", .member = &Settings::connections_per_source, .effect = Effect::restart,
        .help = "Of them, how many from one address. Behind a reverse proxy all come from one.", .low = 1,
        .high = limits::connections_max},

    Key{.name = "tls.certificate", .member = &Settings::certificate, .effect = Effect::at_once,
        .help = "PEM file with the certificate and those that lead to its authority, the server's own first.",
        .flag = "--certificate", .value = "FILE", .shape = Shape::credential, .unset = "tls/server.pem in the home folder"},
    Key{.name = "tls.key", .member = &Settings::key, .effect = Effect::at_once,
        .help = "PEM file with the key of that certificate, not readable by others; or systemd:NAME, a credential that the unit loads.",
        .flag = "--key", .value = "FILE", .shape = Shape::credential, .unset = "tls/server.key in the home folder"},
    Key{.name = "tls.allow_tls12", .member = &Settings::allow_tls12, .effect = Effect::at_once,
        .help = "Also take TLS 1.2, for clients that know no 1.3.", .flag = "--allow-tls12"},

    Key{.name = "unlock.passphrase", .member = &Settings::passphrase, .effect = Effect::restart,
        .help = "Where the passphrase lies by which the server unlocks itself when it starts: a file that only it can read, or "
                "systemd:NAME. Whoever gets it and this machine's disk reads everything; without it people unlock.",
        .flag = "--passphrase-file", .value = "FILE", .shape = Shape::credential, .unset = "the key file, where the home folder has one"},
    Key{.name = "unlock.start_locked", .member = &Settings::start_locked, .effect = Effect::restart,
        .help = "Start locked although there is a key file or a passphrase.", .flag = "--locked"},

    Key{.name = "control.socket", .member = &Settings::control_socket, .effect = Effect::restart,
        .help = "The socket by which `muniment unlock`, `lock` and `keys` reach the server.", .flag = "--control-socket",
        .value = "FILE", .unset = "control.sock in the home folder"},

    Key{.name = "log.level", .member = &Settings::log_level, .effect = Effect::at_once,
        .help = "What the operations log leaves out: lines below this one of debug, info, warning, error.",
        .flag = "--log-level", .value = "LEVEL", .shape = Shape::level},

    Key{.name = "metrics.port", .member = &Settings::metrics_port, .effect = Effect::restart,
        .help = "Numbers for Prometheus at http://127.0.0.1:PORT/metrics, without a name or an id; 0 is off. To this machine alone, since "
                "how busy which route is tells something of a firm.",
        .flag = "--metrics-port", .value = "PORT", .high = 65'535},

    Key{.name = "work.loops", .member = &Settings::loops, .effect = Effect::restart,
        .help = "Threads that encrypt and decrypt what goes over the network.", .flag = "--loops", .value = "N", .high = 64,
        .unset = "one for each two processors"},
    Key{.name = "work.workers", .member = &Settings::workers, .effect = Effect::restart,
        .help = "Threads that do the work of requests.", .flag = "--workers", .value = "N", .low = 1, .high = 256},
    Key{.name = "work.check_seconds", .member = &Settings::check_seconds, .effect = Effect::at_once,
        .help = "How often slots and the rows of the gate are checked.", .flag = "--check-seconds", .value = "N", .low = 1,
        .high = 86'400},
};

}  // namespace

std::span<const Key> keys() { return table; }

Value Key::in(const Settings& settings) const {
    return std::visit([&](auto of) { return Value(settings.*of); }, member);
}

void Key::put(Settings& settings, const Value& said) const {
    std::visit([&](auto of) { settings.*of = std::get<std::remove_cvref_t<decltype(settings.*of)>>(said); }, member);
}

std::string Key::wanted() const {
    if (std::holds_alternative<bool Settings::*>(member)) return "true or false";
    if (std::holds_alternative<std::uint64_t Settings::*>(member))
        return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    switch (shape) {
        case Shape::path: return "the path of a file or folder, from / on, in quotes";
        case Shape::credential: return "the path of a file, from / on, or systemd:NAME, in quotes";
        case Shape::address: return "a numeric address like \"127.0.0.1\" or \"::\"";
        case Shape::host: return "a list of names or addresses, like [\"muniment.example.org\"]";
        case Shape::level: return "one of \"debug\", \"info\", \"warning\", \"error\"";
    }
    die("a shape that does not exist");
}

Origin Reading::origin(const Key& key) const {
    auto found = origins.find(key.name.text());
    return found == origins.end() ? Origin{} : found->second;
}

std::vector<const Key*> changed(const Settings& before, const Settings& after) {
    std::vector<const Key*> list;
    for (const auto& key : keys())
        if (key.in(before) != key.in(after)) list.push_back(&key);
    return list;
}

}  // namespace muniment::config

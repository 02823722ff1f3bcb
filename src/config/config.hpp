// SPDX-License-Identifier: Apache-2.0
// The machine's configuration: /etc/muniment/muniment.toml, and the flags of `muniment serve` over it.
//
// For        Whoever starts the program: read() what a file says, set() what was typed over it, and take the Settings.
// Promises   One table (keys.cpp) says all: what may stand in the file, which flag it is, what the commented file, the command
//            line's help and docs/operate/configuration.md say of it. Whatever does not fit is a Finding with its line, and all
//            of them are found in one reading. A Finding never repeats a value: somebody may have pasted a secret.
// Assumes    The file is small (configuration_bytes_max); the caller reads it.
// Does not   Open files or look at the machine; hold a secret, or read one from the environment; decide the firm's policy.
// Read next  keys.cpp (the table), read.cpp (TOML)
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::config {

inline constexpr std::size_t configuration_bytes_max = 64 * 1024;
inline constexpr std::size_t findings_max = 100;              // of one reading; who has more looks at the first hundred
inline constexpr std::size_t names_max = 64;

/// What holds where nobody said anything stands here. An empty text means what Key::unset says.
struct Settings {
    std::string home = "/var/lib/muniment";
    std::string address = "127.0.0.1";
    std::uint64_t port = 8443;
    std::vector<std::string> names;
    std::uint64_t connections = limits::connections_max;
    std::uint64_t connections_per_source = limits::connections_per_source_max;
    std::string certificate, key;
    bool allow_tls12 = false;
    bool start_locked = false;
    std::string passphrase;
    std::string control_socket;
    std::string log_level = "info";
    std::uint64_t metrics_port = 0;
    std::uint64_t loops = 0;
    std::uint64_t workers = limits::http_workers;
    std::uint64_t check_seconds = 3'600;

    bool operator==(const Settings&) const = default;
};

using Member = std::variant<std::string Settings::*, std::uint64_t Settings::*, bool Settings::*, std::vector<std::string> Settings::*>;
using Value = std::variant<std::string, std::uint64_t, bool, std::vector<std::string>>;

/// What a text must look like.
enum class Shape : std::uint8_t {
    path,          ///< absolute
    credential,    ///< where it lies, not itself: an absolute path, or systemd:NAME
    address,       ///< numeric, of IPv4 or IPv6
    host,          ///< a DNS name or an address
    level,         ///< of the operations log
};

enum class Effect : std::uint8_t { at_once, restart };        ///< when SIGHUP finds it changed

struct Key {
    Literal name;                                             ///< "listen.port"
    Member member;
    Effect effect;
    std::string_view help;                                    ///< a sentence or two
    std::string_view flag = {}, value = {};                   ///< of `muniment serve`: "--port", "PORT"
    Shape shape = Shape::path;
    std::uint64_t low = 0, high = 0;                          ///< of a number
    std::string_view unset = {};                              ///< what an empty text, or 0, stands for

    Value in(const Settings& settings) const;
    void put(Settings& settings, const Value& said) const;    ///< one that fits (fits.hpp)
    /// As it may be written: "a whole number from 1 to 64".
    std::string wanted() const;
};
/// By sections, in the order in which people read them.
std::span<const Key> keys();

/// What is wrong, where: 0 where no line can be named.
struct Finding {
    unsigned line = 0;
    std::string text;
};

struct Origin {
    enum class From : std::uint8_t { standard, file, flag } from = From::standard;
    unsigned line = 0;                                        ///< in the file
};

/// Settings, and where each of them comes from. Where there are findings, what they speak of is as if it had not been said.
struct Reading {
    Settings settings;
    std::map<std::string_view, Origin> origins;               ///< by Key::name; those that nobody set are not there
    std::vector<Finding> findings;                            ///< by line

    Origin origin(const Key& key) const;
};

/// Whatever bytes stand in the file.
Reading read(std::string_view text);
/// What was typed for a flag, over what the file said; for a truth, nothing. Gives what is wrong with it.
std::optional<std::string> set(Reading& reading, const Key& key, std::span<const std::string> typed);

/// As TOML: `8443`, `"/etc/x"`, `["a", "b"]`.
std::string written(const Value& value);
/// The file that is installed: every key, explained, and commented out with what holds without it.
std::string commented_file();
/// Settings whose values differ, in the order of keys().
std::vector<const Key*> changed(const Settings& before, const Settings& after);

}  // namespace muniment::config

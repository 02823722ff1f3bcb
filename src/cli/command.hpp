// SPDX-License-Identifier: Apache-2.0
// The command line: what a command is, and how a program is made of commands.
//
// For        Whoever adds a command: describe it as a Command and hand a list of them to main_of(). muniment-cli has the ones
// that
//            talk to a server (client_commands()); muniment adds the local ones (src/app).
// Promises   --help of each command is made from its description. Exit codes are those of ExitCode, for every command.
//            Whatever a command throws or returns ends as one line on stderr and an exit code, never as a crash.
// Assumes    `run` gets only arguments that its options describe: required ones are there, numbers are checked by `run`.
// Does not   Show CLI11 to anybody: it compiles slowly, so one source includes it (main_of.cpp).
// Read next  stop.hpp (how a command fails), api.hpp (how it talks to the server), commands/ (all of them)
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace muniment::cli {

/// Documented in --help and docs/cli.md: scripts depend on them.
enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,
    partly_failed = 3,    ///< some files went through, others did not; they are listed on stderr
    denied = 4,
    not_signed_in = 5,
    unreachable = 6,      ///< no connection, or not to the server whose certificate was confirmed at login
    locked = 7,           ///< the server runs, but nobody has unlocked the strongroom
};

struct Option {
    std::string name;          ///< "--sign-in"; without dashes it is positional, in the order given
    std::string value = {};    ///< in the help: "NAME"; "A B" takes two, "NAME…" all up to the next option; empty: a flag
    std::string help = {};
    bool required = false;
    bool many = false;         ///< may be given several times; of positionals one at most
    char letter = 0;           ///< 'o' for "-o"
};

/// What was typed, by the names of the options.
class Arguments {
  public:
    using Values = std::map<std::string, std::vector<std::string>, std::less<>>;
    explicit Arguments(Values values = {}) : values_(std::move(values)) {}

    bool has(std::string_view name) const { return values_.contains(name); }
    std::string get(std::string_view name, std::string fallback = {}) const;
    std::optional<std::string> find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    /// Stop(usage) unless it is a number from `low` to `high`.
    std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) const;

    // What every command takes.
    bool json() const { return has("--json"); }
    std::string profile() const { return get("--profile", "default"); }

  private:
    Values values_;
};

struct Command {
    std::string name;              ///< "put", or nouns and verb: "user add", "matter team add"
    std::string line;              ///< one line of help
    std::string text = {};         ///< more of it, with examples
    std::vector<Option> options = {};
    std::function<int(const Arguments&)> run = {};   ///< empty: a noun, described for what stands beneath it ("user")
    bool common = true;            ///< takes --json and --profile
};

/// The commands that talk to a server.
std::span<const Command> client_commands();

/// Parses, runs, and gives the exit code.
int main_of(std::span<const Command> commands, int argc, char** argv);
/// main() of muniment-cli.
int run_client(int argc, char** argv);

/// What --help says of exit codes.
std::string exit_codes_help();

}  // namespace muniment::cli

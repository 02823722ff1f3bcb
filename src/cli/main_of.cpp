// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/pages.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

/// Where CLI11 puts what was typed for one option.
struct Slot {
    const Option* option;
    std::vector<std::string> values;
    CLI::Option* parsed = nullptr;
};

/// One command as CLI11 knows it.
struct Bound {
    const Command* command;
    CLI::App* app;
    std::deque<Slot> slots;    // CLI11 keeps references into it
};

/// "A B" stands for two words.
int words_of(std::string_view value) { return static_cast<int>(1 + std::ranges::count(value, ' ')); }

void bind(Bound& bound, const Option& option) {
    auto& slot = bound.slots.emplace_back(Slot{&option, {}});
    const bool positional = !option.name.starts_with("-");
    const auto spelled = option.letter ? std::string("-") + option.letter + "," + option.name : option.name;
    if (!positional && option.value.empty()) {
        slot.parsed = bound.app->add_flag(spelled, option.help);
        return;
    }
    slot.parsed = bound.app->add_option(spelled, slot.values, option.help)->required(option.required);
    slot.parsed->type_name(option.value);
    const bool greedy = option.value.ends_with("…") || (option.many && positional);
    // Else a list takes every word that follows, positionals too.
    slot.parsed->allow_extra_args(greedy);
    if (greedy) slot.parsed->expected(option.required || !positional ? 1 : 0, -1);
    else if (option.many) slot.parsed->expected(1)->take_all();
    else slot.parsed->expected(positional ? 1 : words_of(option.value))->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

Arguments arguments_of(const Bound& bound) {
    Arguments::Values values;
    for (const auto& slot : bound.slots)
        if (slot.parsed->count() > 0) values[slot.option->name] = slot.values;
    return Arguments(std::move(values));
}

/// The Apps of commands and, above them, of their nouns.
class Tree {
  public:
    explicit Tree(CLI::App& root) : root_(root) {}
    bool has(const std::string& word) const { return made_.contains(word); }
    CLI::App* at(const std::string& name) {
        if (auto found = made_.find(name); found != made_.end()) return found->second;
        const auto blank = name.rfind(' ');
        if (blank == std::string::npos) return made_[name] = root_.add_subcommand(name);
        auto* noun = at(name.substr(0, blank));
        noun->require_subcommand(1);
        return made_[name] = noun->add_subcommand(name.substr(blank + 1));
    }

  private:
    CLI::App& root_;
    std::map<std::string, CLI::App*> made_;
};

int run(const Bound& bound) {
    const auto arguments = arguments_of(bound);
    try {
        return bound.command->run(arguments);
    } catch (const Stop& stop) {
        print_error(stop.what(), arguments.json() ? stop.problem() : "");
        return static_cast<int>(stop.code());
    } catch (const std::exception& error) {
        print_error(std::string("Something went wrong on this computer: ") + error.what());
        return static_cast<int>(ExitCode::failed);
    }
}

}  // namespace

int main_of(std::span<const Command> commands, int argc, char** argv) {
    CLI::App root("Muniment: a law firm's strongroom.");
    root.require_subcommand(1);
    root.set_help_flag("--help,-h", "print this help");
    root.get_formatter()->column_width(34);
    root.footer("COMMAND --help says more of each, with examples.\n\n" + exit_codes_help());
    Tree tree(root);
    std::deque<Bound> bounds;
    for (const auto& command : commands) {
        auto& bound = bounds.emplace_back(Bound{&command, tree.at(command.name), {}});
        bound.app->description(command.line);
        bound.app->footer(command.text.empty() ? exit_codes_help() : command.text + "\n\n" + exit_codes_help());
        if (!command.run) continue;
        for (const auto& option : command.options) bind(bound, option);
        if (command.common)
            for (const auto& option : common_options()) bind(bound, option);
    }
    if (argc > 1 && argv[1][0] != '-' && !tree.has(argv[1])) {
        print_error("There is no command “" + std::string(argv[1]) + "”; --help lists all.");
        return static_cast<int>(ExitCode::usage);
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
        root.exit(error);
        return static_cast<int>(asked ? ExitCode::ok : ExitCode::usage);
    }
    for (const auto& bound : bounds)
        if (bound.command->run && bound.app->parsed()) return run(bound);
    return static_cast<int>(ExitCode::usage);
}

}  // namespace muniment::cli

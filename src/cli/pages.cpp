// SPDX-License-Identifier: Apache-2.0
#include "cli/pages.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

int print_manual(const std::string& program, std::span<const Command> commands, const Arguments& given) {
    const auto pages = manual_pages(program, commands);
    if (auto folder = given.find("--folder")) {
        for (const auto& [name, page] : pages) {
            std::ofstream out(std::filesystem::path(*folder) / (name + ".1"), std::ios::binary);
            if (!(out << page).flush()) throw Stop(ExitCode::failed, "The page " + name + ".1 cannot be written in " + *folder + ".");
        }
        return 0;
    }
    auto found = pages.find(given.has("WORD") ? program + "-" + given.get("WORD") : program);
    if (found == pages.end()) usage("No command begins with “" + given.get("WORD") + "”.");
    std::cout << found->second << std::flush;
    return 0;
}

int print_completion(const std::string& program, std::span<const Command> commands, const Arguments& given) {
    const auto shell = given.get("SHELL");
    if (shell == "bash") std::cout << bash_completion(program, commands) << std::flush;
    else if (shell == "zsh") std::cout << zsh_completion(program, commands) << std::flush;
    else usage("Completion is there for bash and zsh.");
    return 0;
}

}  // namespace

const std::vector<Option>& common_options() {
    static const std::vector<Option> options = {
        {.name = "--json", .help = "print JSON, for programs"},
        {.name = "--profile", .value = "NAME", .help = "the sign-in to use, where you have several (default: default)"},
    };
    return options;
}

std::vector<Command> page_commands(const std::string& program, std::vector<Command> commands) {
    const auto nothing = [](const Arguments&) { return 0; };
    Command manual{.name = "manual",
                   .line = "Print a page of the manual",
                   .text = "    " + program + " manual | man -l -\n",
                   .options = {{"WORD", "WORD", "the first word of a command (default: the page of the program)"},
                               {"--folder", "DIR", "write all pages there"}},
                   .run = nothing,
                   .common = false};
    Command completion{.name = "completion",
                       .line = "Print the completion of this program for a shell",
                       .text = "The package installs both. Elsewhere:\n\n    source <(" + program + " completion bash)\n",
                       .options = {{"SHELL", "SHELL", "bash or zsh", true}},
                       .run = nothing,
                       .common = false};
    // They stand in what they print, too.
    commands.push_back(manual);
    commands.push_back(completion);
    manual.run = [program, commands](const Arguments& given) { return print_manual(program, commands, given); };
    completion.run = [program, commands](const Arguments& given) { return print_completion(program, commands, given); };
    return {std::move(manual), std::move(completion)};
}

}  // namespace muniment::cli

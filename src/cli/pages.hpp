// SPDX-License-Identifier: Apache-2.0
// What is generated from the commands' own descriptions: manual pages, and completion for bash and zsh. So --help, `man` and the
// shell's suggestions cannot say different things.
#pragma once
#include <map>

#include "cli/command.hpp"

namespace muniment::cli {

/// Manual pages in roff: "muniment" for the program, "muniment-keys" for each first word, with all that stands beneath it.
std::map<std::string, std::string> manual_pages(const std::string& program, std::span<const Command> commands);
std::string bash_completion(const std::string& program, std::span<const Command> commands);
std::string zsh_completion(const std::string& program, std::span<const Command> commands);

/// `manual` and `completion`, of a program with these commands and the two themselves.
std::vector<Command> page_commands(const std::string& program, std::vector<Command> commands);

/// What every command takes that has `common`.
const std::vector<Option>& common_options();

}  // namespace muniment::cli

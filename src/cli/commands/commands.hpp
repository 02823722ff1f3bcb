// SPDX-License-Identifier: Apache-2.0
// Every command that talks to a server, one source per noun. commands.cpp puts them in the order of --help.
#pragma once
#include <vector>

#include "cli/command.hpp"

namespace muniment::cli {

std::vector<Command> session_commands();     // login, logout, whoami
std::vector<Command> accept_commands();
std::vector<Command> unlock_commands();      // a recovery share
std::vector<Command> people_commands();      // user
std::vector<Command> group_commands();
std::vector<Command> client_book_commands(); // client
std::vector<Command> matter_commands();      // matter, matter team
std::vector<Command> wall_commands();
std::vector<Command> put_commands();
std::vector<Command> get_commands();
std::vector<Command> paper_commands();       // ls, versions, mv, rm, restore, trash, mkdir
std::vector<Command> checkout_commands();    // checkout, checkin
std::vector<Command> access_commands();      // access explain, roles
std::vector<Command> audit_commands();
std::vector<Command> job_commands();          // jobs list, run, pause, resume

}  // namespace muniment::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.hpp"

#include <iterator>

#include "cli/pages.hpp"

namespace muniment::cli {

std::span<const Command> client_commands() {
    static const std::vector<Command> all = [] {
        std::vector<Command> list;
        for (auto* of : {session_commands, accept_commands, unlock_commands, put_commands, get_commands, paper_commands, checkout_commands,
                         matter_commands, client_book_commands, people_commands, group_commands, wall_commands, access_commands,
                         audit_commands, job_commands}) {
            auto some = of();
            std::move(some.begin(), some.end(), std::back_inserter(list));
        }
        return list;
    }();
    return all;
}

int run_client(int argc, char** argv) {
    const auto client = client_commands();
    std::vector<Command> commands(client.begin(), client.end());
    for (auto& command : page_commands("muniment-cli", commands)) commands.push_back(std::move(command));
    return main_of(commands, argc, argv);
}

std::string exit_codes_help() {
    return "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done in part (what failed is listed); 4 not permitted;\n"
           "  5 not signed in; 6 server not reached, or its certificate changed; 7 the strongroom is locked.";
}

}  // namespace muniment::cli

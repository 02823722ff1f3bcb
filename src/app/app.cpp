// SPDX-License-Identifier: Apache-2.0
#include "app/app.hpp"

namespace muniment::app {

std::vector<cli::Command> local_commands() {
    std::vector<cli::Command> commands{init_command(), setup_command(), serve_command()};
    for (auto& command : unlock_commands()) commands.push_back(std::move(command));
    for (auto& command : keys_commands()) commands.push_back(std::move(command));
    for (auto& command : config_commands()) commands.push_back(std::move(command));
    for (auto& command : packs_commands()) commands.push_back(std::move(command));
    for (auto& command : node_commands()) commands.push_back(std::move(command));
    for (auto& command : adopt_commands()) commands.push_back(std::move(command));
    commands.push_back(move_command());
    commands.push_back(doctor_command());
    commands.push_back(upgrade_command());
    commands.push_back(audit_verify_command());
    commands.push_back(audit_export_command());
    return commands;
}

}  // namespace muniment::app

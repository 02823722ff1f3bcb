// SPDX-License-Identifier: Apache-2.0
// The program `muniment`: puts the house together, top to bottom, and the few commands that work on this machine.
//
// For        init, setup, serve, config …, unlock, lock, keys …, adopt, join, doctor, upgrade, audit verify; others are the client's
//            (cli/).
// Promises   A server that cannot unlock itself starts locked and says how it is unlocked. Keys live from unlock to lock.
// Assumes    Whoever may use the home folder may lock and unlock (the control socket is theirs alone).
// Does not   Hold rules of its own: it opens modules in the order of the layer table and connects them.
// Read next  home.hpp (where things lie), open_firm.hpp (what unlocking opens), serve.cpp
#pragma once
#include <vector>

#include "cli/command.hpp"

namespace muniment::app {

std::vector<cli::Command> local_commands();

// One file each.
cli::Command init_command();
cli::Command setup_command();
cli::Command serve_command();
std::vector<cli::Command> config_commands();   ///< config check, config show, config template
std::vector<cli::Command> unlock_commands();   ///< unlock, lock
std::vector<cli::Command> keys_commands();     ///< keys status, turn, new-root, renew, add-method, remove-method
std::vector<cli::Command> packs_commands();    ///< packs status, packs accept-loss
std::vector<cli::Command> adopt_commands();    ///< adopt, keys mend
std::vector<cli::Command> node_commands();     ///< join, nodes
cli::Command move_command();
cli::Command doctor_command();
cli::Command upgrade_command();
cli::Command audit_verify_command();
cli::Command audit_export_command();

}  // namespace muniment::app

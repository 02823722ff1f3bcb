// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "app/app.hpp"
#include "cli/pages.hpp"
#include "crypto/crypto.hpp"

int main(int argc, char** argv) {
    using namespace muniment;
    if (auto ready = crypto::start(); !ready) {
        std::fprintf(stderr, "muniment: %s\n", ready.error().text().c_str());
        return 1;
    }
    if (auto right = crypto::known_answers(); !right) {
        std::fprintf(stderr, "muniment: the cryptography of this machine does not give known answers, so nothing is started: %s\n",
                     right.error().text().c_str());
        return 1;
    }
    auto commands = app::local_commands();
    // On the server's own machine `unlock` is the local one.
    for (const auto& command : cli::client_commands())
        if (std::ranges::find(commands, command.name, &cli::Command::name) == commands.end()) commands.push_back(command);
    for (auto& command : cli::page_commands("muniment", commands)) commands.push_back(std::move(command));
    return cli::main_of(commands, argc, argv);
}

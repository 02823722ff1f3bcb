// SPDX-License-Identifier: Apache-2.0
// muniment-cli: for computers that only talk to a server.
#include "cli/command.hpp"

int main(int argc, char** argv) { return muniment::cli::run_client(argc, argv); }

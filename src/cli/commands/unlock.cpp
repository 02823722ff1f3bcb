// SPDX-License-Identifier: Apache-2.0
// unlock: a holder of a recovery share gives it to the locked server, from wherever they are.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/share_input.hpp"
#include "cli/sign_in.hpp"

namespace muniment::cli {
namespace {

int unlock(const Arguments& arguments) {
    const auto profile = trusted_server(arguments);
    Api api({profile.server, profile.pin}, "");
    const auto answer = api.post("/api/v1/unlock", {{"share", share_from(arguments)}});
    if (arguments.json()) print_json(answer);
    else print_line(shares_so_far(answer));
    return 0;
}

std::vector<Option> options() {
    std::vector<Option> all;
    for (auto& option : sign_in_options())
        if (option.name == "--server" || option.name == "--fingerprint" || option.name == "--ca") all.push_back(std::move(option));
    for (auto& option : share_input_options()) all.push_back(std::move(option));
    return all;
}

}  // namespace

std::vector<Command> unlock_commands() {
    return {{.name = "unlock",
             .line = "Give your recovery share to a locked server",
             .text = "Nobody signs in for it: the share is what is given. The server says which holders have come and how many are\n"
                     "missing; with the last one it opens. Compare the certificate's fingerprint before you type: a share is a secret.\n\n"
                     "Example:\n  muniment-cli unlock --server https://muniment.firm.example:8443\n",
             .options = options(),
             .run = unlock}};
}

}  // namespace muniment::cli

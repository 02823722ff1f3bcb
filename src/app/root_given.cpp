// SPDX-License-Identifier: Apache-2.0
#include "app/root_given.hpp"

#include "app/asking.hpp"
#include "app/unlock_files.hpp"
#include "cli/share_input.hpp"
#include "cli/terminal.hpp"
#include "crypto/shares.hpp"

namespace muniment::app {
namespace {

/// From files, then at the terminal, until there are as many as the first says are needed.
Result<std::vector<keys::RootKey>> root_by_shares(const cli::Arguments& given) {
    auto files = given.all("--share-file");
    std::vector<crypto::Share> shares;
    do {
        auto n = shares.size();
        auto words = n < files.size() ? cli::share_from(cli::Arguments(cli::Arguments::Values{{"--share-file", {files[n]}}}))
                                      : cli::ask_share("Share " + std::to_string(n + 1));
        TRY(auto share, crypto::Share::read(words));
        shares.push_back(std::move(share));
    } while (shares.size() < shares.front().members_needed);
    TRY(auto secret, crypto::combine(shares));
    TRY(auto root, keys::RootKey::from(std::move(secret)));
    std::vector<keys::RootKey> roots;
    roots.push_back(std::move(root));
    return roots;
}

}  // namespace

std::vector<cli::Option> root_options() {
    return {{"--passphrase-file", "FILE", "read the passphrase from a file"},
            {"--shares", "", "by recovery shares, which are asked for at the terminal"},
            {"--share-file", "FILE", "read a recovery share from FILE; once for each", false, true}};
}

Result<std::vector<keys::RootKey>> roots_given(const cli::Arguments& given, const Home& home) {
    if (given.has("--shares") || given.has("--share-file")) return root_by_shares(given);
    if (given.has("--passphrase-file")) {
        TRY(auto passphrase, passphrase_in_file(given.get("--passphrase-file")));
        return roots_by_passphrase(home, passphrase);
    }
    if (has_key_file(home)) return roots_by_key_file(home);
    return roots_by_passphrase(home, cli::ask_hidden("Passphrase"));
}

}  // namespace muniment::app

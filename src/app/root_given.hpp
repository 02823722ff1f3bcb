// SPDX-License-Identifier: Apache-2.0
// The root key for a local command that works without a server: by whatever way of unlocking the person gives.
#pragma once
#include "app/home.hpp"
#include "cli/command.hpp"

namespace muniment::app {

/// --shares, --share-file, --passphrase-file
std::vector<cli::Option> root_options();
/// By recovery shares where they were asked for; else by the passphrase that was given; else by the key file where the home has one;
/// else the passphrase is asked for. Two while a new root key comes in.
Result<std::vector<keys::RootKey>> roots_given(const cli::Arguments& given, const Home& home);

}  // namespace muniment::app

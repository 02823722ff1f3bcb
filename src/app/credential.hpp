// SPDX-License-Identifier: Apache-2.0
// Where a secret lies that the program needs: a file, or "systemd:NAME", a credential that the unit loads (LoadCredential=,
// LoadCredentialEncrypted=). Never the environment, a command line or a configuration file.
#pragma once
#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace muniment::app {

enum class Readers : std::uint8_t { owner, group };    ///< who else may: /etc/ssl/private is often a group's

/// The file of it. Refused where it lies there for others on this machine to read.
Result<std::filesystem::path> credential_file(std::string_view said, Readers readers = Readers::owner);

}  // namespace muniment::app

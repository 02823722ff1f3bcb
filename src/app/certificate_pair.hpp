// SPDX-License-Identifier: Apache-2.0
// The certificate and key that a server shows, held against each other before it does.
#pragma once
#include "app/home.hpp"
#include "config/config.hpp"
#include "server/http/http.hpp"

namespace muniment::app {

/// Where they are: what was configured, else the local ones of the home folder. Refused where a file cannot be read, others on this
/// machine can read the key, or the key is another certificate's; the sentence names the files.
Result<server::TlsFiles> certificate_pair(const config::Settings& settings, const std::filesystem::path& home);

/// The same, for a command that the unit hands no credentials to: what comes by systemd is then not looked at. `unseen` says so.
Result<server::TlsFiles> certificate_in_sight(const config::Settings& settings, const std::filesystem::path& home, bool& unseen);

/// Of the configured names, those that the certificate does not speak for.
std::vector<std::string> names_missing(const config::Settings& settings, const server::TlsFiles& files);

}  // namespace muniment::app

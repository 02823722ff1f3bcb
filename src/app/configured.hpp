// SPDX-License-Identifier: Apache-2.0
// The configuration that counts for a command on this machine: which file, and what was typed over it.
//
// The file is --config's, else $MUNIMENT_CONFIG's, else /etc/muniment/muniment.toml where there is one. That last one is about
// the machine's own firm: where --home or $MUNIMENT_HOME name another home folder than it does, it does not count.
#pragma once
#include <filesystem>

#include "cli/command.hpp"
#include "config/config.hpp"

namespace muniment::app {

struct Configured {
    std::filesystem::path file;          ///< empty: none counts
    config::Reading reading;

    const config::Settings& settings() const { return reading.settings; }
    /// "FILE:12: …"
    std::string text_of(const config::Finding& finding) const;
};

/// The file alone, with its findings. `not_found` where a file that was named is not there.
Result<Configured> read_configuration(const std::filesystem::path& file);
/// File and flags, which may have findings.
Result<Configured> configured(const cli::Arguments& given);
/// Every finding to stderr, and the error that is left to say.
std::unexpected<Error> refuse(const Configured& configured);

/// --config, and every flag of the table.
std::vector<cli::Option> configuration_flags();

/// For commands that take --home alone: what the file says, as far as it can be read.
std::optional<config::Settings> machine_settings();

}  // namespace muniment::app

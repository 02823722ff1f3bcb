// SPDX-License-Identifier: Apache-2.0
// What the local commands share that ask the server of a home folder over its control socket.
#pragma once
#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace muniment::app {

extern const cli::Option home_option;

Result<boost::json::object> ask(const cli::Arguments& given, const boost::json::object& question);
/// The answer as JSON where that was asked for, else the line; or the error's sentence. Gives the exit code.
int finish(const cli::Arguments& given, const Result<boost::json::object>& answer, std::string_view line);
/// Without the line break at its end.
Result<std::string> passphrase_in_file(const std::string& name);

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// What the local commands print, and the exit code that an error means (docs/cli.md).
#pragma once
#include <string_view>

#include "base/result.hpp"

namespace muniment::app {

void say(std::string_view line);                 ///< to stdout, at once
int failed(const Error& error);                  ///< to stderr; gives the exit code
int usage(std::string_view line);

}  // namespace muniment::app

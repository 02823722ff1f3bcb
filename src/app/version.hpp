// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace muniment::app {

/// "0.1.0": of the program. The data have numbers of their own (docs/formats/README.md).
std::string_view program_version();

}  // namespace muniment::app

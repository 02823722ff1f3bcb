// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

namespace muniment::app {

std::string_view program_version() { return MUNIMENT_VERSION; }

}  // namespace muniment::app

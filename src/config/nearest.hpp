// SPDX-License-Identifier: Apache-2.0
// What somebody may have meant by a name that is not known.
#pragma once
#include <string_view>

namespace muniment::config {

/// A key, or where `section` a section's name; empty where nothing is near.
std::string_view nearest(std::string_view name, bool section);

}  // namespace muniment::config

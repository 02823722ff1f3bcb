// SPDX-License-Identifier: Apache-2.0
// What a paper is by its first bytes. Fixed patterns at fixed places and nothing else: no parser of documents runs in the process
// that holds the keys. Unknown is "application/octet-stream".
#pragma once
#include <string_view>

#include "base/bytes.hpp"

namespace muniment::strongroom {

inline constexpr std::size_t type_told_by_bytes = 512;
std::string_view media_type_of(View first_bytes);

}  // namespace muniment::strongroom

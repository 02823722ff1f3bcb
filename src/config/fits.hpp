// SPDX-License-Identifier: Apache-2.0
// Whether a value is one that its key takes; for read.cpp and flags.cpp.
#pragma once
#include "config/config.hpp"

namespace muniment::config {

bool fits(const Key& key, const Value& value);
/// The key of that name; null where there is none.
const Key* key_named(std::string_view name);

}  // namespace muniment::config

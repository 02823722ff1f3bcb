// SPDX-License-Identifier: Apache-2.0
// What the operations log leaves out: for whoever starts the program, and for nobody else.
#pragma once
#include <optional>

#include "base/journal.hpp"

namespace muniment {

/// Lines below it are not written from now on. What was configured by name is one of the four.
void set_journal_level(Level least);
std::optional<Level> level_named(std::string_view name);

}  // namespace muniment

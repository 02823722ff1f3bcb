// SPDX-License-Identifier: Apache-2.0
// What a move leaves behind for the turn of the epoch, as single rows: docs/formats/keys.md.
#pragma once
#include <string>

#include "storage/records.hpp"

namespace muniment::strongroom {

/// A paper left the matter: the next turn gives it a new page key.
inline std::string stale_name(const MatterId& matter) { return "stale/" + to_hex(View(matter)); }
/// A paper entered it, under keys that no copy of its former matter has: key sets carry the matter's rows from then on.
inline std::string entered_name(const MatterId& matter) { return "entered/" + to_hex(View(matter)); }
/// The number of its paper that was given last.
inline std::string numbers_name(const MatterId& matter) { return "papers/" + to_hex(View(matter)); }

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
// What a server at work measures of itself.
#include "app/serving.hpp"

namespace muniment::app {

/// The firm is held no longer than this takes.
Measured Serving::measure() {
    Measured measured{.condition = checkup_.last(), .now = clock_.now()};
    measured.room_of_records = stores_.records->room();
    measured.room_of_packs = stores_.packs->room();
    auto open = firm();
    measured.open = open != nullptr;
    if (!open) return measured;
    if (auto size = open->log().size()) measured.log_entries = *size;
    measured.sessions = open->sign_in().session_count();
    measured.jobs = jobs_of_itself(*open);
    return measured;
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// Dates in the record are those of this machine's clock.
#include <sys/timex.h>

#include "app/doctor/findings.hpp"

namespace muniment::app {

void look_at_clock(const Sight& sight, Findings& found) {
    timex asked{};
    // Within a unit with ProtectClock the answer is EPERM: then whoever looks from outside says it.
    if (int state = ::adjtimex(&asked); state >= 0) {
        if (state == TIME_ERROR || (asked.status & STA_UNSYNC) != 0) {
            found.warning("clock.synchronised", "No time service keeps this machine's clock right, by what the kernel says.",
                          "timedatectl set-ntp true, or install chrony; dates in the record and in cases of doubt hang on it.");
        } else {
            found.good("clock.synchronised", "A time service keeps this machine's clock right.");
        }
    }
    if (!sight.server || !sight.server->jump) return;
    const auto& jump = *sight.server->jump;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(jump.by).count();
    found.red("clock.jumped",
              "The clock jumped " + std::string(seconds < 0 ? "back" : "forward") + " by " + std::to_string(std::abs(seconds)) +
                  " seconds, to " + to_rfc3339(jump.seen) + ". Times in the record around it are in doubt.",
              "See to the time service of this machine, then start the server again.")
        .values["seconds"] = seconds;
}

}  // namespace muniment::app

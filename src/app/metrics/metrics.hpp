// SPDX-License-Identifier: Apache-2.0
// What is told to whoever watches: how busy, how full, how late. docs/operate/monitoring.md lists all of it, and a test
// compares.
//
// Promises   No id, no name, no address, no text of a person. Every label's value comes from a table of ours (routes, jobs,
// findings,
//            grades, places), so the number of series is bounded by the program.
#pragma once
#include <optional>
#include <string>

#include "app/doctor/findings.hpp"
#include "server/tally.hpp"

namespace muniment::app {

/// What cannot be asked of the process as a whole.
struct Measured {
    bool open = false;
    std::optional<std::uint64_t> log_entries, sessions;   ///< of an open firm
    std::size_t connections = 0;
    std::optional<server::Condition> condition;           ///< the doctor's last look
    std::optional<std::vector<JobSight>> jobs;
    std::optional<storage::Room> room_of_records, room_of_packs;
    Instant now;
};

std::string metrics(const Measured& measured, const server::Tally& tally);

}  // namespace muniment::app

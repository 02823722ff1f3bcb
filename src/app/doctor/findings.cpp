// SPDX-License-Identifier: Apache-2.0
#include "app/doctor/findings.hpp"

namespace muniment::app {

std::vector<Finding> Findings::by_urgency() && {
    std::vector<Finding> ordered;
    for (auto grade : {Grade::red, Grade::warning, Grade::good})
        for (auto& finding : all_)
            if (finding.grade == grade) ordered.push_back(std::move(finding));
    return ordered;
}

std::vector<Finding> look(const Sight& sight) {
    Findings found;
    for (auto* check : {look_at_server, look_at_slots, look_at_unlocking, look_at_disk, look_at_sync, look_at_database,
                        look_at_bucket, look_at_jobs, look_at_clock, look_at_memory, look_at_certificate, look_at_backup})
        check(sight, found);
    return std::move(found).by_urgency();
}

}  // namespace muniment::app

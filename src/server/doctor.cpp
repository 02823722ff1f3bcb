// SPDX-License-Identifier: Apache-2.0
#include "server/doctor.hpp"

#include <algorithm>

namespace muniment::server {

std::string_view name(Grade grade) {
    switch (grade) {
        case Grade::good: return "good";
        case Grade::warning: return "warning";
        case Grade::red: return "red";
    }
    die("a grade that does not exist");
}

Grade Condition::grade() const {
    auto worst = Grade::good;
    for (const auto& finding : findings) worst = std::max(worst, finding.grade);
    return worst;
}

}  // namespace muniment::server

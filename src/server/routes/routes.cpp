// SPDX-License-Identifier: Apache-2.0
#include "server/routes/routes.hpp"

#include <iterator>

namespace muniment::server::routes {

std::vector<Route> all(House& house) {
    auto table = health(Health::open);
    for (auto* capability : {enrolment_and_sessions, people, groups, clients_and_matters, teams, walls, papers, paper_content,
                             uploads, explain, log, roles, jobs, operations}) {
        std::ranges::move(capability(house), std::back_inserter(table));
    }
    std::ranges::move(unlock(nullptr), std::back_inserter(table));
    std::ranges::move(setup(nullptr), std::back_inserter(table));
    return table;
}

}  // namespace muniment::server::routes

// SPDX-License-Identifier: Apache-2.0
// The tables of routes, one for each capability. What is given refers to the house, which must outlive it.
#pragma once
#include <vector>

#include "server/house.hpp"
#include "server/router.hpp"

namespace muniment::server {
class SettingUp;
class Unlocking;
}
namespace muniment::server::routes {

std::vector<Route> enrolment_and_sessions(House& house);
std::vector<Route> people(House& house);
std::vector<Route> groups(House& house);
std::vector<Route> clients_and_matters(House& house);
std::vector<Route> teams(House& house);
std::vector<Route> walls(House& house);
std::vector<Route> papers(House& house);
std::vector<Route> paper_content(House& house);
std::vector<Route> uploads(House& house);
std::vector<Route> explain(House& house);
std::vector<Route> log(House& house);
std::vector<Route> roles(House& house);
std::vector<Route> jobs(House& house);
std::vector<Route> operations(House& house);

enum class Health : bool { locked, open };
std::vector<Route> health(Health health);

/// `locked`: who takes shares; nobody in an open house.
std::vector<Route> unlock(Unlocking* locked);

/// `setting_up`: who founds; nobody in an open house.
std::vector<Route> setup(SettingUp* setting_up);

/// All of the above, of an open house.
std::vector<Route> all(House& house);

}  // namespace muniment::server::routes

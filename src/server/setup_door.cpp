// SPDX-License-Identifier: Apache-2.0
#include "server/setup_door.hpp"

#include <algorithm>
#include <iterator>

#include "base/journal.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server {
namespace {

std::vector<Route> routes_of(SettingUp& setting_up) {
    auto table = routes::health(routes::Health::locked);
    std::ranges::move(routes::setup(&setting_up), std::back_inserter(table));
    return table;
}

}  // namespace

SetupDoor::SetupDoor(SettingUp& setting_up) : router_(routes_of(setting_up)) {}

Result<Answer> SetupDoor::begin(const Request& request) {
    if (auto* door = leads_to_.load()) return door->begin(request);
    const bool of_api = !request.segments.empty() && request.segments.front() == "api";
    if (!of_api)
        if (auto shown = page_.answer(request)) return Answer(*std::move(shown));
    auto answer = router_.route(request);
    if (!answer && answer.error().problem == Problem::not_found && !of_api)
        if (auto shown = page_.for_nothing(request)) return Answer(*std::move(shown));
    return answer;
}

void SetupDoor::failed(const RequestId& request, const Error& error) {
    journal(Level::error, "request.failed", {{"request", request}, {"problem", error.problem}, {"line", error.where.line()}});
}

}  // namespace muniment::server

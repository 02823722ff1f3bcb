// SPDX-License-Identifier: Apache-2.0
// How Muniment stands: what `muniment doctor` says, without the paths of the machine.
#include "server/doctor.hpp"
#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

namespace json = boost::json;

struct ViewOperations {
    static constexpr auto permission = access::Permission::operations_view;
    static constexpr auto entry = audit::Action::operations_viewed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;     // who has to make room must be able to see that
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};

json::object json_of(const Finding& finding) {
    json::object values;
    for (const auto& [what, number] : finding.values) values[what] = number;
    return {{"name", finding.name.text()}, {"level", name(finding.grade)}, {"subject", finding.subject},
            {"text", finding.text},        {"remedy", finding.remedy},     {"values", std::move(values)}};
}

Result<Response> get_doctor(const Call& call) {
    TRY([[maybe_unused]] auto permit, call.house.gate.admit(call.who, ViewOperations{}, access::Opening::may_stand));
    if (!call.house.doctor) return fail(Problem::unavailable, "nothing looks after this server");
    TRY(auto condition, call.house.doctor->condition());
    json::array findings;
    for (const auto& finding : condition.findings) findings.push_back(json_of(finding));
    return answer(200, json::object{{"level", name(condition.grade())},
                                    {"looked_at", to_rfc3339(condition.looked_at)},
                                    {"looking", condition.looking},
                                    {"version", condition.version},
                                    {"findings", std::move(findings)}});
}

}  // namespace

std::vector<Route> operations(House& house) { return {plain(house, Method::get, "/api/v1/doctor", "getDoctor", get_doctor)}; }

}  // namespace muniment::server::routes

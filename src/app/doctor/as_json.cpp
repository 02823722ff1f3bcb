// SPDX-License-Identifier: Apache-2.0
#include "app/doctor/as_json.hpp"

#include <boost/json.hpp>

namespace muniment::app {

namespace json = boost::json;

json::object as_json(const server::Finding& finding) {
    json::object values;
    for (const auto& [what, number] : finding.values) values[what] = number;
    return {{"name", finding.name.text()}, {"level", server::name(finding.grade)}, {"subject", finding.subject},
            {"text", finding.text},        {"remedy", finding.remedy},             {"values", std::move(values)},
            {"place", finding.place}};
}

json::object as_json(const server::Condition& condition) {
    json::array findings;
    for (const auto& finding : condition.findings) findings.push_back(as_json(finding));
    return {{"level", server::name(condition.grade())},
            {"looked_at", to_rfc3339(condition.looked_at)},
            {"version", condition.version},
            {"findings", std::move(findings)}};
}

}  // namespace muniment::app

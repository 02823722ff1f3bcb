// SPDX-License-Identifier: Apache-2.0
#include "server/router.hpp"

#include <set>

#include "server/problem_json.hpp"

namespace muniment::server {
namespace {

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

}  // namespace

const std::string& Parameters::at(std::string_view name) const {
    const auto found = values_.find(name);
    require(found != values_.end(), "a route asks for a parameter that its pattern does not have");
    return found->second;
}

std::vector<std::string> pattern_segments(std::string_view pattern) {
    require(pattern.starts_with('/') && (pattern == "/" || !pattern.ends_with('/')), "a route's pattern begins with a slash");
    std::vector<std::string> segments;
    for (std::size_t begin = 1; begin < pattern.size();) {
        const auto end = std::min(pattern.find('/', begin), pattern.size());
        segments.emplace_back(pattern.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
    std::set<std::string_view> operations;
    for (std::size_t index = 0; index < routes_.size(); ++index) {
        auto* node = &root_;
        for (auto& segment : pattern_segments(routes_[index].pattern)) {
            if (!is_parameter(segment)) {
                node = &node->fixed[segment];
            } else {
                if (node->parameter.empty()) node->parameter.emplace_back();
                node = &node->parameter.front();
            }
        }
        require(node->routes.emplace(routes_[index].method, index).second, "two routes answer the same requests");
        require(operations.insert(routes_[index].operation).second, "two routes have one operation id");
    }
}

/// The node that these parts lead to and that has routes; fixed parts are tried first.
const Router::Node* Router::find(const Node& node, std::span<const std::string> segments) {
    if (segments.empty()) return node.routes.empty() ? nullptr : &node;
    if (const auto at = node.fixed.find(segments.front()); at != node.fixed.end())
        if (const auto* found = find(at->second, segments.subspan(1))) return found;
    return node.parameter.empty() ? nullptr : find(node.parameter.front(), segments.subspan(1));
}

Result<Answer> Router::route(const Request& request, const Route** matched) const {
    const bool exact = !request.trailing_slash || request.segments.empty();
    const auto* node = exact ? find(root_, request.segments) : nullptr;
    if (!node) return fail(Problem::not_found);
    auto at = node->routes.find(request.method);
    if (at == node->routes.end() && request.method == Method::head) at = node->routes.find(Method::get);
    if (at == node->routes.end()) {
        // RFC 9110 section 15.5.6: the answer must say what is allowed.
        std::string allowed;
        for (const auto& [method, index] : node->routes) {
            allowed.append(allowed.empty() ? "" : ", ").append(name(method));
            if (method == Method::get) allowed.append(", HEAD");
        }
        auto response = problem_response(Error(Problem::method_not_allowed), request.id);
        response.headers.add("Allow", std::move(allowed));
        return Answer(std::move(response));
    }
    const auto& route = routes_[at->second];
    if (matched) *matched = &route;
    Parameters parameters;
    const auto pattern = pattern_segments(route.pattern);
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_parameter(pattern[i]))
            parameters.values_.emplace(pattern[i].substr(1, pattern[i].size() - 2), request.segments[i]);
    return route.function(request, parameters);
}

}  // namespace muniment::server

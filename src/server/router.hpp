// SPDX-License-Identifier: Apache-2.0
// The table of what can be asked: every route once, with the id by which the OpenAPI document names it.
//
// Promises   A path is matched part by part, a fixed part before a parameter; a path that is known under other methods gets
//            405 with Allow, an unknown one 404. HEAD is answered by GET's route.
// Does not   Decide who may ask: each route's function does, by way of the gate.
#pragma once
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

namespace muniment::server {

/// The path's parameters by name; a parameter of the pattern is always there.
class Parameters {
  public:
    const std::string& at(std::string_view name) const;

  private:
    friend class Router;
    std::map<std::string, std::string, std::less<>> values_;
};

enum class BodyKind : std::uint8_t { none, json, stream };

struct Route {
    using Function = std::function<Result<Answer>(const Request&, const Parameters&)>;
    Method method;
    std::string pattern;       ///< "/api/v1/matters/{matter}/papers/{paper}"
    std::string operation;     ///< "readPaper"
    BodyKind body;
    Function function;
};

class Router {
  public:
    /// Dies on two routes that answer the same requests, or one operation twice: a mistake in our own table.
    explicit Router(std::vector<Route> routes);

    const std::vector<Route>& routes() const { return routes_; }
    /// `matched`: told which one answers, before it is asked.
    Result<Answer> route(const Request& request, const Route** matched = nullptr) const;

  private:
    struct Node {
        std::map<std::string, Node, std::less<>> fixed;
        std::vector<Node> parameter;                   // none or one
        std::map<Method, std::size_t> routes;
    };
    static const Node* find(const Node& node, std::span<const std::string> segments);

    std::vector<Route> routes_;
    Node root_;
};

/// "/a/{b}" → {"a", "{b}"}
std::vector<std::string> pattern_segments(std::string_view pattern);

}  // namespace muniment::server

// SPDX-License-Identifier: Apache-2.0
// Is it there, and is it open: for whoever watches the machine, without signing in.
#include "server/routes/render.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

std::vector<Route> health(Health health) {
    const bool open = health == Health::open;
    auto status = [open](const Request&, const Parameters&) -> Result<Answer> {
        return Answer(answer(200, {{"status", open ? "open" : "locked"}}));
    };
    auto ready = [open, status](const Request& request, const Parameters& path) -> Result<Answer> {
        if (!open) return fail(Problem::locked);
        return status(request, path);
    };
    return {{Method::get, "/healthz", "health", BodyKind::none, status},
            {Method::get, "/readyz", "ready", BodyKind::none, ready}};
}

}  // namespace muniment::server::routes

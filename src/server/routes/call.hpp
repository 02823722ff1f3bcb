// SPDX-License-Identifier: Apache-2.0
// What every route is made of: a caller who was signed in, the ids of the path, and what was said, which the route parses, asks
// the gate about, acts on and renders.
#pragma once
#include "server/house.hpp"
#include "server/router.hpp"
#include "server/routes/caller.hpp"
#include "server/routes/input.hpp"
#include "server/routes/render.hpp"

namespace muniment::server::routes {

struct Call {
    House& house;
    const Request& request;
    const Parameters& path;
    access::Principal who;
    View body = {};                      ///< as it was sent, where the route is telling

    /// An id in the path that is none names nothing: `not_found`, as any other that is not there.
    template <class I>
    Result<I> id(std::string_view parameter) const {
        auto id = I::parse(path.at(parameter));
        if (!id) return fail(Problem::not_found);
        return *id;
    }
};

using Plain = std::function<Result<Response>(const Call&)>;
using Asking = std::function<Result<Response>(const Call&, Query&)>;
using Telling = std::function<Result<Response>(const Call&, Fields&)>;

// A function that is given a Query or Fields calls its done() before it acts.
Route plain(House& house, Method method, std::string pattern, std::string operation, Plain function);
Route asking(House& house, Method method, std::string pattern, std::string operation, Asking function);
Route telling(House& house, Method method, std::string pattern, std::string operation, Telling function);

/// `malformed`, naming the first parameter, where the address has any.
Result<void> check_no_query(const Request& request);

}  // namespace muniment::server::routes

// SPDX-License-Identifier: Apache-2.0
#include "server/routes/paging.hpp"

#include "base/limits.hpp"
#include "crypto/crypto.hpp"

namespace muniment::server::routes {

Result<Paging> Paging::asked(const Call& call, Query& query) {
    auto limit = query.number_if("limit", {1, limits::list_page_max}).value_or(limits::list_page_default);
    auto cursor = query.text_if("cursor");
    Paging paging(call, static_cast<std::size_t>(limit));
    if (cursor) {
        TRY(paging.after_, paging.opened(*cursor));
    }
    return paging;
}

/// Owner is the person, row stands for the list: its address and what else was asked of it.
keys::Place Paging::place() const {
    Writer list;
    list.str(call_.request.path);
    for (const auto& [name, value] : call_.request.query)
        if (name != "limit" && name != "cursor") list.str(name).str(value);
    auto hash = crypto::sha256(list.written());
    Id16 row;
    std::copy_n(hash.begin(), row.size(), row.begin());
    return {keys::Kind::cursor, call_.who.person().bytes, row, 0};
}

std::string Paging::sealed(const Position& position) const {
    const auto& ring = call_.house.gate.ring();
    Writer content;
    content.u64(position.behind).raw(position.last);
    return to_base64url(keys::seal(ring.firm_fields(), ring.firm(), place(), content.written()));
}

Result<Paging::Position> Paging::opened(std::string_view cursor) const {
    const auto& ring = call_.house.gate.ring();
    auto unspelled = from_base64url(cursor);
    auto content = unspelled ? keys::open(ring.firm_fields(), ring.firm(), place(), *unspelled) : fail(Problem::malformed);
    if (!content) return fail(Problem::malformed, "this cursor is not of this list, or not yours: begin without one");
    Reader in(*content);
    Position position{in.u64(), in.array<16>()};
    CHECK(in.done("a cursor"));
    return position;
}

}  // namespace muniment::server::routes

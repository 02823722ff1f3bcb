// SPDX-License-Identifier: Apache-2.0
// Lists by pages: `limit`, and a `cursor` that says where the page before ended.
//
// A cursor is sealed under the firm's key for one person and one address with its parameters: nobody can make, read or change
// one, or use another's. Lists are sorted in memory, so a page begins behind the last item that was shown, wherever it stands
// by now.
#pragma once
#include <algorithm>

#include "server/routes/call.hpp"

namespace muniment::server::routes {

class Paging {
  public:
    /// Takes `limit` and `cursor` out of the query. `malformed` for a cursor that is not of this person and list.
    static Result<Paging> asked(const Call& call, Query& query);

    /// id_of(item) → Id16, render(item) → JSON.
    template <class T, class IdOf, class Render>
    Response page(const std::vector<T>& all, const IdOf& id_of, const Render& render) const {
        auto begin = first(all, id_of);
        auto end = std::min(all.size(), begin + limit_);
        boost::json::object list{{"items", boost::json::array()}};
        auto& items = list["items"].get_array();
        for (auto i = begin; i < end; ++i) items.push_back(render(all[i]));
        if (end > begin && end < all.size()) list["next"] = sealed({end, id_of(all[end - 1])});
        return answer(200, std::move(list));
    }

  private:
    struct Position {
        std::uint64_t behind;          ///< items before it when the cursor was made
        Id16 last;
    };
    Paging(const Call& call, std::size_t limit) : call_(call), limit_(limit) {}
    template <class T, class IdOf>
    std::size_t first(const std::vector<T>& all, const IdOf& id_of) const {
        if (!after_) return 0;
        auto behind = static_cast<std::size_t>(std::min<std::uint64_t>(after_->behind, all.size()));
        if (behind > 0 && id_of(all[behind - 1]) == after_->last) return behind;
        auto moved = std::ranges::find(all, after_->last, id_of);
        return moved == all.end() ? behind : static_cast<std::size_t>(moved - all.begin()) + 1;
    }
    keys::Place place() const;
    std::string sealed(const Position& position) const;
    Result<Position> opened(std::string_view cursor) const;

    const Call& call_;
    std::size_t limit_;
    std::optional<Position> after_;
};

}  // namespace muniment::server::routes

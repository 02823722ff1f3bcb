// SPDX-License-Identifier: Apache-2.0
// Unlocking from afar: a holder of a recovery share gives it to the locked server. Everybody may knock here, so an answer speaks of
// the set of the share that came and of nothing else (keys/share_box.hpp), and knocking is slowed.
#include "base/limits.hpp"
#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"
#include "server/unlocking.hpp"

namespace muniment::server::routes {
namespace {

Response told(const Unlocking::Taken& taken) {
    const auto& standing = taken.standing;
    return answer(200, {{"status", taken.open ? "open" : "locked"},
                        {"set", standing.set},
                        {"needed", standing.needed},
                        {"missing", standing.missing},
                        {"holders", boost::json::value_from(standing.holders)}});
}

}  // namespace

std::vector<Route> unlock(Unlocking* locked) {
    auto route = [locked](const Request& head, const Parameters&) -> Result<Answer> {
        if (!locked) return fail(Problem::already_done, "the strongroom is open");
        CHECK(check_no_query(head));
        CHECK(check_content_type(head, "application/json"));
        auto then = [locked](const Request& request, Bytes body) -> Result<Response> {
            TRY(auto fields, Fields::parse(body));
            auto words = fields.text("share", limits::share_bytes_max);
            CHECK(fields.done());
            TRY(auto taken, locked->take_share(words, request.source_address));
            return told(taken);
        };
        return Answer(WantsBody{2 * limits::share_bytes_max, then});
    };
    return {{Method::post, "/api/v1/unlock", "giveShare", BodyKind::json, route}};
}

}  // namespace muniment::server::routes

// SPDX-License-Identifier: Apache-2.0
#include "server/routes/once.hpp"

#include <algorithm>
#include <ranges>

#include "crypto/hash.hpp"
#include "strongroom/matters/arrival.hpp"

namespace muniment::server::routes {

Result<Once> Once::asked(const Call& call, audit::SubjectKind makes) {
    TRY(auto key, idempotency_key(call.request));
    auto request = std::make_shared<Hash>(crypto::sha256(call.body));
    // No path and no key holds a blank, so the two cannot be cut in another way.
    return Once(call.house, call.who.with_idempotency(call.request.path + " " + key, request), request, makes);
}

Result<std::optional<Once::Former>> Once::former() const {
    auto& answers = house_.gate.answers();
    TRY(auto before, answers.find(who_));
    if (!before) return std::optional<Former>{};
    auto reversed = before->subjects | std::views::reverse;
    auto made = std::ranges::find(reversed, makes_, &audit::Subject::kind);
    if (made == reversed.end()) return std::optional<Former>{};
    if (before->under_way) return fail(Problem::unavailable, "the same request is still being answered");
    if (before->pending_by) {
        CHECK(answers.is_gone(*before->pending_by));
        TRY(bool arrived, strongroom::has_arrived(house_.gate, house_.papers, house_.packs, {made->id},
                                                  static_cast<std::uint32_t>(made->number)));
        if (!arrived) {
            CHECK(house_.gate.records().commit([&](storage::RecordWriter& writer) { return answers.forget_in(writer, who_); }));
            return std::optional<Former>{};
        }
    }
    return std::optional(Former{made->id, before->request});
}

Result<Id16> Once::made_by(const Former& former) const {
    if (former.request == *request_) return former.made;
    return fail(Problem::conflict, "This Idempotency-Key was used for something else.");
}

}  // namespace muniment::server::routes

// SPDX-License-Identifier: Apache-2.0
#include "server/routes/once.hpp"

#include <algorithm>
#include <ranges>

#include "crypto/hash.hpp"

namespace muniment::server::routes {

Result<Once> Once::asked(const Call& call, audit::SubjectKind makes) {
    TRY(auto key, idempotency_key(call.request));
    auto request = std::make_shared<Hash>(crypto::sha256(call.body));
    // No path and no key holds a blank, so the two cannot be cut in another way.
    return Once(call.house, call.who.with_idempotency(call.request.path + " " + key, request), request, makes);
}

Result<std::optional<Once::Former>> Once::former() const {
    TRY(auto before, house_.gate.made_before(who_));
    std::optional<Former> found;
    if (before) {
        for (const auto& subject : before->subjects | std::views::reverse) {
            if (subject.kind != makes_) continue;
            found = {subject.id, before->request};
            break;
        }
    }
    return found;
}

Result<Id16> Once::made_by(const Former& former) const {
    if (former.request == *request_) return former.made;
    return fail(Problem::conflict, "This Idempotency-Key was used for something else.");
}

}  // namespace muniment::server::routes

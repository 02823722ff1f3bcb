// SPDX-License-Identifier: Apache-2.0
#include "server/routes/once.hpp"

#include <algorithm>
#include <ranges>

namespace muniment::server::routes {

Result<Once> Once::asked(const Call& call, audit::SubjectKind makes) {
    TRY(auto key, idempotency_key(call.request));
    // No path and no key holds a blank, so the two cannot be cut in another way.
    return Once(call.house, call.who.with_idempotency(call.request.path + " " + key), makes);
}

Result<std::optional<Id16>> Once::made() const {
    TRY(auto subjects, house_.gate.made_before(who_));
    std::optional<Id16> made;
    if (subjects) {
        for (const auto& subject : *subjects | std::views::reverse) {
            if (subject.kind != makes_) continue;
            made = subject.id;
            break;
        }
    }
    return made;
}

}  // namespace muniment::server::routes

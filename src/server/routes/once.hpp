// SPDX-License-Identifier: Apache-2.0
// Making something once, however often the request comes (Idempotency-Key): sent again, it is answered from the thing that was
// made the first time, as it is now and as far as the caller may still see it.
#pragma once
#include "server/routes/call.hpp"

namespace muniment::server::routes {

class Once {
  public:
    /// The key counts for this person and this address, so that a key that serves twice for different things does no harm.
    static Result<Once> asked(const Call& call, audit::SubjectKind makes);

    /// For the change: it remembers the key in its own transaction.
    const access::Principal& who() const { return who_; }
    /// What a former request with this key made.
    Result<std::optional<Id16>> made() const;

    /// make(who) → Result<Response>; show(id) → Result<Response>, under a permit of its own.
    template <class Make, class Show>
    Result<Response> answer(const Make& make, const Show& show) const {
        TRY(auto before, made());
        if (before) return show(*before);
        auto fresh = make(who_);
        if (fresh) return fresh;
        // The same request may have been under way already: then it is the former that stood in our way.
        TRY(auto meanwhile, made());
        return meanwhile ? show(*meanwhile) : std::move(fresh);
    }

  private:
    Once(House& house, access::Principal who, audit::SubjectKind makes) : house_(house), who_(std::move(who)), makes_(makes) {}
    House& house_;
    access::Principal who_;
    audit::SubjectKind makes_;
};

}  // namespace muniment::server::routes

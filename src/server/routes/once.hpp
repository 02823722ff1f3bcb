// SPDX-License-Identifier: Apache-2.0
// Making something once, however often the request comes (Idempotency-Key): sent again, it is answered from the thing that was
// made the first time, as it is now and as far as the caller may still see it. A request with the same key that asks for
// something else is refused as `conflict`: answered from the first, it would read as done.
#pragma once
#include "server/routes/call.hpp"

namespace muniment::server::routes {

class Once {
  public:
    /// The key counts for this person and this address, so that a key that serves twice for different things does no harm.
    static Result<Once> asked(const Call& call, audit::SubjectKind makes);

    /// For the change: it remembers the key in its own transaction.
    const access::Principal& who() const { return who_; }
    /// For a body that streams in: what it asks for, once that is known; before the change is committed.
    void asks_for(const Hash& request) { *request_ = request; }

    struct Former {
        Id16 made;
        Hash request;
    };
    /// What a former request with this key made, whatever it asked for. Content that never arrived was not made, and its key is free
    /// again; `unavailable` while it is still coming.
    Result<std::optional<Former>> former() const;
    /// `conflict` where it asked for something else.
    Result<Id16> made_by(const Former& former) const;

    /// make(who) → Result<Response>; show(id) → Result<Response>, under a permit of its own.
    template <class Make, class Show>
    Result<Response> answer(const Make& make, const Show& show) const {
        TRY(auto before, former());
        if (before) return show_made(*before, show);
        auto fresh = make(who_);
        if (fresh) return fresh;
        // The same request may have been under way already: then it is the former that stood in our way.
        TRY(auto meanwhile, former());
        return meanwhile ? show_made(*meanwhile, show) : std::move(fresh);
    }

  private:
    Once(House& house, access::Principal who, std::shared_ptr<Hash> request, audit::SubjectKind makes)
        : house_(house), who_(std::move(who)), request_(std::move(request)), makes_(makes) {}
    template <class Show>
    Result<Response> show_made(const Former& former, const Show& show) const {
        TRY(auto made, made_by(former));
        return show(made);
    }

    House& house_;
    access::Principal who_;
    std::shared_ptr<Hash> request_;      // the principal's
    audit::SubjectKind makes_;
};

}  // namespace muniment::server::routes

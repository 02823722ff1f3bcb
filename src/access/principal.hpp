// SPDX-License-Identifier: Apache-2.0
// A Principal: somebody who proved who they are, with a password and a second factor, in a session that still stands.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"

namespace muniment::access {

/// A change that may be sent again: where it was made, it is not made again.
struct Repeatable {
    Hash key;                                 ///< of person and Idempotency-Key
    std::shared_ptr<const Hash> request;      ///< of what is asked for: where a body streams in, known by the time of the commit
};

/// Where a request came from. Stands in sealed details, never in a leaf.
struct Origin {
    std::string source;                       ///< address of the client
    RequestId request;
    std::optional<Repeatable> repeatable = {};
};

struct Session;

class Principal {
  public:
    const PersonId& person() const { return person_; }
    const SessionId& session() const { return session_; }
    /// Of the person, when the session was made: where it has moved on, nothing is decided for this principal any more.
    std::uint64_t person_revision() const { return person_revision_; }
    const Origin& origin() const { return origin_; }
    /// The same person in the same session, for a change that may be sent again (Idempotency-Key, at most 255 bytes).
    /// `request`: Repeatable::request.
    Principal with_idempotency(std::string_view key, std::shared_ptr<const Hash> request) const;

  private:
    friend class SignIn;     // the only maker: after both factors, or from a session that they made
    Principal(const Session& session, Origin origin);
    PersonId person_;
    SessionId session_;
    std::uint64_t person_revision_;
    Origin origin_;
};

}  // namespace muniment::access

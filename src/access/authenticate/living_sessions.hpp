// SPDX-License-Identifier: Apache-2.0
// The sessions that stand, in memory: found by the hash of their secret at each request, by their id at each step of a transfer.
//
// Where several nodes serve, a session that is used on another one is not idle here: nodes tell each other now and then, in a row that
// is sealed as answers to requests are, and forgotten with them. A session's own row says only when it began.
#pragma once
#include <functional>
#include <mutex>
#include <unordered_map>

#include "access/authenticate/session.hpp"
#include "access/gate.hpp"

namespace muniment::access {

class LivingSessions {
  public:
    explicit LivingSessions(Gate& gate) : gate_(gate) {}

    void add(const Session& session);
    void drop(const std::vector<SessionId>& ended);
    /// In place of all that were known, as rows have them; when they were used here stays known.
    void follow(const std::vector<Session>& sessions);

    /// With the moment when it was last used, here or elsewhere.
    Result<std::optional<Session>> by_secret(const Hash& secret);
    std::optional<Session> by_id(const SessionId& session) const;
    std::vector<Session> that(const std::function<bool(const Session&)>& chosen) const;

    std::size_t count() const;

    /// It is being used. False where it has ended meanwhile.
    bool use(const SessionId& session);
    /// Into last_used; asks the rows only where it would be over otherwise.
    Result<void> take_use_elsewhere(Session& session) const;

  private:
    struct Known {
        Session session;     ///< last_used: by this node, or as another one told
        Instant told{};      ///< when this node last told others that it is used
    };
    struct HashOfHash {
        std::size_t operator()(const Hash& h) const noexcept {
            std::size_t out;
            std::memcpy(&out, h.data(), sizeof out);
            return out;
        }
    };
    void tell_others_of_use(const SessionId& session, Instant now);

    Gate& gate_;
    mutable std::mutex mutex_;
    std::unordered_map<SessionId, Known> sessions_;
    std::unordered_map<Hash, SessionId, HashOfHash> by_secret_;
};

}  // namespace muniment::access

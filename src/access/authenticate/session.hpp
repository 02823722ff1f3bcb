// SPDX-License-Identifier: Apache-2.0
// What a signed-in browser or a program holds, and when it stops being worth anything.
//
// A secret is 32 random bytes, spelled "mun_s_…" (a browser's session) or "mun_t_…" (a program's token), so that scanners of
// leaked secrets know it by sight. The database holds its SHA-256 only: who reads the rows cannot act as anybody. No salt is
// needed for 256 random bits. Every session carries the person's revision: when it moves (roles, password, leaving), all end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "crypto/secret.hpp"

namespace muniment::access {

enum class SessionKind : std::uint8_t { browser = 1, token = 2 };  // numbers are on disk, as the next ones
enum class SignedInBy : std::uint8_t {
    password_and_totp = 1,
    password_and_recovery_code = 2,
    session = 3,  ///< a token, made by somebody who was signed in
};

class SessionSecret {
  public:
    static SessionSecret fresh(SessionKind kind);
    /// The one spelling that text() gives; anything else is `unauthenticated`.
    static Result<SessionSecret> parse(std::string_view text);
    SessionKind kind() const { return kind_; }
    std::string text() const;   ///< for the one answer that hands it out
    Hash hash() const;          ///< SHA-256, by which its row is found

  private:
    SessionSecret(SessionKind kind, crypto::Secret bytes) : kind_(kind), bytes_(std::move(bytes)) {}
    SessionKind kind_;
    crypto::Secret bytes_;
};

struct Session {
    SessionId id;
    PersonId person;
    std::uint64_t person_revision = 0;
    SessionKind kind = SessionKind::browser;
    SignedInBy by = SignedInBy::password_and_totp;
    Hash secret_hash{};
    Instant created, last_used, ends;
};

/// `ends` may shorten the life that the kind has (limits::session_age_max, limits::token_age_max), never lengthen it.
Session begin_session(PersonId person, std::uint64_t person_revision, SignedInBy by, const SessionSecret& secret, Instant now,
                      std::optional<Instant> ends = std::nullopt);

/// Of the same kind and hash; takes the same time wherever they differ.
bool belongs_to(const SessionSecret& secret, const Session& session);

/// `unauthenticated` when the person's revision has moved, at the end, after the idle time (browsers), and when the clock stands
/// before the session began: a clock that was set back must not bring an ended session to life.
Result<void> still_valid(const Session& session, std::uint64_t person_revision, Instant now);

}  // namespace muniment::access

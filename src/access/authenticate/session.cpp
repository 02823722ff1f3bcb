// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/session.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::access {
namespace {

constexpr std::size_t secret_bytes = 32;

constexpr std::string_view prefix(SessionKind kind) { return kind == SessionKind::browser ? "mun_s_" : "mun_t_"; }

Duration age_max(SessionKind kind) {
    return kind == SessionKind::browser ? Duration(limits::session_age_max) : Duration(limits::token_age_max);
}

std::unexpected<Error> no_session(const char* why) { return fail(Problem::unauthenticated, why); }

}  // namespace

SessionSecret SessionSecret::fresh(SessionKind kind) { return {kind, crypto::Secret::random(secret_bytes)}; }

Result<SessionSecret> SessionSecret::parse(std::string_view text) {
    for (auto kind : {SessionKind::browser, SessionKind::token}) {
        if (!text.starts_with(prefix(kind))) continue;
        text.remove_prefix(prefix(kind).size());
        // 32 bytes are 43 characters; the length is looked at first, so that no large input is decoded.
        if (text.size() != 43) break;
        auto bytes = from_base64url(text);
        if (!bytes || bytes->size() != secret_bytes) break;
        return SessionSecret(kind, crypto::Secret::take(*bytes));
    }
    return no_session("that is no session and no token");
}

std::string SessionSecret::text() const { return std::string(prefix(kind_)) + to_base64url(bytes_.expose()); }

Hash SessionSecret::hash() const { return crypto::sha256(bytes_.expose()); }

Session begin_session(PersonId person, std::uint64_t person_revision, SignedInBy by, const SessionSecret& secret, Instant now,
                      std::optional<Instant> ends) {
    const Instant latest = now + age_max(secret.kind());
    return {.id = SessionId::random(),
            .person = person,
            .person_revision = person_revision,
            .kind = secret.kind(),
            .by = by,
            .secret_hash = secret.hash(),
            .created = now,
            .last_used = now,
            .ends = std::min(ends.value_or(latest), latest)};
}

bool belongs_to(const SessionSecret& secret, const Session& session) {
    return secret.kind() == session.kind && crypto::equal(secret.hash(), session.secret_hash);
}

Result<void> still_valid(const Session& session, std::uint64_t person_revision, Instant now) {
    if (session.person_revision != person_revision) return no_session("your account was changed since");
    // The row's own end is not the only word: a row that names one too late ends when its kind does.
    if (now >= session.ends || now >= session.created + age_max(session.kind)) return no_session("it has come to its end");
    if (session.kind == SessionKind::browser && now >= session.last_used + limits::session_idle_max)
        return no_session("it was not used for too long");
    if (now + limits::clock_step_max < session.last_used) return no_session("the clock was set back");
    return {};
}

}  // namespace muniment::access

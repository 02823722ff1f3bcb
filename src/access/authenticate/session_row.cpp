// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/session_row.hpp"

namespace muniment::access {
namespace {
constexpr std::uint8_t format = 1;
}

RowPlace session_place(const PersonId& person, const SessionId& session) {
    return {keys::Kind::gate_session, person.bytes, session.bytes};
}

Bytes encode(const Session& s) {
    Writer w;
    w.u8(format).raw(View(s.id)).raw(View(s.person)).u64(s.person_revision).u8(static_cast<std::uint8_t>(s.kind));
    w.u8(static_cast<std::uint8_t>(s.by)).raw(s.secret_hash).i64(s.created.us).i64(s.last_used.us).i64(s.ends.us);
    return std::move(w).take();
}

Result<Session> decode_session(View content) {
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a session");
    Session s;
    s.id = {r.array<16>()};
    s.person = {r.array<16>()};
    s.person_revision = r.u64();
    auto kind = r.u8(), by = r.u8();
    s.secret_hash = r.array<32>();
    s.created = {r.i64()};
    s.last_used = {r.i64()};
    s.ends = {r.i64()};
    CHECK(r.done("a session"));
    if (kind < 1 || kind > 2 || by < 1 || by > 3) return fail(Problem::corrupt, "a session of an unknown kind");
    s.kind = static_cast<SessionKind>(kind);
    s.by = static_cast<SignedInBy>(by);
    return s;
}

}  // namespace muniment::access

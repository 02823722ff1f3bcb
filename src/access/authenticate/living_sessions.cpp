// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/living_sessions.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::access {
namespace {

Hash use_key(const SessionId& session) { return crypto::sha256({view("session-used"), View(session.bytes)}); }
keys::Place use_place(const FirmId& firm, const SessionId& session) { return {keys::Kind::answer, firm.bytes, session.bytes, 1}; }

}  // namespace

void LivingSessions::add(const Session& session) {
    std::lock_guard lock(mutex_);
    sessions_[session.id] = {session};
    by_secret_[session.secret_hash] = session.id;
}

void LivingSessions::drop(const std::vector<SessionId>& ended) {
    std::lock_guard lock(mutex_);
    for (const auto& id : ended) {
        auto at = sessions_.find(id);
        if (at == sessions_.end()) continue;
        by_secret_.erase(at->second.session.secret_hash);
        sessions_.erase(at);
    }
}

void LivingSessions::follow(const std::vector<Session>& sessions) {
    std::lock_guard lock(mutex_);
    auto before = std::exchange(sessions_, {});
    by_secret_.clear();
    for (const auto& session : sessions) {
        Known known{session};
        if (auto at = before.find(session.id); at != before.end()) {
            known.session.last_used = std::max(session.last_used, at->second.session.last_used);
            known.told = at->second.told;
        }
        by_secret_[session.secret_hash] = session.id;
        sessions_[session.id] = std::move(known);
    }
}

Result<std::optional<Session>> LivingSessions::by_secret(const Hash& secret) {
    std::optional<Session> found;
    {
        std::lock_guard lock(mutex_);
        auto at = by_secret_.find(secret);
        if (at == by_secret_.end()) return found;
        found = sessions_.at(at->second).session;
    }
    CHECK(take_use_elsewhere(*found));
    return found;
}

std::optional<Session> LivingSessions::by_id(const SessionId& session) const {
    std::lock_guard lock(mutex_);
    auto at = sessions_.find(session);
    return at == sessions_.end() ? std::nullopt : std::optional(at->second.session);
}

std::vector<Session> LivingSessions::that(const std::function<bool(const Session&)>& chosen) const {
    std::lock_guard lock(mutex_);
    std::vector<Session> found;
    for (const auto& [id, known] : sessions_)
        if (chosen(known.session)) found.push_back(known.session);
    return found;
}

std::size_t LivingSessions::count() const {
    std::lock_guard lock(mutex_);
    return sessions_.size();
}

bool LivingSessions::use(const SessionId& session) {
    auto now = gate_.clock().now();
    {
        std::lock_guard lock(mutex_);
        auto at = sessions_.find(session);
        if (at == sessions_.end()) return false;
        auto& known = at->second;
        known.session.last_used = std::max(known.session.last_used, now);   // a clock that goes back lengthens nothing
        if (!gate_.records().nodes() || now - known.told < limits::session_use_told_every) return true;
        known.told = now;
    }
    tell_others_of_use(session, now);
    return true;
}

void LivingSessions::tell_others_of_use(const SessionId& session, Instant now) {
    const auto& ring = gate_.ring();
    Writer w;
    w.u64(static_cast<std::uint64_t>(now.us));
    storage::SingleRow row{static_cast<std::uint64_t>(now.us),
                           keys::seal(ring.gate_seal(), ring.firm(), use_place(ring.firm(), session), w.written())};
    auto told = gate_.records().commit([&](storage::RecordWriter& writer) { return writer.remember(use_key(session), row); });
    if (!told) journal(Level::info, "session.use-not-told", {{"problem", told.error().problem}});
}

Result<void> LivingSessions::take_use_elsewhere(Session& session) const {
    if (!gate_.records().nodes() || gate_.clock().now() < session.last_used + limits::session_idle_max) return {};
    TRY(auto row, gate_.records().remembered(use_key(session.id)));
    if (!row) return {};
    const auto& ring = gate_.ring();
    TRY(auto content, keys::open(ring.gate_seal(), ring.firm(), use_place(ring.firm(), session.id), row->value));
    Reader r(content);
    Instant used{static_cast<std::int64_t>(r.u64())};
    CHECK(r.done("when a session was used"));
    session.last_used = std::max(session.last_used, used);
    return {};
}

}  // namespace muniment::access

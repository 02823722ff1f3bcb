// SPDX-License-Identifier: Apache-2.0
// The gate of a restore: who there is, teams, walls. Its rows and their head fit only as a whole, so where one is missing all are chosen
// anew, each the one that the log names last.
//
// Promises   A row that nobody can be sure of is left out, and what it permitted with it. Where it may have forbidden something (a wall, or
//            the group on one side of it), nobody but administrators comes in by what they held: everybody else is invited anew.
//            Every session and token ends.
// Assumes    The log was held against its tree (log_says.hpp).
// Does not   Know what was changed after the end of both log and key set: that is said, and made again by people.
#pragma once
#include "access/gate.hpp"
#include "strongroom/turn/restored_papers.hpp"

namespace muniment::strongroom {

class RestoredGate {
  public:
    /// `set_is_newer`: than the log that stands here, so that the set's word counts.
    RestoredGate(storage::RecordWriter& writer, const keys::Ring& ring, const LoadedSet* set, bool set_is_newer, const LogSays& says,
                 Said& said)
        : writer_(writer), rows_(ring), set_(set), set_is_newer_(set && set_is_newer), says_(says), said_(said) {}

    Result<void> run();
    /// Whoever was revoked since must not come in by what they still hold.
    Result<void> end_sessions();

    bool replaced() const { return replaced_; }
    std::uint64_t lost() const { return lost_; }                        ///< rows that the log names and nobody has
    std::uint64_t sessions_ended() const { return sessions_ended_; }
    std::uint64_t credentials_ended() const { return credentials_ended_; }

  private:
    using Rows = std::vector<storage::GateRow>;
    Rows by_log(const Rows& here);
    Rows by_set(const Rows& here) const;
    bool ended_here(const storage::GateRow& row) const;
    Result<void> write(const Rows& here, const Rows& chosen);
    Result<std::uint64_t> next_number(const Rows& chosen) const;
    Result<std::uint64_t> next_revision() const;
    Result<void> count_later_changes(std::uint64_t number);
    Result<void> end_credentials();
    Result<void> end(keys::Kind kind, const std::set<PersonId>& but, std::uint64_t& count);

    storage::RecordWriter& writer_;
    access::GateRows rows_;
    const LoadedSet* set_;
    bool set_is_newer_;
    const LogSays& says_;
    Said& said_;
    bool replaced_ = false, opens_something_ = false;
    std::uint64_t lost_ = 0, sessions_ended_ = 0, credentials_ended_ = 0;
};

}  // namespace muniment::strongroom

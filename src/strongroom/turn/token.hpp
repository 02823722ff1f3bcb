// SPDX-License-Identifier: Apache-2.0
// One turn at a time: a single row with a token that every step of a turn checks and renews.
//
// Taking it over from whoever holds it is always safe: the holder's next step finds another token and stops, and its commit looks in
// its own transaction. But two processes that take it from each other in turn would never end, so a token of another process is left
// alone while it is being renewed.
#pragma once
#include "base/clock.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

/// The single row: number is when its holder was last at work, value the token and its process.
inline constexpr std::string_view turn_token = "turn";

class TurnToken {
  public:
    static constexpr auto idle_max = std::chrono::minutes(2);   ///< a step lasts seconds; after this its process is taken for dead

    /// `busy` where another process is at a turn. One of this process that was left behind by a turn that failed is taken over.
    static Result<TurnToken> take(storage::Records& records, const Clock& clock);
    static Result<bool> lies_there(storage::RecordReader& reader);
    /// While nobody else has the database open: a token that lies there is of a process that has ended, and need not
    /// be waited for.
    static Result<void> inherit(storage::Records& records);

    /// `stale` where somebody took it over. In a transaction: part of it.
    Result<void> check_in(storage::RecordWriter& writer) const;
    Result<void> check();
    Result<void> release();

  private:
    TurnToken(storage::Records& records, const Clock& clock) : records_(&records), clock_(&clock), token_(new_random_id()) {}
    Result<void> write_in(storage::RecordWriter& writer) const;

    storage::Records* records_;
    const Clock* clock_;
    Id16 token_;
};

}  // namespace muniment::strongroom

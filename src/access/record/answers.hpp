// SPDX-License-Identifier: Apache-2.0
// Answers: what a request that may be sent again (Idempotency-Key) has made, remembered for limits::idempotency_kept in the transaction
// of what it made. docs/formats/gate.md.
//
// The content of a paper becomes durable beside its rows, not before them. What is remembered with such rows is *pending* until the
// content is there too, and nobody may be answered by it: the rows are taken back where the content does not come. A process that is at
// such a filing says so with begin(); settle() then tells others, whom nobody waits for.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "access/principal.hpp"
#include "audit/entry.hpp"
#include "base/clock.hpp"
#include "keys/ring.hpp"
#include "storage/records.hpp"

namespace muniment::access {

class Answers {
  public:
    Answers(storage::Records& records, const keys::Ring& ring, const Clock& clock) : records_(records), ring_(ring), clock_(clock) {}

    struct Made {
        Hash request{};                          ///< Repeatable::request
        std::vector<audit::Subject> subjects;    ///< what its entry named
        bool under_way = false;                  ///< this process is still making its content durable
        std::optional<Id16> pending_by;          ///< another process was when this was written: it may be at it, or gone
    };
    Result<std::optional<Made>> find(const Principal& who) const;

    /// In the transaction of what was made; nothing for who has no key. `already_done` where the key has made something.
    Result<void> remember_in(storage::RecordWriter& writer, const Principal& who, const std::vector<audit::Subject>& subjects) const;
    /// In the transaction that takes it back.
    Result<void> forget_in(storage::RecordWriter& writer, const Principal& who) const;
    /// The content is durable: what was remembered is pending no more.
    Result<void> settle(const std::vector<Principal>& made);

    /// While it lives, what this key makes is pending, and under way here.
    class UnderWay {
      public:
        UnderWay(Answers& answers, const Principal& who);
        ~UnderWay();
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;
        /// It is not known what became of it: it stays so until this process has opened the firm anew, and others have looked.
        void stays() { stays_ = true; }

      private:
        Answers& answers_;
        std::optional<Hash> key_;
        bool stays_ = false;
    };

    /// Whoever wrote pending_by: a node to those of a database with nodes, otherwise the firm as this process has it open.
    Id16 process() const;
    /// `unavailable` while that process may still be at it.
    Result<void> is_gone(const Id16& process) const;

  private:
    bool under_way(const Hash& key) const;
    Bytes seal(const Hash& key, View content) const;

    storage::Records& records_;
    const keys::Ring& ring_;
    const Clock& clock_;
    const Id16 self_ = new_random_id();
    mutable std::mutex mutex_;
    std::map<Hash, int> under_way_;
};

}  // namespace muniment::access

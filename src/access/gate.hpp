// SPDX-License-Identifier: Apache-2.0
// The gate: the only way to act in Muniment.
//
// admit() takes who is asking and what for, decides, and for a reading writes the decision to the log and waits until it would
// survive a power cut; only then is there a Permit. For a change the Permit holds the unwritten entry, and commit() makes change
// and entry one transaction, deciding again where the policy moved meanwhile. Refusals are entries as well, durable before they
// are answered. An opening (limits::opening_valid) stands under one entry until it ends or the policy moves.
//
// Promises   No Permit exists without a durable entry naming the same person, action and object. What the gate decides by is what
//            the database holds in the same transaction (the fence), or nothing happens.
//            With several nodes (storage/nodes.hpp) what another changed is followed before anything is decided in a transaction,
//            and asked for before each request (SignIn::principal) and each step of a transfer (still()).
// Assumes    Whoever opened it has follow_in() called where another node moved the gate's rows.
// Does not   Open anything (strongroom/), speak HTTP (server/).
// Read next  permit.hpp, record/gate_rows.hpp, decide/decide.hpp
#pragma once
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "access/decide/policy_cell.hpp"
#include "access/permit.hpp"
#include "access/record/answers.hpp"
#include "access/record/gate_rows.hpp"
#include "audit/afterwards.hpp"

namespace muniment::access {

/// Whether a reading may stand under an entry made up to limits::opening_valid ago for the same person, session and subjects.
enum class Opening : bool { always_new, may_stand };

class Gate {
  public:
    /// Loads and checks every row that the gate reads; `wall_shut` where one does not fit.
    static Result<std::unique_ptr<Gate>> open(storage::Records& records, std::shared_ptr<keys::Ring> ring, audit::Log& log,
                                              const Clock& clock);
    static Result<void> found_in(storage::RecordWriter& writer, const keys::Ring& ring);

    template <Action A>
        requires(!A::changes)
    Result<Permit<A>> admit(const Principal& who, A action, Opening opening = Opening::always_new) {
        if (!is_in_reserve<A>) CHECK(room_left());
        auto ruling = ruling_on(who, A::permission, action.subject(), is_own<A>);
        TRY(auto proof, admit_reading(ruling, A::entry, action.subjects(), opening));
        return Permit<A>(std::move(action), std::move(ruling), std::move(proof));
    }
    template <Action A>
        requires(A::changes)
    Result<Permit<A>> admit(const Principal& who, A action) {
        if (!is_in_reserve<A>) CHECK(room_left());
        auto ruling = ruling_on(who, A::permission, action.subject(), is_own<A>);
        TRY(auto draft, admit_change(ruling, A::entry, action.subjects()));
        return Permit<A>(std::move(action), std::move(ruling), std::move(draft));
    }
    /// Change and entry in one transaction. Decides again where the policy moved; `denied` then writes a refusal instead.
    template <Action A>
        requires(A::changes)
    Result<audit::Durable> commit(Permit<A> permit, audit::Log::Work work) {
        return commit_change(permit.ruling_, std::move(permit.proof_), std::move(work));
    }
    /// What is to be changed, judged by the policy that the change is made to: one change is made at a time, so nothing moves
    /// between this look and the commit. May refuse.
    using Edit = std::function<Result<std::vector<Change>>(const Policy&)>;
    /// The same for what is decided from: the facts' rows are written, the policy moves on and is published after the commit.
    template <Action A>
        requires(A::changes)
    Result<audit::Durable> change(Permit<A> permit, const Edit& edit, audit::Log::Work work = {}) {
        return change_policy(permit.ruling_, std::move(permit.proof_), edit, std::move(work));
    }

    /// What requests that may be sent again have made: such a one is answered again from what its entry named, not made again.
    Answers& answers() { return answers_; }
    /// Answers::settle() for a principal whose content is durable; nobody waits for it.
    void settle(const Principal& who);

    /// In a transaction that finds the gate's head moved by another process: reads all rows anew, checked as by open(). `also` is
    /// given each of them.
    Result<void> follow_in(storage::RecordReader& reader, const std::function<Result<void>(const GateRows::Loaded&)>& also);

    /// Whether what was permitted still is, and its session stands: for a Transfer, before each step. Cheap while the policy stands.
    Result<void> still(Ruling& ruling) const;
    /// A decision without an entry: what `access explain` and lists are made from, under their own permits.
    Decision ask(const PersonId& who, Permission what, const Subject& subject) const;
    /// An outcome that nobody waits for (audit::Outcome::ended, cut).
    void note(const Principal& who, audit::Action action, audit::Outcome outcome, std::vector<audit::Subject> subjects);

    std::shared_ptr<const Policy> policy() const { return policy_.read(); }
    const keys::Ring& ring() const { return *ring_; }
    keys::Ring& ring() { return *ring_; }
    const GateRows& rows() const { return rows_; }
    audit::Log& log() { return log_; }
    storage::Records& records() { return records_; }
    const Clock& clock() const { return clock_; }
    /// Reads all rows again and compares them with what is decided by: `wall_shut`, and from then on everything is refused.
    Result<void> inspect();

    /// `wall_shut` once an inspection found rows that do not fit, `locked` once the gate was closed.
    Result<void> not_shut() const;
    /// `no_room` while less than limits::disk_reserve_bytes is left where the records lie: that is kept for signing in and for what
    /// contains an incident (is_in_reserve). What takes room step by step asks before each.
    Result<void> room_left() const;
    /// From now on nothing is admitted, committed or still permitted: the strongroom is being locked. Transfers end at their next step.
    void close() { state_ = State::closed; }

    /// What still() asks of a session: whether it stands, and is in use with this. Set by who keeps them, before anybody comes in.
    void ask_of_sessions(std::function<bool(const SessionId&)> stands) { session_stands_ = std::move(stands); }

    /// On a copy of the firm nothing is changed: what was filed here would be missing where the firm lives. Reading goes on.
    void take_nothing_in(bool copy) { copy_ = copy; }

    audit::Draft draft(const Principal& who, audit::Action action, audit::Outcome outcome, std::vector<audit::Subject> subjects,
                       Bytes words) const;

  private:
    struct OpeningKey {
        PersonId person;
        SessionId session;
        Id16 subjects;
        friend bool operator==(const OpeningKey&, const OpeningKey&) = default;
    };
    struct OpeningHash {
        std::size_t operator()(const OpeningKey& key) const noexcept {
            return IdHash{}(key.subjects) ^ IdHash {}(key.session.bytes);
        }
    };
    struct OpeningEntry {
        std::shared_ptr<const audit::Durable> proof;
        std::uint64_t revision;
        Duration until;
    };

    Gate(storage::Records& records, std::shared_ptr<keys::Ring> ring, audit::Log& log, const Clock& clock, Policy policy);
    Result<void> takes_changes() const;
    Ruling ruling_on(const Principal& who, Permission permission, Subject subject, bool own) const;
    Decision decide_now(const Ruling& ruling, const Policy& policy) const;
    Result<std::shared_ptr<const audit::Durable>> admit_reading(Ruling& ruling, audit::Action action,
                                                                std::vector<audit::Subject> subjects, Opening opening);
    Result<audit::Draft> admit_change(Ruling& ruling, audit::Action action, std::vector<audit::Subject> subjects);
    Result<audit::Durable> commit_change(Ruling& ruling, audit::Draft draft, audit::Log::Work work);
    Result<audit::Durable> change_policy(Ruling& ruling, audit::Draft draft, const Edit& edit, audit::Log::Work work);
    Result<void> write_change(storage::RecordWriter& writer, audit::Draft& entry, const Policy& before,
                              const Change& change) const;
    Error refuse(const Ruling& ruling, const Decision& decision, audit::Action action, std::vector<audit::Subject> subjects);
    std::shared_ptr<const audit::Durable> standing(const OpeningKey& key, std::uint64_t revision) const;
    void stands(const OpeningKey& key, std::shared_ptr<const audit::Durable> proof, std::uint64_t revision);
    Error recorded(const Ruling& ruling, const audit::Leaf& leaf, Error error);

    storage::Records& records_;
    std::shared_ptr<keys::Ring> ring_;
    audit::Log& log_;
    const Clock& clock_;
    GateRows rows_;
    PolicyCell policy_;
    Answers answers_;
    std::mutex settling_mutex_;
    std::vector<Principal> settling_;       ///< for the next commit that settles
    audit::Afterwards afterwards_;
    std::mutex changing_;                   // one change of the policy at a time
    enum class State : std::uint8_t { open, shut, closed };
    std::atomic<State> state_{State::open};
    mutable std::atomic<std::int64_t> room_looked_at_;   ///< by the steady clock, µs
    mutable std::atomic<bool> in_reserve_{false};
    std::atomic<bool> copy_{false};
    std::function<bool(const SessionId&)> session_stands_;
    mutable std::mutex openings_mutex_;
    std::unordered_map<OpeningKey, OpeningEntry, OpeningHash> openings_;
};

}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
// The log: entries become durable, then part of the tree, then covered by a signed checkpoint.
//
// Life of an entry: Draft → record()/commit() makes it durable at the next sequence → the sequencer (one thread) hashes it into
// tiles in a transaction that advances the tree's head → a checkpoint is signed after that commit, from the row, never from
// memory. Callers MUST NOT act on an entry before they hold its Durable.
#pragma once
#include <functional>
#include <memory>

#include "audit/entry.hpp"
#include "audit/lineage.hpp"
#include "audit/sequencer.hpp"
#include "keys/ring.hpp"

namespace muniment::audit {

/// Proof that one entry survives a crash. Only Log makes one. Never a tree position: that comes later.
class [[nodiscard]] Durable {
  public:
    Durable(Durable&&) noexcept = default;
    Durable& operator=(Durable&&) noexcept = default;
    const EntryId& entry() const { return entry_; }
    const Hash& hash() const { return hash_; }         ///< the leaf hash, RFC 6962

  private:
    friend class Log;
    Durable(EntryId entry, Hash hash) : entry_(entry), hash_(hash) {}
    EntryId entry_;
    Hash hash_;
};

class Log {
  public:
    using Work = std::function<Result<void>(storage::RecordWriter&, Draft&)>;

    /// Opens the firm's log; the signing key is a field under the firm key. Checks that the newest checkpoint fits the tree's
    /// head and that the tree is not longer than the entries.
    static Result<std::unique_ptr<Log>> open(storage::Records& records, std::shared_ptr<keys::Ring> ring, const Clock& clock,
                                             LogSettings settings = {});
    /// In the founding transaction: makes the signing key (kind firm_log_key) and an empty tree.
    static Result<void> found_in(storage::RecordWriter& writer, const keys::Ring& ring);
    /// In the same transaction, when no Log can be open yet: the first entries.
    static Result<void> append_founding_in(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock,
                                           Draft draft);
    /// A checkpoint that is known of a log that ends, whoever kept it.
    struct Former {
        std::uint64_t number = 1;                          ///< of that log
        std::uint64_t size = 0;
        Hash root{};                                       ///< zeros where only the size was kept
        Bytes note;                                        ///< signed; may be empty
    };
    /// In a transaction, when no Log is open: others went on, or may have gone on, from what stands here. It goes on as a log of its
    /// own, under an origin above all numbers that are known, with an entry that names the ends of the former ones. `corrupt` where the
    /// log that stands here would not open.
    static Result<void> begin_anew_in(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock,
                                      std::vector<Former> formers);
    static constexpr std::size_t formers_named_max = 7;    ///< in that entry: as many as a leaf has room for; those of the highest numbers
    /// Which log of the firm's line this is, and which ones ended before it.
    static Result<Lineage> lineage_in(storage::RecordReader& reader, const keys::Ring& ring);
    ~Log();

    /// A decision or a reading: durable when it returns.
    Result<Durable> record(Draft draft);
    /// A change: `work` and the entry are one commit. What work adds to the draft (row marks, subjects) is in the leaf; of
    /// more marks than one leaf holds the rest is in entries of its own behind it (Action::rows_written). Work may run again
    /// (storage/records.hpp, and where it met a turn of the epoch): each run gets a fresh copy of the draft's leaf.
    Result<Durable> commit(Draft draft, Work work);
    /// An entry within somebody else's transaction (the founding, the turn): part of it.
    Result<void> append_in(storage::RecordWriter& writer, Draft draft);

    /// The beginning of an entry that nobody who is signed in stands behind: Muniment itself did or found something. `words` is a JSON
    /// object, sealed under the firm's key.
    Draft own_draft(Action action, Outcome outcome, std::string_view words) const;

    Result<std::uint64_t> size() const;                    ///< entries that are durable
    Result<Instant> newest_time() const;                   ///< of the newest entry; zero where there is none
    Result<storage::CheckpointRow> checkpoint_now();       ///< integrates all, signs, stores
    /// Entries may have come from other nodes: the tree is looked after as if one had come from here.
    void look_on() { sequencer_->entry_written(); }
    /// Asked before this process takes the tree over from another node.
    void confirm_with(Sequencer::Confirm confirm) { sequencer_->confirm_with(std::move(confirm)); }
    /// Why the tree could last not be extended or signed; nothing while all is well. Whoever watches over the firm shows it.
    std::optional<Error> trouble() const { return sequencer_->trouble(); }

    /// Signature verification key, as a C2SP vkey: "<origin>+<key id>+<base64>".
    std::string verifier_key() const { return key_.text(); }
    const std::string& origin() const { return key_.name(); }  ///< "muniment.invalid/log/<firm id>"

    struct Found {
        std::uint64_t sequence;
        Leaf leaf;
        storage::EntryRow row;                             ///< with the sealed detail
    };
    /// Newest first, below `below`; about a subject or person, or all. The index behind it is brought up to date first.
    Result<std::vector<Found>> find(std::optional<Id16> subject, std::uint64_t below, std::size_t count);
    /// Opens a detail and checks it against its leaf's commitment. `not_found` where it was destroyed.
    Result<Bytes> words_of(const Found& entry, const keys::SealKey& details_key) const;

    /// Inclusion of an entry in the newest checkpoint, which is made where the entry is not covered yet.
    struct Inclusion {
        std::uint64_t index, size;
        std::vector<Hash> path;                            ///< from the leaf to the root
        Bytes checkpoint;                                  ///< the signed note
    };
    Result<Inclusion> prove(std::uint64_t sequence);

  private:
    struct Prepared;
    Log(storage::Records& records, std::shared_ptr<keys::Ring> ring, const Clock& clock, VerifierKey key, Duration turn_wait);
    static Result<Prepared> prepare(Draft& draft, const FirmId& firm, const Clock& clock);
    static Result<void> seal_detail(Draft& draft, const FirmId& firm, storage::EntryRow& row);
    static Result<void> finish(const Draft& draft, Prepared& prepared);
    static Result<void> append(storage::RecordWriter& writer, Draft& draft, Prepared& prepared, const FirmId& firm,
                               const Clock& clock);
    Durable written(const Prepared& prepared);
    bool follows_turn() const;
    Durable record_too_late(Prepared prepared);

    storage::Records& records_;
    std::shared_ptr<keys::Ring> ring_;
    const Clock& clock_;
    VerifierKey key_;
    Duration turn_wait_;
    std::unique_ptr<Sequencer> sequencer_;
    std::mutex late_mutex_;                                ///< the two are used only where safeguard 3 is broken for a test
    std::vector<std::jthread> late_;
};

}  // namespace muniment::audit

// SPDX-License-Identifier: Apache-2.0
// The ring: the living keys, in guarded memory, from unlock to lock.
//
// It opens every key record under the epoch key, counts them and sums their keyed hashes, and compares both with the sealed head.
// A record that is missing, too many, older or from elsewhere shuts the ring: the database is never believed.
//
// Threads    All functions may be called from any thread. What `matter()` and its like give stays valid while it is held.
// Revision   add_in() and turn_in() run inside a transaction and only write; `took()` is called after its commit.
#pragma once
#include <functional>
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

#include "keys/derive.hpp"
#include "keys/row_sum.hpp"
#include "keys/sealed.hpp"
#include "storage/records.hpp"
#include "storage/slots.hpp"

namespace muniment::keys {

/// A matter's two keys (docs/formats/keys.md: MK ‖ PK), and the page's generation.
struct MatterKeys {
    MatterKey matter;
    PageKey page;
    std::uint64_t generation;

    static MatterKeys random() { return {MatterKey::random(), PageKey::random(), 1}; }
    crypto::Secret encode() const;                          ///< generation, MK, PK
    static Result<MatterKeys> decode(const crypto::Secret& record);
    MatterKeys clone() const { return {matter.clone(), page.clone(), generation}; }
};

/// The key head: one sealed row, under D(E, "head").
struct Head {
    std::uint64_t number = 0;                               ///< grows with every change of a record
    std::uint64_t epoch = 1;                                ///< grows with every turn
    RowSum records;                                         ///< count and keyed hash of the key records
    std::uint64_t log_size = 0;                             ///< entries of the log when it was sealed
};

class Ring {
  public:
    /// Makes the firm's first keys in a transaction of an empty database: firm key, head.
    static Result<std::shared_ptr<Ring>> found_in(storage::RecordWriter& writer, const FirmId& firm, EpochKey epoch);
    /// `wrong_key` where the head is another epoch's, `corrupt` where a record or the head does not fit.
    static Result<std::shared_ptr<Ring>> open(storage::RecordReader& reader, const FirmId& firm, EpochKey epoch);
    // For a database that is older than the firm or damaged (strongroom/turn/restore.hpp).
    /// Whether a record, a head opens under `epoch` at its place.
    static Result<crypto::Secret> open_record(const storage::KeyRow& row, const FirmId& firm, const EpochKey& epoch);
    static Result<Head> open_head(const storage::SingleRow& row, const FirmId& firm, const EpochKey& epoch);
    /// In a transaction in which every key record was made to open under `epoch`: a head that counts them, as `number` of `epoch_number`.
    static Result<std::shared_ptr<Ring>> rebuild_in(storage::RecordWriter& writer, const FirmId& firm, EpochKey epoch,
                                                    std::uint64_t epoch_number, std::uint64_t number);
    /// The mark that stands beside the head, in clear: which epoch key is needed.
    static Result<Mark> needed_mark(storage::RecordReader& reader);

    const FirmId& firm() const { return firm_; }
    Mark mark() const;
    std::uint64_t epoch_number() const;

    std::shared_ptr<const FirmKey> firm_key() const;
    Result<std::shared_ptr<const PersonKey>> person(const PersonId& id) const;    ///< `not_found`
    Result<std::shared_ptr<const ClientKey>> client(const ClientId& id) const;
    Result<std::shared_ptr<const MatterKeys>> matter(const MatterId& id) const;
    /// Tag of a sign-in name: HMAC-SHA-256(D(E, "tags"), folded name), 16 bytes.
    Id16 sign_in_tag(std::string_view folded_name) const;

    /// What seals fields, details and gate rows of an owner.
    SealKey firm_fields() const, gate_seal() const, firm_details() const;
    MacKey gate_mac() const;

    /// In a transaction: writes the record and the renewed head. Fails with `unavailable` where the database stands under another
    /// epoch than this ring (the fence: a stale ring seals nothing).
    Result<void> add_in(storage::RecordWriter& writer, storage::OwnerKind kind, const Id16& owner,
                        const crypto::Secret& record) const;
    /// In a transaction: another key in place of the owner's, for `keys renew`. Gives the record's number.
    Result<std::uint64_t> renew_in(storage::RecordWriter& writer, storage::OwnerKind kind, const Id16& owner,
                                   const crypto::Secret& record) const;
    /// From before such a transaction of a matter until its keys were taken, nothing else may be sealed under the matter's keys.
    void set_renewing(const MatterId& matter, bool renewing);
    bool is_renewing(const MatterId& matter) const;
    /// After that transaction's commit, with the number that the record has there: 1 for one that was added. Another process may have put
    /// a newer one in its place meanwhile, and this ring have followed that already; then this one is nobody's key any more.
    void took(storage::OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number = 1);
    struct Owner {
        storage::OwnerKind kind;
        Id16 id;
    };
    /// In a transaction that finds the head moved by another process: opens every record, counts them and holds them against the head,
    /// as open() does, and takes what is there in place of what it had. Gives the owners whose keys are new or others.
    /// `turned_elsewhere` where the firm stands under another epoch key than this ring.
    Result<std::vector<Owner>> follow_in(storage::RecordReader& reader);
    /// Inside any transaction that seals under this ring: the same fence, alone.
    Result<void> fence_in(storage::RecordReader& reader) const;

    // For strongroom/turn.
    struct Turned {
        EpochKey epoch;
        std::unordered_map<Id16, MatterKeys, IdHash> new_pages;
    };
    /// In the committing transaction of a turn: re-seals every record under `epoch`, with the new pages, renews the head.
    Result<void> turn_in(storage::RecordWriter& writer, const Turned& turned) const;
    void turned(Turned turned);                             ///< after its commit: the former epoch key is wiped
    /// The living epoch key, sealed into a slot: at the founding, and where a slot lost it.
    Result<void> place_epoch(storage::Slot& slot, const RootKey& root) const;
    /// Opens every record of the database and compares them with the ring: step 3 of the turn.
    Result<void> check_records(storage::RecordReader& reader) const;
    std::vector<MatterId> matters() const;
    std::vector<ClientId> clients() const;
    std::vector<PersonId> people() const;
    /// What ends a key set: D(E, "key-set").
    MacKey key_set_mac() const;

  private:
    struct Epoch;
    Ring(const FirmId& firm, std::shared_ptr<const Epoch> epoch) : firm_(firm), epoch_(std::move(epoch)) {}
    struct Keys;
    static Result<void> keep_in(Keys& keys, storage::OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number);
    Result<void> keep(storage::OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number);
    Result<Head> head_in(storage::RecordReader& reader, const Epoch& epoch) const;
    Result<void> write_head_in(storage::RecordWriter& writer, const Epoch& epoch, const Head& head) const;
    Result<void> open_records(storage::RecordReader& reader, const Epoch& epoch,
                              const std::function<Result<void>(const storage::KeyRow&, crypto::Secret)>& take) const;
    std::shared_ptr<const Epoch> epoch() const;

    FirmId firm_;
    mutable std::shared_mutex mutex_;
    std::shared_ptr<const Epoch> epoch_;
    struct Keys {
        std::shared_ptr<const FirmKey> firm;
        std::unordered_map<PersonId, std::shared_ptr<const PersonKey>> people;
        std::unordered_map<ClientId, std::shared_ptr<const ClientKey>> clients;
        std::unordered_map<MatterId, std::shared_ptr<const MatterKeys>> matters;
        std::unordered_map<Id16, std::uint64_t, IdHash> numbers;    ///< of the records that these keys stood in, by owner
    };
    Keys keys_;
    std::unordered_set<MatterId> renewing_;
};

}  // namespace muniment::keys

// SPDX-License-Identifier: Apache-2.0
// keys renew: after a leak, new keys for every person, client and matter, and a new secret for every document, each row under them
// sealed anew. docs/formats/keys.md, "Renewal". The turn that must follow makes what was before worthless.
//
// Promises   Each matter is one transaction: whole, or as it was. Where it is cut off, the next run goes on behind the last one that
//            was done. Whatever is carried over was opened. Papers stay readable, and their words in the log too.
// Costs      Memory: the ids of one matter's documents and one document. Time: a few opened and sealed rows for each version, during
//            which a matter's transaction holds up others.
// Does not   Renew the firm's own key (the gate's rows and the log's other words lie under it), or the objects' keys: the papers'
//            own bytes stay as they are. Whoever has an object's key and its bytes has the paper.
#pragma once
#include <functional>

#include "access/gate.hpp"
#include "strongroom/matters/document_rows.hpp"

namespace muniment::strongroom {

struct RenewalReport {
    std::size_t people = 0, clients = 0, matters = 0, documents = 0;
};

class Renewal {
  public:
    /// Called after each transaction; for tests that end the process there.
    using Probe = std::function<void(const RenewalReport&)>;
    explicit Renewal(access::Gate& gate, Probe probe = {}) : gate_(gate), probe_(std::move(probe)) {}

    /// From where a former run was cut off, else from the beginning.
    Result<RenewalReport> run();
    /// After the turn: the next run begins anew.
    Result<void> finish();
    /// A run was begun, and no turn has ended it.
    static bool begun(storage::RecordReader& reader);

  private:
    struct Owner {
        storage::OwnerKind kind;
        Id16 id;
    };
    struct Fresh;
    std::vector<Owner> owners() const;
    Result<std::vector<Owner>> left();
    Result<storage::SingleRow> move_on_in(storage::RecordWriter& writer, const Owner& last) const;
    std::uint64_t began_us() const { return static_cast<std::uint64_t>(began_.us); }
    Result<void> renew_profiles(std::span<const Owner> owners);
    Result<void> renew_profile_in(storage::RecordWriter& writer, audit::Draft& draft, const Owner& owner, const keys::SealKey& from,
                                  const keys::SealKey& to) const;
    Result<void> settle(const Result<audit::Durable>& done, const Owner& last);
    Result<void> renew_matter(const Owner& owner);
    Result<void> renew_matter_in(storage::RecordWriter& writer, const MatterId& matter, const keys::MatterKeys& next,
                                 std::size_t& documents) const;
    Result<keys::SealKey> fields_of(const Owner& owner) const;
    audit::Draft draft_about(const Owner& owner) const;

    access::Gate& gate_;
    Probe probe_;
    RenewalReport report_;
    Instant began_{};                 ///< the run, perhaps before this process
    std::optional<storage::SingleRow> place_;   ///< where the run had come to, as this process last saw or wrote it
};

}  // namespace muniment::strongroom

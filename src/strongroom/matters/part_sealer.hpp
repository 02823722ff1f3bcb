// SPDX-License-Identifier: Apache-2.0
// PartSealer: one part of a version on its way into a pack: an object of its own, with its own key, sealed once from its first
// byte to its last. A small one shares a pack with others, a larger one is streamed into a pack of its own, which goes with the
// sealer where finish() was not reached.
#pragma once
#include <memory>
#include <optional>

#include "keys/keys.hpp"
#include "storage/packs.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

class PartSealer {
  public:
    PartSealer(const FirmId& firm, storage::PackStore& packs, Instant now);

    /// At most limits::transfer_step_bytes at a time.
    Result<void> add(View plaintext);

    struct Placed {
        storage::Placement place;
        std::optional<storage::PendingObject> pending;   ///< of a small one: its bytes are on their way still
    };
    Result<Placed> finish();

    const ObjectId& object() const { return object_; }
    const keys::ObjectKey& key() const { return key_; }
    std::uint64_t length() const { return length_; }     ///< of the plaintext
    bool has_its_own_pack() const { return writer_ != nullptr; }

  private:
    Result<void> flush();

    storage::PackStore& packs_;
    ObjectId object_;
    keys::ObjectKey key_;
    crypto::StreamSealer sealer_;
    std::uint64_t length_ = 0;
    Bytes sealed_;                                        ///< not yet given to storage
    std::unique_ptr<storage::ObjectWriter> writer_;       ///< once it is too large for a shared pack
};

/// Removes the pack of a large object, which holds nothing else. It is kept where the database does not say that no row names it.
void drop_own_pack(storage::RecordReader& records, storage::PackStore& packs, const PackId& pack);

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/part_sealer.hpp"

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::strongroom {
namespace {

/// Sealed bytes of the largest small object: its head, and what Cobblestone adds.
const std::uint64_t small_sealed_max = keys::object_head.size() + crypto::stream_sealed_length(limits::small_object_bytes_max);

}  // namespace

PartSealer::PartSealer(const FirmId& firm, storage::PackStore& packs, Instant now)
    : packs_(packs),
      object_(ObjectId::fresh(now)),
      key_(keys::ObjectKey::random()),
      sealer_(key_.expose(), keys::object_context(firm, object_, keys::Role::part)) {
    sealed_.assign(keys::object_head.begin(), keys::object_head.end());
}

Result<void> PartSealer::add(View plaintext) {
    length_ += plaintext.size();
    sealer_.add(plaintext, sealed_);
    return length_ > limits::small_object_bytes_max ? flush() : Result<void>{};
}

Result<void> PartSealer::flush() {
    if (!writer_) {
        TRY(writer_, packs_.create(object_));
    }
    CHECK(writer_->add(sealed_));
    sealed_.clear();
    return {};
}

Result<PartSealer::Placed> PartSealer::finish() {
    sealer_.finish(sealed_);
    if (writer_) {
        CHECK(flush());
        TRY(auto place, writer_->finish());
        return Placed{place, std::nullopt};
    }
    require(sealed_.size() <= small_sealed_max, "a small object that is not small");
    TRY(auto pending, packs_.append(object_, std::move(sealed_)));
    auto place = pending.place();
    return Placed{place, std::move(pending)};
}

void drop_own_pack(storage::RecordReader& records, storage::PackStore& packs, const PackId& pack) {
    bool named = false;
    auto looked = records.for_each_part_in(pack, [&](const storage::PartRow&) { return named = true, false; });
    if (!looked || named) return;
    if (auto removed = packs.remove(pack); !removed) journal(Level::warning, "upload.pack-left", {{"pack", pack}});
}

}  // namespace muniment::strongroom

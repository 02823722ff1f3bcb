// SPDX-License-Identifier: Apache-2.0
// Packs of few objects become fewer and larger ones (docs/formats/pack.md, "Merging").
//
// For        Stores where each batch is a pack of its own: without this a million papers are a hundred thousand packs.
// Promises   Nothing is removed that a row names. A crash or an error at any step loses nothing; the next step goes on.
// Assumes    One step at a time in this process. Another process may do the same: each transaction looks again.
// Does not   Open anything: objects are copied as they are sealed, so no key is needed.
#pragma once
#include <map>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "storage/packs.hpp"
#include "storage/records.hpp"

namespace muniment::storage {

struct Merged {
    std::size_t packs = 0;      ///< that were emptied; 0: there was nothing to merge
    std::size_t objects = 0;
};

class Merging {
  public:
    Merging(Records& records, PackStore& packs, const Clock& clock) : records_(records), packs_(packs), clock_(clock) {}

    /// Merges one group of packs, at most limits::merged_pack_bytes.
    Result<Merged> step();
    /// Removes packs that were emptied long enough ago; gives how many.
    Result<std::size_t> remove_emptied();

  private:
    struct Candidate {
        PackId pack;
        std::vector<FoundObject> objects;   ///< as rows name them, by offset
        std::uint64_t bytes = 0;
    };

    Result<void> give_up_unfinished(const std::vector<PackRow>& known);
    Result<std::vector<Candidate>> choose(const std::vector<PackRow>& known);
    Result<std::optional<Candidate>> look_at(const PackId& pack);
    Result<bool> named_throughout(const Candidate& candidate);
    Result<std::vector<SealedObject>> copy(const std::vector<Candidate>& group);
    Result<void> read_back(const std::vector<SealedObject>& objects, const std::vector<Placement>& places);
    Result<void> point_to(const std::vector<Candidate>& group, const std::vector<Placement>& places);
    Result<bool> still_unnamed(const PackId& pack);

    Records& records_;
    PackStore& packs_;
    const Clock& clock_;
    std::map<PackId, Duration> emptied_since_;   ///< when this process first saw it so
};

}  // namespace muniment::storage

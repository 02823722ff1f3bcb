// SPDX-License-Identifier: Apache-2.0
// The scrub of content: every object of every version is read from its first byte to its last and opened, so that a byte that rotted
// is found while a copy elsewhere is still whole, and not when somebody needs the paper. Nothing of it is kept.
//
// It goes in bounded steps from a place that is kept between them (and over a restart), in the order of ids: what is filed meanwhile
// behind that place is looked at in the next pass. What does not fit is looked at again with rows read anew, so that a move, a merge
// of packs or a turn under way is never taken for damage.
#pragma once
#include "storage/packs.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

class ContentScrub {
  public:
    ContentScrub(access::Gate& gate, const Papers& papers, storage::PackStore& packs) : gate_(gate), papers_(papers), packs_(packs) {}

    /// The last part that was looked at; nil before the first. 40 bytes where it is kept.
    struct Place {
        MatterId matter;
        DocumentId document;
        std::uint32_t version = 0, part = 0;       ///< the next part of that version; all of a document that is past
        Bytes encode() const;
        static Place decode(View bytes);           ///< the beginning, where these are no place
        friend auto operator<=>(const Place&, const Place&) = default;
    };
    struct Counts {
        std::uint64_t objects = 0, bytes = 0;      ///< that were read whole, sealed bytes
        std::uint64_t damaged = 0;                 ///< versions; each is named in the record
        std::uint64_t unreadable = 0;              ///< objects whose pack could not be read: that tells nothing of whether they are whole
    };
    /// Some 16 MiB, or one object where it is longer; false once all has been looked at.
    Result<bool> step(Place& at, Counts& counts);

  private:
    Result<bool> next_document(Place& at);
    Result<void> look_at(Place& at, Counts& counts, std::uint64_t& budget);
    Result<void> check_part(const Place& at, const storage::PartRow& part, Counts& counts);
    Result<bool> is_whole(const Place& at, const storage::PartRow& part) const;
    Result<void> name_damage(const Place& at);

    access::Gate& gate_;
    const Papers& papers_;
    storage::PackStore& packs_;
    MatterId listed_{};                            ///< whose papers these are, still to be looked at, the next one last
    std::vector<DocumentId> papers_left_;
    std::optional<Place> damage_named_;            ///< of this document and version, the last that was in this pass
    std::size_t unreadable_in_a_row_ = 0;
};

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
// After a crash: versions whose rows were committed while their bytes were still on their way. They were acknowledged to nobody
// (upload.hpp), and are dropped, each with an entry. Packs that a crash left open are looked through and closed.
#pragma once
#include "strongroom/matters/papers.hpp"
#include "storage/packs.hpp"

namespace muniment::strongroom {

struct Recovered {
    std::size_t packs = 0;      ///< that were left open
    std::size_t checked = 0;    ///< versions that lie in them
    std::size_t dropped = 0;
    std::size_t damaged = 0;    ///< were whole once, and are not: kept as they are, to be mended
};

/// Before the first request, and of the packs of another node once its lease has ended; those that living nodes write into are left
/// alone. Opens every object of a pack that was left open, whole: what was read and does not open was never
/// complete. What cannot be read says nothing: where a pack that rows name is missing (`corrupt`) or gives an error (`unavailable`),
/// no row is touched, the pack stays open, and the firm does not start.
Result<Recovered> recover(access::Gate& gate, const Papers& papers, storage::PackStore& packs);

}  // namespace muniment::strongroom

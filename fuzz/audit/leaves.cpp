// SPDX-License-Identifier: Apache-2.0
// Leaves and details of the log, and the tiles that hold their hashes, as a database or a folder gives them.
#include "audit/entry.hpp"
#include "audit/watch.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::audit;

FUZZ_TARGET(leaves) {
    auto leaf = Leaf::decode(input);
    if (leaf) fuzz::must(leaf->encode() == bytes(input), "a second spelling of a leaf");
    if (auto detail = Detail::decode(input)) fuzz::must(detail->encode() == bytes(input), "a second spelling of a detail");
}

FUZZ_TARGET(tiles) {
    fuzz::Pieces pieces(input);
    storage::TileRow row{pieces.u8(), pieces.u64(), bytes(pieces.rest())};
    auto hashes = hashes_in(row);
    if (!hashes) return;
    fuzz::must(hashes->size() >= 1 && hashes->size() <= tile_width, "a tile of an impossible width");
    fuzz::must(row_of({row.level, row.index, *hashes}).hashes == row.hashes, "a second spelling of a tile");
}

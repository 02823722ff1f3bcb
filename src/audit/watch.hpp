// SPDX-License-Identifier: Apache-2.0
// The tree as it is stored, and the watch that it only ever grows out of what was signed.
#pragma once
#include <optional>

#include "audit/checkpoint.hpp"
#include "audit/tree.hpp"
#include "storage/records.hpp"

namespace muniment::audit {

inline constexpr std::string_view tree_row = "tree";

/// The single row "tree": number = size, value = root.
struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};

    storage::SingleRow row() const { return {size, bytes(View(root))}; }
    static Result<TreeHead> read(storage::RecordReader& reader);
    friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

storage::TileRow row_of(const Tile& tile);
/// The hashes of a stored tile; `corrupt` where they are not 1 to 256 whole ones.
Result<std::vector<Hash>> hashes_in(const storage::TileRow& row);
/// Tiles out of the database. `reader` must outlive it.
TileSource stored_tiles(storage::RecordReader& reader);
/// The edge to append at: `corrupt` where the stored tiles do not give the head's root.
Result<Edge> stored_edge(storage::RecordReader& reader, const TreeHead& head);

/// Remembers the newest checkpoint that it saw, and finds a database that was rolled back, truncated or rewritten behind it.
/// Looked at when the log is opened and before each signature: a log must not sign what is inconsistent with what it signed.
class Watch {
  public:
    explicit Watch(VerifierKey key) : key_(std::move(key)) {}
    /// The head, if the newest stored checkpoint verifies, the tree at that size has its root, the same holds for the newest one
    /// seen before, and there are entries for all of the tree. `corrupt` otherwise, saying what.
    Result<TreeHead> look(storage::RecordReader& reader);
    const std::optional<Checkpoint>& newest() const { return newest_; }

  private:
    Result<void> fits(const Checkpoint& checkpoint, const TreeHead& head, storage::RecordReader& reader) const;
    VerifierKey key_;
    std::optional<Checkpoint> newest_;
};

}  // namespace muniment::audit

// SPDX-License-Identifier: Apache-2.0
// For this module's tests: reading published vectors, and tiles that stand in memory.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "audit/tree.hpp"

namespace muniment::audit::testing {

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.good()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}
inline std::filesystem::path vector_path(const std::string& name) {
    return std::filesystem::path(MUNIMENT_SOURCE_DIR "/tests/vectors") / name;
}

/// A tree whose tiles all stand in memory, as a log would store them.
class TiledTree {
  public:
    void append(const Hash& leaf) {
        std::vector<Tile> full;
        edge_.append(leaf, full);
        for (auto& tile : full) tiles_[{tile.level, tile.index}] = std::move(tile.hashes);
        for (auto& tile : edge_.partial_tiles()) tiles_[{tile.level, tile.index}] = std::move(tile.hashes);
    }
    const Edge& edge() const { return edge_; }
    TileSource source() const {
        return [this](std::uint8_t level, std::uint64_t index, std::size_t width) -> Result<std::vector<Hash>> {
            auto found = tiles_.find({level, index});
            if (found == tiles_.end() || found->second.size() < width) return fail(Problem::not_found, "no such tile");
            return std::vector<Hash>(found->second.begin(), found->second.begin() + static_cast<std::ptrdiff_t>(width));
        };
    }

  private:
    Edge edge_;
    std::map<std::pair<std::uint8_t, std::uint64_t>, std::vector<Hash>> tiles_;
};

}  // namespace muniment::audit::testing

// SPDX-License-Identifier: Apache-2.0
// The room that is left on a disk.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace muniment::storage {

struct Room {
    std::uint64_t free_bytes = 0, bytes = 0;
    std::uint64_t free_files = 0, files = 0;       ///< inodes; 0 of 0 where the file system does not count them
    /// Of whichever is scarcer.
    unsigned percent() const {
        auto part = [](std::uint64_t left, std::uint64_t all) {
            return all == 0 ? 100u : static_cast<unsigned>(100.0 * static_cast<double>(left) / static_cast<double>(all));
        };
        return std::min(part(free_bytes, bytes), part(free_files, files));
    }
};

/// For whoever is not root, of the file system that holds `path`. Nothing where it cannot be asked.
std::optional<Room> room_at(const std::filesystem::path& path);

/// Tells once when less than each of `steps` percent is left, and again only after there was clearly more in between.
class RoomWarnings {
  public:
    static constexpr std::array<unsigned, 3> steps{30, 10, 5};
    /// The step that was passed downwards since the last look, if one was.
    std::optional<unsigned> look(const Room& room) {
        constexpr unsigned clearly = 2;
        auto passed = [&](unsigned margin) {
            std::size_t count = 0;
            for (auto step : steps) count += room.percent() < step + margin;
            return count;
        };
        if (auto now = passed(0); now > told_) {
            told_ = now;
            return steps[now - 1];
        }
        told_ = std::min(told_, passed(clearly));
        return std::nullopt;
    }

  private:
    std::size_t told_ = 0;
};

}  // namespace muniment::storage

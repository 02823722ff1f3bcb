// SPDX-License-Identifier: Apache-2.0
// How long the disk takes to say that something is durable, and whether that can be true.
#pragma once
#include <optional>

#include "app/doctor/places.hpp"
#include "base/clock.hpp"

namespace muniment::app {

struct SyncSpeed {
    Duration median{};                 ///< of a write of 4 KiB and its fdatasync
    Device device;
};

/// Writes 4 KiB over and over into a file without a name in that folder: 17 times, or for two seconds. Nothing where it cannot.
std::optional<SyncSpeed> measure_sync(const std::filesystem::path& folder, const Clock& clock);

/// What the measure means. `impossible`: no device that survives a power cut answers so fast. `doubtful`: the disk itself
/// cannot have done it, so a cache answered, which may or may not have a battery.
enum class SyncVerdict : std::uint8_t { fine, slow, doubtful, impossible };
SyncVerdict judge(const SyncSpeed& speed);

}  // namespace muniment::app

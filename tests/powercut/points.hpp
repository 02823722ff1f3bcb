// SPDX-License-Identifier: Apache-2.0
// Every sync by its number: those of storage (storage/sync_points.def), then those that SQLite makes.
#pragma once
#include <cstdint>
#include <string_view>

#include "storage/disk.hpp"

namespace muniment::powercut {

struct PointFacts {
    std::string_view name, loss;
    std::string_view covered = {};  ///< of SQLite's own: why it may go without loss
    bool in_founding = false;       ///< made only while the database is
};
inline constexpr PointFacts points[] = {
#define SYNC_POINT(name, loss) {#name, loss},
#include "storage/sync_points.def"
#undef SYNC_POINT
    {"sqlite_wal", "every change since the last checkpoint"},
    {"sqlite_wal_named", "the name of the WAL, and every change in it"},
    {"sqlite_database", "what a checkpoint moved, once the WAL is written over"},
    {"sqlite_journal", "the former pages, by which the making of the database is undone", {}, true},
    {"sqlite_journal_ended", "that the journal is gone",
     "the sync for the WAL's name is of the same folder, before any commit counts"},
};
constexpr std::uint8_t number_of(storage::SyncPoint point) { return static_cast<std::uint8_t>(point); }
constexpr std::uint8_t point_named(std::string_view name) {
    for (std::uint8_t i = 0; i < std::size(points); ++i)
        if (points[i].name == name) return i;
    return UINT8_MAX;
}

}  // namespace muniment::powercut

// SPDX-License-Identifier: Apache-2.0
// Room, inodes and file systems below records and packs.
#include "app/doctor/findings.hpp"
#include "app/doctor/places.hpp"
#include "base/limits.hpp"
#include "storage/room.hpp"

namespace muniment::app {
namespace {

const char* const make_room =
    "Make room: what cannot be recorded does not happen. docs/operate/what-to-do-when.md says what can go.";

void look_at_room(const std::filesystem::path& place, const std::string& of, Findings& found) {
    auto room = storage::room_at(place);
    if (!room) {
        auto& finding = found.red("disk.room", "The disk of the " + of + " is not in reach.", "Mount it again.");
        finding.subject = of;
        finding.place = place.string();
        return;
    }
    auto percent = room->percent();
    auto said = std::to_string(percent) + " % are free where the " + of + " lie (" +
                std::to_string(room->free_bytes / limits::MiB) + " MiB, " + std::to_string(room->free_files) + " inodes).";
    const auto& steps = storage::RoomWarnings::steps;
    bool reserve = room->free_bytes < limits::disk_reserve_bytes;
    auto& finding = reserve ? found.red("disk.room", said + " Only signing in and shutting somebody out still work.", make_room)
                    : percent < steps[2] ? found.red("disk.room", said, make_room)
                    : percent < steps[0] ? found.warning("disk.room", said, make_room)
                                         : found.good("disk.room", said);
    finding.subject = of;
    finding.place = place.string();
    finding.values = {{"percent", percent},
                      {"free_bytes", static_cast<std::int64_t>(room->free_bytes)},
                      {"free_inodes", static_cast<std::int64_t>(room->free_files)}};
}

void look_at_file_system(const std::filesystem::path& place, const std::string& of, Findings& found) {
    auto there = file_system_of(place);
    if (!there) return;
    auto what = "The " + of + " lie on " + there->kind;
    auto& finding = there->in_memory()
                        ? found.red("disk.file-system", what + ": they are gone when this machine is switched off.",
                                    "Move the home folder to a disk.")
                    : there->discards_syncs()
                        ? found.red("disk.file-system",
                                    what + ", mounted so that a sync does nothing: a power cut loses what was acknowledged.",
                                    "Mount it without nobarrier, barrier=0 or volatile.")
                    : there->on_network() && of == "records"
                        ? found.warning("disk.file-system",
                                        what + ": SQLite needs locks and syncs that network file systems keep only sometimes.",
                                        "Keep the home folder on a disk of this machine, or the rows in PostgreSQL.")
                        : found.good("disk.file-system", what + ".");
    finding.subject = of;
    finding.place = place.string();
}

/// Copies from before a migration, which nobody needs for ever.
void look_at_copies(const Home& home, Findings& found) {
    std::error_code failed;
    std::int64_t copies = 0, bytes = 0;
    for (auto walk = std::filesystem::directory_iterator(home.data(), failed);
         !failed && walk != std::filesystem::directory_iterator(); walk.increment(failed)) {
        if (!walk->path().filename().string().starts_with("records.sqlite.schema-")) continue;
        ++copies;
        bytes += static_cast<std::int64_t>(walk->file_size(failed));
    }
    if (copies == 0) return;
    auto& finding = found.warning("disk.copies", "A copy of the database from before an upgrade lies beside it (" +
                                                     std::to_string(static_cast<std::uint64_t>(bytes) / limits::MiB) + " MiB).",
                                  "Remove data/records.sqlite.schema-… when the new version has proved itself.");
    finding.place = home.data().string();
    finding.values = {{"copies", copies}, {"bytes", bytes}};
}

}  // namespace

void look_at_disk(const Sight& sight, Findings& found) {
    const auto& home = sight.home;
    look_at_room(home.data(), "records", found);
    look_at_file_system(home.data(), "records", found);
    look_at_copies(home, found);
    if (home.bucket || device_of(home.packs()) == device_of(home.data())) return;
    look_at_room(home.packs(), "packs", found);
    look_at_file_system(home.packs(), "packs", found);
}

}  // namespace muniment::app

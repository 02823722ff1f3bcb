// SPDX-License-Identifier: Apache-2.0
#include "app/doctor/sync_speed.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "app/doctor/findings.hpp"

namespace muniment::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t rounds = 17, block_bytes = 4'096;
constexpr Duration patience = 2s;
/// A flush is a command to the device and its answer: over PCIe some 10 µs for the fastest that there are, and the kernel's
/// part besides. Below this nothing was asked of any device.
constexpr Duration fastest_device = 8us;
/// A disk of 15,000 turns a minute needs 2 ms for half of one. One that says it turns and answers in less than half of that did
/// not wait.
constexpr Duration fastest_turn = 1ms;
constexpr Duration slow_from = 50ms;   // every change waits for one

struct Scratch {
    int fd = -1;
    ~Scratch() {
        if (fd >= 0) ::close(fd);
    }
};

/// Gone with its descriptor, also where the process is killed.
int nameless_file(const std::filesystem::path& folder) {
    int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    auto named = folder / ".sync-probe";
    fd = ::open(named.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    ::unlink(named.c_str());
    return fd;
}

}  // namespace

std::optional<SyncSpeed> measure_sync(const std::filesystem::path& folder, const Clock& clock) {
    Scratch file{nameless_file(folder)};
    if (file.fd < 0) return std::nullopt;
    std::array<char, block_bytes> block{};
    std::vector<Duration> took;
    const auto until = clock.steady() + patience;
    // The first round gives the file its place, which is more than a write.
    for (std::size_t round = 0; round <= rounds && (took.empty() || clock.steady() < until); ++round) {
        std::memcpy(block.data(), &round, sizeof round);
        auto began = clock.steady();
        if (::pwrite(file.fd, block.data(), block.size(), 0) != static_cast<ssize_t>(block.size())) return std::nullopt;
        if (::fdatasync(file.fd) != 0) return std::nullopt;
        if (round > 0) took.push_back(clock.steady() - began);
    }
    auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::ranges::nth_element(took, middle);
    return SyncSpeed{*middle, device_behind(device_of(folder))};
}

SyncVerdict judge(const SyncSpeed& speed) {
    if (speed.median >= slow_from) return SyncVerdict::slow;
    if (speed.device.memory) return SyncVerdict::fine;
    if (speed.median < fastest_device) return SyncVerdict::impossible;
    // A virtual disk says that it turns whatever it stands on.
    if (speed.device.turns && !speed.device.virtual_disk && speed.median < fastest_turn) return SyncVerdict::doubtful;
    return SyncVerdict::fine;
}

namespace {

std::string described(const Device& device) {
    if (device.name.empty()) return "behind this folder no device of this machine is seen";
    if (device.virtual_disk) return device.name + ", a virtual disk: what it keeps in a power cut is for its host to say";
    if (device.turns) return device.name + ", a disk that turns";
    return device.name + (device.says_no_cache ? ", which says that it has no cache that forgets"
                                               : ", which says that it has a cache that is flushed");
}

}  // namespace

void look_at_sync(const Sight& sight, Findings& found) {
    if (!sight.home.postgresql.empty())
        return;  // the database's disk is its own machine's; look_at_database() sees its settings
    if (auto there = file_system_of(sight.home.data()); there && there->in_memory()) return;   // said already
    std::optional<SyncSpeed> measured;
    if (!sight.sync) measured = measure_sync(sight.home.data(), SystemClock());
    const auto* speed = sight.sync ? sight.sync : measured ? &*measured : nullptr;
    if (!speed) return;
    auto us = speed->median.count();
    auto said = "A sync takes " + (us < 1000 ? std::to_string(us) + " µs" : std::to_string(us / 1000) + " ms") +
                " where the records lie (" + described(speed->device) + ")";
    Finding* finding = nullptr;
    switch (judge(*speed)) {
        case SyncVerdict::fine: finding = &found.good("disk.sync", said + "."); break;
        case SyncVerdict::slow:
            finding = &found.warning("disk.sync", said + ": every change waits for one.",
                                     "Look what else writes to that disk, or use one with power-loss protection.");
            break;
        case SyncVerdict::doubtful:
            finding = &found.warning(
                "disk.sync",
                said +
                    ". That is too fast for the disk itself: a cache answered, and unless a battery stands behind "
                    "it a power cut loses what was acknowledged.",
                "Ask the controller: write-back only with a charged battery. Without one, hdparm -W0.");
            break;
        case SyncVerdict::impossible:
            finding = &found.red(
                "disk.sync",
                said +
                    ". That is too fast to be true: nothing waited for a device, and a power cut loses what was "
                    "acknowledged.",
                "Look for libeatmydata, an overlay mounted volatile, or a host that ignores flushes (cache=unsafe).");
            break;
    }
    finding->values["microseconds"] = us;
    finding->place = sight.home.data().string();
}

}  // namespace muniment::app

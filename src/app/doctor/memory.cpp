// SPDX-License-Identifier: Apache-2.0
// Whether what is opened stays in memory.
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "app/doctor/findings.hpp"

namespace muniment::app {
namespace {

constexpr rlim_t locked_bytes_min = 64 * limits::MiB;

/// A device of which a swapped page can be read: not compressed memory, and not one that is encrypted.
bool keeps_pages(const std::string& device) {
    auto name = std::filesystem::path(device).filename().string();
    if (name.starts_with("zram")) return false;
    std::error_code failed;
    auto real = std::filesystem::canonical(device, failed).filename().string();
    std::ifstream in("/sys/class/block/" + (failed ? name : real) + "/dm/uuid");
    std::string uuid;
    std::getline(in, uuid);
    return !uuid.starts_with("CRYPT-");
}

/// Nothing where the system does not say, as within a unit with ProcSubset=pid.
std::optional<bool> machine_swaps() {
    std::ifstream in("/proc/swaps");
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    while (std::getline(in, line)) {
        std::istringstream words(line);
        std::string device;
        words >> device;
        if (keeps_pages(device)) return true;
    }
    return false;
}

void look_at_swap(const Sight& sight, Findings& found) {
    rlimit locked{};
    ::getrlimit(RLIMIT_MEMLOCK, &locked);
    bool enough = locked.rlim_cur == RLIM_INFINITY || locked.rlim_cur >= locked_bytes_min;
    auto swaps = machine_swaps();
    if (enough || !swaps.value_or(true)) {
        found.good("memory.swap", enough ? "Memory can be locked, so nothing opened is swapped out."
                                         : "This machine does not swap to a disk where pages could be read.");
        return;
    }
    auto kib = static_cast<std::int64_t>(locked.rlim_cur / 1024);
    auto limit =
        "only " + std::to_string(kib) + " KiB may be locked in memory" + (sight.server ? "" : " (asked from this shell)");
    auto remedy = "Raise the limit (LimitMEMLOCK=infinity in the unit), encrypt the swap, or run without.";
    auto& finding =
        swaps ? found.red("memory.swap", "This machine swaps, and " + limit + ": opened papers may reach the disk.", remedy)
              : found.warning("memory.swap", "Perhaps this machine swaps, and " + limit + ".", remedy);
    finding.values["locked_kib_max"] = kib;
}

void look_at_core_files(Findings& found) {
    std::ifstream in("/proc/sys/kernel/core_pattern");
    std::string pattern;
    if (!std::getline(in, pattern)) return;
    if (pattern.starts_with('|')) {
        found.warning("memory.core-files",
                      "Core dumps are handed to a program. The server forbids its own; that of a command which opened a paper "
                      "reaches it.",
                      "Set kernel.core_pattern to a plain name, or see what that program keeps (coredump.conf: Storage=none).");
    } else {
        found.good("memory.core-files", "No program is handed the memory of programs that crash.");
    }
}

}  // namespace

void look_at_memory(const Sight& sight, Findings& found) {
    look_at_swap(sight, found);
    look_at_core_files(found);
    if (!sight.server) return;
    if (sight.server->keys_locked) found.good("memory.keys", "The server's keys are locked in memory.");
    else found.red("memory.keys", "The server's keys are not locked in memory.", "Raise LimitMEMLOCK and start it again.");
}

}  // namespace muniment::app

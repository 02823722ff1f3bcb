// SPDX-License-Identifier: Apache-2.0
#include "app/home_lock.hpp"

#include <sys/stat.h>

namespace muniment::app {
namespace {

Result<std::string> here(const std::filesystem::path& lock) {
    struct stat found {};
    if (::stat(lock.c_str(), &found) != 0) return fail(Problem::unavailable, "cannot look at " + lock.string());
    auto boot = read_small_file("/proc/sys/kernel/random/boot_id");
    if (boot && boot->ends_with('\n')) boot->pop_back();
    return (boot ? *boot : to_uuid_text(new_random_id())) + " " + std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

}  // namespace

Result<HomeLock> HomeLock::take(const Home& home) {
    HomeLock taken;
    if (home.postgresql.empty()) return taken;
    auto path = home.data() / "node.lock";
    taken.said_ = home.data() / "node";
    CHECK(make_folder(storage::posix_disk(), home.data()));
    TRY(taken.lock_, storage::posix_disk().lock(path));
    TRY(taken.here_, here(path));
    auto said = read_small_file(taken.said_);
    auto rest = taken.here_.size() + 1;
    if (said && said->starts_with(taken.here_ + " ") && said->size() >= rest + 32) {
        auto raw = from_hex(std::string_view(*said).substr(rest, 32));
        if (raw && raw->size() == 16) {
            taken.former_.emplace();
            std::ranges::copy(*raw, taken.former_->begin());
        }
    }
    return taken;
}

Result<void> HomeLock::remember(storage::Records& records) const {
    auto* nodes = records.nodes();
    if (!lock_ || !nodes) return {};
    return write_private_file(said_, here_ + " " + to_hex(nodes->self()) + "\n", true);
}

}  // namespace muniment::app

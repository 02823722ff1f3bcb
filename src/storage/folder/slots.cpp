// SPDX-License-Identifier: Apache-2.0
// A folder as a slot. A file is written beside, synced and then given its name, so that a name never stands for half a content.
#include <algorithm>
#include <mutex>

#include "base/random.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace folder {
namespace {

constexpr std::size_t name_chars_max = 80;
// No name may hold a tilde, so list() and get() never meet these.
constexpr std::string_view beside = "~writing", taken = "~erasing";
constexpr int swept_tries_max = 8;

Result<void> check_name(std::string_view name) {
    auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
    if (name.empty() || name.size() > name_chars_max || name.front() == '.' || !std::ranges::all_of(name, allowed))
        return fail(Problem::bad_name, "a slot's file has another form of name");
    return {};
}

class FolderSlot final : public Slot {
  public:
    FolderSlot(std::filesystem::path folder, Missing missing, Disk& disk)
        : folder_(std::move(folder)), founding_(missing == Missing::make), disk_(disk) {}

    /// What a put that was cut off left behind holds a key as well, under a name that nobody would ever erase. What looks so may be
    /// another process's, which is writing it at this moment: it is overwritten only once it has a name of ours. Then either that process
    /// has named it first, and it is in use, or finds that it is gone, and writes it anew.
    Result<void> erase_leftovers() {
        TRY(auto files, disk_.names_in(folder_));
        for (const auto& file : files) {
            if (!file.ends_with(beside) && !file.ends_with(taken)) continue;
            auto path = folder_ / (to_hex(new_random_id()) + std::string(taken));
            auto erased = disk_.rename_file(folder_ / file, path);
            if (erased) erased = erase_leftover(path);
            // Its writer has named it, or another process erases it.
            if (!erased && erased.error().problem != Problem::not_found) return erased;
        }
        return {};
    }

    std::string name() const override { return folder_.string(); }

    Result<std::vector<std::string>> list() override {
        CHECK(in_reach());
        TRY(auto names, disk_.names_in(folder_));
        std::erase_if(names, [](const std::string& name) { return !check_name(name); });
        return names;
    }

    Result<Bytes> get(std::string_view name) override {
        CHECK(check_name(name));
        CHECK(in_reach());
        TRY(auto file, disk_.open_read(folder_ / name));
        // One more than may be, to see that it is not longer.
        Bytes content(slot_file_bytes_max + 1);
        TRY(auto got, file->read_at(0, content));
        if (got > slot_file_bytes_max) return fail(Problem::corrupt, "a slot's file is longer than it may be");
        content.resize(got);
        return content;
    }

    Result<void> put(std::string_view name, View content, Replace replace) override {
        CHECK(check_name(name));
        if (content.size() > slot_file_bytes_max) return fail(Problem::too_large, "a slot's file holds at most 1 KiB");
        std::lock_guard held(writing_);
        CHECK(in_reach());
        for (int tries = 1;; ++tries) {
            TRY(auto written, write_beside(content));
            // The second fails where the name is taken, whoever took it and when; a plain rename would write over it.
            auto named = replace == Replace::yes ? disk_.rename_file(written.path, folder_ / name)
                                                 : disk_.name_file(written.path, folder_ / name);
            if (named) return disk_.sync_folder(folder_, SyncPoint::slot_named);
            if (named.error().problem != Problem::not_found || tries == swept_tries_max) {
                CHECK(erase_leftover(written.path));
                return named;
            }
            // Another process took it for a leftover: before it was named, or between the two steps of naming.
            if (auto there = get(name); replace == Replace::no && there) {
                if (std::ranges::equal(*there, content)) return disk_.sync_folder(folder_, SyncPoint::slot_named);
            }
            // Perhaps before all of it was written: what came after the other's noise goes as well.
            CHECK(make_noise(*written.file));
        }
    }

    Result<void> erase(std::string_view name) override {
        CHECK(check_name(name));
        std::lock_guard held(writing_);
        CHECK(in_reach());
        CHECK(overwrite_and_remove(folder_ / name));
        return erase_leftovers();
    }

    /// Asked before each call: a site is unmounted, and mounted again, while the server runs.
    Result<void> in_reach() const {
        CHECK(check_folder(disk_, folder_));
        if (founding_) return {};
        for (auto name : {"living", "seen"})
            if (disk_.exists(folder_ / name)) return {};
        return fail(Problem::unavailable, "a folder that is no slot of ours: is its disk mounted?");
    }

  private:
    Result<void> overwrite_and_remove(const std::filesystem::path& path) {
        {
            // On a disk that writes in place this is what erases. Where it does not, the old block may outlive its name: which
            // disks may be slots is asked when one is made.
            TRY(auto file, disk_.open_write(path));
            CHECK(make_noise(*file));
        }
        CHECK(disk_.remove_file(path));
        CHECK(disk_.sync_folder(folder_, SyncPoint::slot_erased));
        auto gone = disk_.open_read(path);
        if (gone || gone.error().problem != Problem::not_found)
            return fail(Problem::unavailable, "an erased file is still there");
        return {};
    }

    static Result<void> make_noise(File& file) {
        TRY(auto size, file.size());
        Bytes noise(size);
        random_fill(noise);
        CHECK(file.write_at(0, noise));
        return file.sync(SyncPoint::slot_overwritten);
    }

    /// A leftover with a second name is a key that a crash found between the two steps of name_file: the other name is in use.
    Result<void> erase_leftover(const std::filesystem::path& path) {
        TRY(auto file, disk_.open_read(path));
        TRY(auto in_use, file->has_other_names());
        if (!in_use) return overwrite_and_remove(path);
        return disk_.remove_file(path);   // not synced: should a power cut bring the second name back, it is removed again
    }

    struct Written {
        std::filesystem::path path;
        std::unique_ptr<File> file;
    };
    /// A name of its own for each writer: two of them must not write into one file.
    Result<Written> write_beside(View content) {
        Written written{folder_ / (to_hex(new_random_id()) + std::string(beside)), nullptr};
        TRY(written.file, disk_.create(written.path));
        auto done = written.file->write_at(0, content);
        if (done) done = written.file->sync(SyncPoint::slot_written);
        if (done) return written;
        CHECK(disk_.remove_file(written.path));
        return std::unexpected<Error>(done.error());
    }

    std::filesystem::path folder_;
    bool founding_;       ///< a new slot, which nothing tells from any other folder yet
    Disk& disk_;
    std::mutex writing_;  ///< so that erase() does not take a file being written here for a leftover
};

}  // namespace
}  // namespace folder

Result<std::unique_ptr<Slot>> open_slot_folder(const std::filesystem::path& folder, Missing missing, Disk& disk) {
    if (missing == Missing::make) CHECK(make_folder(disk, folder));
    auto slot = std::make_unique<folder::FolderSlot>(folder, missing, disk);
    if (slot->in_reach()) CHECK(slot->erase_leftovers());
    return slot;
}

}  // namespace muniment::storage

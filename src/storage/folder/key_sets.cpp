// SPDX-License-Identifier: Apache-2.0
// A folder of key sets. Each is written whole or not at all, so that a name never stands for half a set.
#include <algorithm>

#include "storage/open.hpp"

namespace muniment::storage {
namespace folder {
namespace {

class FolderKeySets final : public KeySets {
  public:
    FolderKeySets(std::filesystem::path folder, Disk& disk) : folder_(std::move(folder)), disk_(disk) {}
    std::string name() const override { return folder_.string(); }

    Result<void> put(std::string_view name, View content) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(disk_, folder_));
        return put_whole(disk_, path, content);
    }

    Result<Bytes> get(std::string_view name) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(disk_, folder_));
        TRY(auto file, disk_.open_read(path));
        TRY(auto size, file->size());
        if (size > key_set_bytes_max) return fail(Problem::corrupt, "a key set is larger than any");
        Bytes content(size);
        TRY(auto got, file->read_at(0, content));
        content.resize(got);
        return content;
    }

    Result<std::vector<std::string>> list() override {
        TRY(auto names, disk_.names_in(folder_));
        std::erase_if(names, [&](const std::string& name) { return !path_of(name); });
        return names;
    }

    /// Not synced: a set that a power cut brings back opens nothing any more, and the next turn removes it.
    Result<void> remove(std::string_view name) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(disk_, folder_));
        return disk_.remove_file(path);
    }

  private:
    Result<std::filesystem::path> path_of(std::string_view name) const {
        auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
        if (name.empty() || name.size() > 100 || name.front() == '.' || !std::ranges::all_of(name, allowed)) {
            return fail(Problem::bad_name, "a key set has another form of name");
        }
        return folder_ / name;
    }
    std::filesystem::path folder_;
    Disk& disk_;
};

}  // namespace
}  // namespace folder

Result<std::unique_ptr<KeySets>> open_key_set_folder(const std::filesystem::path& path, Missing missing, Disk& disk) {
    if (missing == Missing::make) CHECK(make_folder(disk, path));
    return std::make_unique<folder::FolderKeySets>(path, disk);
}

}  // namespace muniment::storage

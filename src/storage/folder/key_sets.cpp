// SPDX-License-Identifier: Apache-2.0
// A folder of key sets. Each is written beside, synced and renamed, so that a name never stands for half a set.
#include <algorithm>

#include "storage/folder/files.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace folder {
namespace {

class FolderKeySets final : public KeySets {
  public:
    explicit FolderKeySets(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::string name() const override { return folder_.string(); }

    Result<void> put(std::string_view name, View content) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(folder_));
        auto beside = folder_ / (std::string(name) + "~writing");
        if (auto left = remove_file(beside); !left && left.error().problem != Problem::not_found) return left;
        {
            TRY(auto file, File::create(beside));
            CHECK(file.write_at(0, content));
            CHECK(file.sync());
        }
        CHECK(rename_file(beside, path));
        return sync_folder(folder_);
    }

    Result<Bytes> get(std::string_view name) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(folder_));
        TRY(auto file, File::open_read(path));
        TRY(auto size, file.size());
        if (size > key_set_bytes_max) return fail(Problem::corrupt, "a key set is larger than any");
        Bytes content(size);
        TRY(auto got, file.read_at(0, content));
        content.resize(got);
        return content;
    }

    Result<std::vector<std::string>> list() override {
        std::vector<std::string> names;
        std::error_code failed;
        for (auto walk = std::filesystem::directory_iterator(folder_, failed); !failed && walk != std::filesystem::directory_iterator();
             walk.increment(failed)) {
            auto name = walk->path().filename().string();
            if (path_of(name)) names.push_back(std::move(name));
        }
        if (failed) return fail(Problem::unavailable, "a folder of key sets cannot be listed");
        std::ranges::sort(names);
        return names;
    }

    Result<void> remove(std::string_view name) override {
        TRY(auto path, path_of(name));
        CHECK(check_folder(folder_));
        CHECK(remove_file(path));
        return sync_folder(folder_);
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
};

}  // namespace
}  // namespace folder

Result<std::unique_ptr<KeySets>> open_key_set_folder(const std::filesystem::path& path, Missing missing) {
    if (missing == Missing::make) CHECK(folder::make_folder(path));
    return std::make_unique<folder::FolderKeySets>(path);
}

}  // namespace muniment::storage

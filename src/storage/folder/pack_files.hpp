// SPDX-License-Identifier: Apache-2.0
// Where the files of packs lie, reading them, and a few of them kept open.
#pragma once
#include <list>
#include <mutex>
#include <unordered_map>

#include "storage/folder/files.hpp"
#include "storage/packs.hpp"

namespace muniment::storage::folder {

class PackFiles {
  public:
    explicit PackFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// A new file with the head written (not synced), its name durable.
    Result<File> create(const PackId& pack);
    Result<void> remove(const PackId& pack);
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out);
    Result<void> check(const PackId& pack) const;
    Result<std::vector<FoundObject>> list(const PackId& pack);
    Result<std::vector<PackId>> packs() const;

  private:
    using Recent = std::list<std::pair<PackId, std::shared_ptr<const File>>>;
    std::filesystem::path path_of(const PackId& pack) const;
    Result<std::shared_ptr<const File>> opened(const PackId& pack);

    std::filesystem::path folder_;
    std::mutex lock_;
    Recent recent_;  ///< last used first
    std::unordered_map<PackId, Recent::iterator> open_;
};

}  // namespace muniment::storage::folder

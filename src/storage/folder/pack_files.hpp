// SPDX-License-Identifier: Apache-2.0
// Where the files of packs lie, reading them, and a few of them kept open.
#pragma once
#include <bitset>
#include <list>
#include <mutex>
#include <unordered_map>

#include "storage/disk.hpp"
#include "storage/packs.hpp"

namespace muniment::storage::folder {

class PackFiles {
  public:
    PackFiles(std::filesystem::path folder, Disk& disk) : folder_(std::move(folder)), disk_(disk) {}

    /// A new file with the head written (not synced), its name durable.
    Result<std::unique_ptr<File>> create(const PackId& pack);
    /// Not synced: should a power cut bring the file back, it takes room, and no row names it.
    Result<void> remove(const PackId& pack);
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out);
    Result<void> check(const PackId& pack) const;
    Result<std::vector<FoundObject>> list(const PackId& pack);
    Result<std::vector<PackId>> packs() const;
    std::optional<Room> room() const { return room_at(folder_); }
    std::filesystem::path path_of(const PackId& pack) const;

  private:
    using Recent = std::list<std::pair<PackId, std::shared_ptr<const File>>>;
    Result<std::shared_ptr<const File>> opened(const PackId& pack);
    Result<void> make_place_for(const PackId& pack);

    std::filesystem::path folder_;
    Disk& disk_;
    std::mutex making_;
    std::bitset<256> made_;  ///< folders whose names are known to be durable
    std::mutex lock_;
    Recent recent_;  ///< last used first
    std::unordered_map<PackId, Recent::iterator> open_;
};

}  // namespace muniment::storage::folder

// SPDX-License-Identifier: Apache-2.0
// Reading packs in a bucket: by ranges, a few of them kept. What is kept is sealed; and packs never change, so it is never stale.
#pragma once
#include <list>
#include <unordered_map>

#include "storage/s3/client.hpp"

namespace muniment::storage::s3 {

std::string key_of(const S3Place& place, const PackId& pack);

class Blocks {
  public:
    explicit Blocks(Client& client) : client_(client) {}

    /// Fills `out` from `at` within the pack. `together`: how many bytes from `at` will be wanted soon, and come with one
    /// request. `not_found` where there is no such pack, `corrupt` where it is too short or does not begin as this pack.
    Result<void> read(const PackId& pack, std::uint64_t at, std::span<std::uint8_t> out, std::uint64_t together = 0);
    Result<std::uint64_t> length(const PackId& pack);
    /// Asks the server, whatever is kept here.
    Result<void> check(const PackId& pack);
    void forget(const PackId& pack);

  private:
    struct Key {
        PackId pack;
        std::uint64_t index;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept {
            return std::hash<PackId>()(key.pack) ^ (key.index * 0x9e3779b97f4a7c15);
        }
    };
    using Block = std::shared_ptr<const Bytes>;
    using Recent = std::list<std::pair<Key, Block>>;

    Block find(const Key& key);
    void keep(const Key& key, Block block);
    std::optional<std::uint64_t> known(const PackId& pack);
    void know(const PackId& pack, std::uint64_t length);
    Result<Block> fetch(const PackId& pack, std::uint64_t index, std::uint64_t last);

    Client& client_;
    std::mutex lock_;
    Recent recent_;   ///< last used first
    std::unordered_map<Key, Recent::iterator, KeyHash> blocks_;
    std::size_t bytes_ = 0;
    std::unordered_map<PackId, std::uint64_t> lengths_;   ///< of packs whose heads were compared
};

}  // namespace muniment::storage::s3

// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/blocks.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "storage/folder/pack_format.hpp"

namespace muniment::storage::s3 {
namespace {

constexpr std::uint64_t block_bytes = limits::s3_block_bytes;

std::unexpected<Error> too_short(const PackId& pack) { return fail(Problem::corrupt, "pack " + pack.text() + " is too short"); }

Result<void> check_head(const PackId& pack, View begins) {
    folder::PackHead head;
    if (begins.size() < head.size()) return too_short(pack);
    std::copy_n(begins.begin(), head.size(), head.begin());
    return folder::check_pack_head(head, pack);
}

}  // namespace

std::string key_of(const S3Place& place, const PackId& pack) {
    return place.prefix + to_hex(View(pack.bytes).last(1)) + "/" + pack.text() + ".pack";
}

Result<void> Blocks::read(const PackId& pack, std::uint64_t at, std::span<std::uint8_t> out, std::uint64_t together) {
    if (out.empty()) {
        CHECK(length(pack));
        return {};
    }
    auto wanted_until = at + std::max<std::uint64_t>(out.size(), together);
    while (!out.empty()) {
        auto index = at / block_bytes;
        auto block = find({pack, index});
        if (!block) {
            auto last = (wanted_until - 1) / block_bytes;
            // Somebody who read the block before this one reads on.
            if (index > 0 && find({pack, index - 1}))
                last = std::max(last, index + limits::s3_read_ahead_bytes / block_bytes - 1);
            TRY(block, fetch(pack, index, last));
        }
        auto from = at - index * block_bytes;
        if (from >= block->size()) return too_short(pack);
        auto count = std::min<std::uint64_t>(out.size(), block->size() - from);
        std::copy_n(block->begin() + static_cast<std::ptrdiff_t>(from), count, out.begin());
        out = out.subspan(count);
        at += count;
    }
    return {};
}

Result<Blocks::Block> Blocks::fetch(const PackId& pack, std::uint64_t index, std::uint64_t last) {
    auto key = key_of(client_.place(), pack);
    if (!known(pack) && index > 0) CHECK(check(pack));
    last = std::min(last, index + 2 * limits::s3_read_ahead_bytes / block_bytes);
    if (auto length = known(pack)) {
        if (index * block_bytes >= *length) return too_short(pack);
        last = std::min(last, (*length - 1) / block_bytes);
    }
    Bytes fetched((last - index + 1) * block_bytes);
    TRY(auto got, client_.get(key, index * block_bytes, fetched));
    fetched.resize(got.bytes);
    if (index == 0) CHECK(check_head(pack, fetched));
    know(pack, got.total);
    if (fetched.empty()) return too_short(pack);
    Block first;
    for (std::size_t from = 0; from < fetched.size(); from += block_bytes) {
        auto size = std::min<std::size_t>(block_bytes, fetched.size() - from);
        auto begin = fetched.begin() + static_cast<std::ptrdiff_t>(from);
        auto block = std::make_shared<const Bytes>(begin, begin + static_cast<std::ptrdiff_t>(size));
        if (!first) first = block;
        keep({pack, index + from / block_bytes}, block);
    }
    return first;
}

Result<std::uint64_t> Blocks::length(const PackId& pack) {
    if (auto length = known(pack)) return *length;
    CHECK(check(pack));
    auto length = known(pack);
    return length ? Result<std::uint64_t>(*length) : client_.length(key_of(client_.place(), pack));
}

Result<void> Blocks::check(const PackId& pack) {
    Bytes head(folder::pack_head_bytes);
    TRY(auto got, client_.get(key_of(client_.place(), pack), 0, head));
    CHECK(check_head(pack, View(head).first(got.bytes)));
    know(pack, got.total);
    return {};
}

Blocks::Block Blocks::find(const Key& key) {
    std::lock_guard held(lock_);
    auto it = blocks_.find(key);
    if (it == blocks_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, it->second);
    return it->second->second;
}

void Blocks::keep(const Key& key, Block block) {
    std::lock_guard held(lock_);
    if (blocks_.contains(key)) return;
    bytes_ += block->size();
    recent_.emplace_front(key, std::move(block));
    blocks_.emplace(key, recent_.begin());
    while (bytes_ > limits::s3_cache_bytes_max) {
        bytes_ -= recent_.back().second->size();
        blocks_.erase(recent_.back().first);
        recent_.pop_back();
    }
}

std::optional<std::uint64_t> Blocks::known(const PackId& pack) {
    std::lock_guard held(lock_);
    auto it = lengths_.find(pack);
    return it == lengths_.end() ? std::nullopt : std::optional(it->second);
}

void Blocks::know(const PackId& pack, std::uint64_t length) {
    std::lock_guard held(lock_);
    if (lengths_.size() >= limits::s3_known_packs_max) lengths_.erase(lengths_.begin());
    lengths_.insert_or_assign(pack, length);
}

void Blocks::forget(const PackId& pack) {
    std::lock_guard held(lock_);
    lengths_.erase(pack);
    for (auto it = recent_.begin(); it != recent_.end();) {
        if (it->first.pack != pack) {
            ++it;
            continue;
        }
        bytes_ -= it->second->size();
        blocks_.erase(it->first);
        it = recent_.erase(it);
    }
}

}  // namespace muniment::storage::s3

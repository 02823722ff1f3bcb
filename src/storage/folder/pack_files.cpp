// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/pack_files.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "storage/folder/pack_format.hpp"

namespace muniment::storage::folder {
namespace {

constexpr std::string_view extension = ".pack";
constexpr std::size_t large_step_bytes = 256 * limits::KiB;
constexpr std::uint64_t read_ahead_bytes = 4 * limits::MiB;

/// Whoever takes large steps reads a large paper, and does so in order: while he opens and sends this step, the disk is at the next
/// ones. All but the last of them were asked for with the steps before.
void fetch_ahead(const File& file, const Placement& place, std::uint64_t offset, std::uint64_t step) {
    auto from = offset < step ? offset + step : offset + read_ahead_bytes;
    auto to = std::min(place.length, offset + step + read_ahead_bytes);
    if (from < to) file.read_ahead(place.offset + from, to - from);
}

std::string place_text(const PackId& pack, std::uint64_t offset) {
    return "pack " + pack.text() + " at " + std::to_string(offset);
}

}  // namespace

std::filesystem::path PackFiles::path_of(const PackId& pack) const {
    // The last byte of an id is random, the first ones are its time: this spreads packs evenly.
    return folder_ / to_hex(View(pack.bytes).last(1)) / (pack.text() + std::string(extension));
}

/// Whoever comes second waits: that the folder is there does not say yet that its name would survive a power cut.
Result<void> PackFiles::make_place_for(const PackId& pack) {
    std::lock_guard held(making_);
    auto place = pack.bytes.back();
    if (made_[place]) return {};
    CHECK(check_folder(disk_, folder_));
    auto added = disk_.add_folder(path_of(pack).parent_path());
    if (!added && added.error().problem != Problem::conflict) return added;
    CHECK(disk_.sync_folder(folder_, SyncPoint::folder_made));
    made_.set(place);
    return {};
}

Result<std::unique_ptr<File>> PackFiles::create(const PackId& pack) {
    auto path = path_of(pack);
    CHECK(check_folder(disk_, folder_));
    CHECK(make_place_for(pack));
    TRY(auto file, disk_.create(path));
    auto written = file->write_at(0, encode_pack_head(pack));
    if (written) written = disk_.sync_folder(path.parent_path(), SyncPoint::pack_named);
    if (!written) {
        static_cast<void>(disk_.remove_file(path).has_value());  // an empty file that no row names does no harm
        return std::unexpected<Error>(written.error());
    }
    return file;
}

Result<void> PackFiles::remove(const PackId& pack) {
    {
        std::lock_guard held(lock_);
        if (auto it = open_.find(pack); it != open_.end()) {
            recent_.erase(it->second);
            open_.erase(it);
        }
    }
    return disk_.remove_file(path_of(pack));
}

Result<std::shared_ptr<const File>> PackFiles::opened(const PackId& pack) {
    std::lock_guard held(lock_);
    if (auto it = open_.find(pack); it != open_.end()) {
        recent_.splice(recent_.begin(), recent_, it->second);
        return it->second->second;
    }
    TRY(auto file, disk_.open_read(path_of(pack)));
    if (recent_.size() >= limits::open_packs_max) {
        open_.erase(recent_.back().first);
        recent_.pop_back();
    }
    std::shared_ptr<const File> kept = std::move(file);
    recent_.emplace_front(pack, kept);
    open_.emplace(pack, recent_.begin());
    return kept;
}

Result<void> PackFiles::read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) {
    if (offset > place.length || out.size() > place.length - offset || place.offset > INT64_MAX || place.length > INT64_MAX)
        return fail(Problem::corrupt, place_text(place.pack, place.offset) + ": more was asked than the object's length");
    auto file = opened(place.pack);
    if (!file) {
        if (file.error().problem != Problem::not_found) return std::unexpected<Error>(file.error());
        return fail(Problem::corrupt, place_text(place.pack, place.offset) + ": the pack is missing");
    }
    if (out.size() >= large_step_bytes) fetch_ahead(**file, place, offset, out.size());
    TRY(auto got, (*file)->read_at(place.offset + offset, out));
    if (got < out.size()) return fail(Problem::corrupt, place_text(place.pack, place.offset) + ": the pack is too short");
    return {};
}

Result<void> PackFiles::check(const PackId& pack) const {
    TRY(auto file, disk_.open_read(path_of(pack)));
    PackHead head;
    TRY(auto got, file->read_at(0, head));
    if (got < head.size()) return fail(Problem::corrupt, "pack " + pack.text() + " is too short for its head");
    return check_pack_head(head, pack);
}

Result<std::vector<FoundObject>> PackFiles::list(const PackId& pack) {
    TRY(auto file, disk_.open_read(path_of(pack)));
    TRY(auto size, file->size());
    std::vector<FoundObject> found;
    PackHead head;
    TRY(auto got, file->read_at(0, head));
    if (got < head.size()) return found;
    CHECK(check_pack_head(head, pack));
    for (std::uint64_t at = head.size();;) {
        FrameHead bytes;
        TRY(auto frame_got, file->read_at(at, bytes));
        auto frame = frame_got == bytes.size() ? decode_frame(bytes) : std::nullopt;
        if (!frame) return found;
        at += bytes.size();
        if (frame->length > size || at > size - frame->length) return found;
        found.push_back({frame->object, {.pack = pack, .offset = at, .length = frame->length}});
        at += frame->length;
    }
}

Result<std::vector<PackId>> PackFiles::packs() const {
    std::vector<PackId> ids;
    TRY(auto places, disk_.names_in(folder_));
    for (const auto& place : places) {
        if (!disk_.is_folder(folder_ / place)) continue;
        TRY(auto names, disk_.names_in(folder_ / place));
        for (const auto& name : names) {
            auto path = folder_ / place / name;
            auto id = PackId::parse(path.stem().native());
            if (id && path == path_of(*id)) ids.push_back(*id);
        }
    }
    std::ranges::sort(ids);
    return ids;
}

}  // namespace muniment::storage::folder

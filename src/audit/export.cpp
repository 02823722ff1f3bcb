// SPDX-License-Identifier: Apache-2.0
#include "audit/export.hpp"

#include <fstream>

#include "audit/checkpoint.hpp"
#include "audit/watch.hpp"

namespace muniment::audit {
namespace {

Result<void> write_file(const std::filesystem::path& path, View content) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) return fail(Problem::unavailable, "a file of the exported log could not be written");
    return {};
}

/// "Entry bundles are sequences of big-endian uint16 length-prefixed log entries."
Result<Bytes> bundle_of(storage::RecordReader& reader, std::uint64_t from, std::uint64_t to) {
    Writer bundle;
    auto next = from;
    CHECK(reader.for_each_entry(from, to, [&](const storage::EntryRow& row) {
        if (row.sequence != next || row.leaf.size() > 0xffff) return false;
        bundle.u16(static_cast<std::uint16_t>(row.leaf.size())).raw(row.leaf);
        ++next;
        return true;
    }));
    if (next != to) return fail(Problem::corrupt, "entry " + std::to_string(next) + " of the log is missing");
    return std::move(bundle).take();
}

}  // namespace

Result<void> export_tiles(storage::RecordReader& reader, const std::filesystem::path& folder) {
    TRY(auto row, reader.newest_checkpoint());
    if (!row) return fail(Problem::not_found, "no checkpoint of the log was signed yet");
    auto size = row->size;
    auto tiles = stored_tiles(reader);
    for (std::uint8_t level = 0; tile_hashes(size, level, 0) > 0; ++level)
        for (std::uint64_t index = 0; tile_hashes(size, level, index) > 0; ++index) {
            auto width = tile_hashes(size, level, index);
            TRY(auto hashes, tiles(level, index, width));
            CHECK(write_file(folder / tile_path(level, index, width), row_of({level, index, std::move(hashes)}).hashes));
            if (level > 0) continue;
            TRY(auto bundle, bundle_of(reader, index * tile_width, index * tile_width + width));
            CHECK(write_file(folder / entries_path(index, width), bundle));
        }
    // Last: whoever finds it finds all that it covers.
    return write_file(folder / "checkpoint", row->note);
}

}  // namespace muniment::audit

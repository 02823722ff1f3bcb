// SPDX-License-Identifier: Apache-2.0
// A pack as a folder gives it: listing and reading, whatever stands in the file.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fuzz.hpp"
#include "storage/folder/pack_files.hpp"
#include "storage/folder/pack_format.hpp"

using namespace muniment;
using namespace muniment::storage;
namespace fs = std::filesystem;

namespace {

constexpr Id16 pack_id{0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88};

struct Scratch {
    fs::path folder = fs::temp_directory_path() / ("muniment-fuzz-" + std::to_string(::getpid()));
    fs::path file = folder / "88" / (PackId{pack_id}.text() + ".pack");
    Scratch() { fs::create_directories(file.parent_path()); }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
};

}  // namespace

FUZZ_TARGET(packs) {
    static const Scratch scratch;
    const PackId pack{pack_id};
    // Half of the inputs are what stands behind a good head.
    fuzz::Pieces pieces(input);
    Bytes content;
    if (pieces.u8() % 2 == 0) content = bytes(View(folder::encode_pack_head(pack)));
    content.insert(content.end(), pieces.rest().begin(), pieces.rest().end());
    std::ofstream(scratch.file, std::ios::binary | std::ios::trunc).write(reinterpret_cast<const char*>(content.data()),
                                                                         static_cast<std::streamsize>(content.size()));
    folder::PackFiles files(scratch.folder, posix_disk());
    auto listed = files.list(pack);
    auto checked = files.check(pack);
    if (content.size() >= folder::pack_head_bytes) fuzz::must(listed.has_value() == checked.has_value(), "a pack and no pack");
    if (!listed) return;
    std::uint64_t end = folder::pack_head_bytes;
    for (const auto& object : *listed) {
        fuzz::must(object.place.pack == pack && object.place.offset == end + folder::frame_bytes, "an object out of its order");
        auto frame = folder::encode_frame({object.object, object.place.length});
        fuzz::must(object.place.offset + object.place.length <= content.size(), "an object beyond the end");
        fuzz::must(std::ranges::equal(View(content).subspan(end, frame.size()), frame), "a second spelling of a frame");
        Bytes read(object.place.length);
        fuzz::must(files.read(object.place, 0, read).has_value(), "an object that is listed and cannot be read");
        fuzz::must(std::ranges::equal(View(content).subspan(object.place.offset, read.size()), read), "another object's bytes");
        end = object.place.offset + object.place.length;
    }
    Bytes beyond(8);
    fuzz::must(!files.read({.pack = pack, .offset = content.size(), .length = beyond.size()}, 0, beyond), "bytes beyond the end");
}

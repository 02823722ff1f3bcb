// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/object_writer.hpp"

#include <algorithm>
#include <new>

#include "base/clock.hpp"
#include "base/meters.hpp"

namespace muniment::storage::folder {
namespace {

constexpr std::uint64_t object_at = pack_head_bytes + frame_bytes;
static_assert(object_at <= direct_block_bytes && limits::transfer_step_bytes % direct_block_bytes == 0);

constexpr std::uint64_t whole_blocks(std::uint64_t bytes) {
    return (bytes + direct_block_bytes - 1) / direct_block_bytes * direct_block_bytes;
}

}  // namespace

FolderObjectWriter::Block FolderObjectWriter::new_block() {
    Block block(static_cast<std::uint8_t*>(std::aligned_alloc(direct_block_bytes, block_bytes)));
    if (!block) throw std::bad_alloc();
    return block;
}

Result<std::unique_ptr<ObjectWriter>> FolderObjectWriter::begin(PackFiles& files, WriteBehind& behind,
                                                                const RegisterPack& registered, const ObjectId& object) {
    auto pack = PackId::fresh(SystemClock().now());
    CHECK(registered({pack, PackState::open}));
    TRY(auto file, files.create(pack));
    file->write_directly();
    return std::unique_ptr<ObjectWriter>(new FolderObjectWriter(files, behind, registered, object, pack, std::move(file)));
}

FolderObjectWriter::FolderObjectWriter(PackFiles& files, WriteBehind& behind, const RegisterPack& registered, const ObjectId& object,
                                       const PackId& pack, std::unique_ptr<File> file)
    : files_(files), behind_(behind), registered_(registered), object_(object), pack_(pack), file_(std::move(file)) {
    put(encode_pack_head(pack_));
    put(encode_frame({object_, length_unfinished}));
}

FolderObjectWriter::~FolderObjectWriter() {
    // What is under way reads our block and writes our file.
    if (under_way_.valid()) under_way_.wait();
    // Where removing fails the file stays: it lists as empty, and no row names it.
    if (!finished_) static_cast<void>(files_.remove(pack_).has_value());
}

void FolderObjectWriter::put(View bytes) {
    std::ranges::copy(bytes, filling_.get() + filled_);
    filled_ += bytes.size();
}

Result<void> FolderObjectWriter::settled() {
    if (under_way_.valid() && state_) state_ = under_way_.get();
    return state_;
}

Result<void> FolderObjectWriter::add(View sealed) {
    CHECK(state_);
    while (!sealed.empty()) {
        if (filled_ == block_bytes) CHECK(write_block());
        auto count = std::min(sealed.size(), block_bytes - filled_);
        put(sealed.first(count));
        sealed = sealed.subspan(count);
    }
    return {};
}

Result<void> FolderObjectWriter::write_block() {
    CHECK(settled());
    if (!first_) {
        first_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(direct_block_bytes, direct_block_bytes)));
        if (!first_) throw std::bad_alloc();
        std::copy_n(filling_.get(), direct_block_bytes, first_.get());
    }
    std::swap(filling_, leaving_);
    under_way_ = behind_.write(*file_, written_, View(leaving_.get(), block_bytes));
    written_ += block_bytes;
    filled_ = 0;
    return {};
}

// One sync for bytes and frame: should the frame alone reach the disk before a power cut, it names bytes that do not fit their
// seal, in a pack that no row names. The same goes for the zeros that fill the last block.
Result<void> FolderObjectWriter::write_end() {
    CHECK(settled());
    auto end = written_ + filled_;
    auto frame = encode_frame({object_, end - object_at});
    std::ranges::copy(frame, (first_ ? first_.get() : filling_.get()) + pack_head_bytes);
    auto last = whole_blocks(filled_);
    std::fill_n(filling_.get() + filled_, last - filled_, std::uint8_t{0});
    CHECK(file_->write_at(written_, View(filling_.get(), last)));
    if (first_) CHECK(file_->write_at(0, View(first_.get(), direct_block_bytes)));
    CHECK(file_->shorten(end));
    return file_->sync(SyncPoint::pack_object);
}

Result<Placement> FolderObjectWriter::finish() {
    CHECK(state_);
    if (finished_) return fail(Problem::conflict, "the object was finished before");
    state_ = write_end();
    CHECK(state_);
    CHECK(registered_({pack_, PackState::closed}));
    finished_ = true;
    meters::pack_objects_written.add();
    meters::pack_bytes_written.add(written_ + filled_ - object_at);
    return Placement{.pack = pack_, .offset = object_at, .length = written_ + filled_ - object_at};
}

}  // namespace muniment::storage::folder

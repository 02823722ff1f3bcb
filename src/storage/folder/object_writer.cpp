// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/packs.hpp"

namespace muniment::storage::folder {
namespace {

constexpr std::uint64_t object_at = pack_head_bytes + frame_bytes;
constexpr std::uint64_t write_out_step = 4 * limits::MiB;  // so much at most is left for the final sync to begin with

}  // namespace

Result<std::unique_ptr<ObjectWriter>> FolderObjectWriter::begin(PackFiles& files, const RegisterPack& registered,
                                                                const ObjectId& object) {
    auto pack = PackId::fresh(SystemClock().now());
    CHECK(registered({pack, PackState::open}));
    TRY(auto file, files.create(pack));
    std::unique_ptr<FolderObjectWriter> writer(new FolderObjectWriter(files, registered, object, pack, std::move(file)));
    CHECK(writer->file_->write_at(pack_head_bytes, encode_frame({object, length_unfinished})));
    return writer;
}

FolderObjectWriter::~FolderObjectWriter() {
    // Where removing fails the file stays: it lists as empty, and no row names it.
    if (!finished_) static_cast<void>(files_.remove(pack_).has_value());
}

Result<void> FolderObjectWriter::add(View sealed) {
    CHECK(state_);
    while (!sealed.empty()) {
        auto count = std::min(sealed.size(), limits::transfer_step_bytes - buffer_.size());
        buffer_.insert(buffer_.end(), sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(count));
        sealed = sealed.subspan(count);
        if (buffer_.size() == limits::transfer_step_bytes) CHECK(flush());
    }
    return {};
}

Result<void> FolderObjectWriter::flush() {
    state_ = file_->write_at(object_at + length_, buffer_);
    CHECK(state_);
    length_ += buffer_.size();
    buffer_.clear();
    if (length_ - hinted_ >= write_out_step) {
        file_->start_writing_out(object_at + hinted_, length_ - hinted_);
        hinted_ = length_;
    }
    return {};
}

// One sync for bytes and frame: should the frame alone reach the disk before a power cut, it names bytes that do not fit their
// seal, in a pack that no row names.
Result<Placement> FolderObjectWriter::finish() {
    CHECK(state_);
    if (finished_) return fail(Problem::conflict, "the object was finished before");
    CHECK(flush());
    state_ = file_->write_at(pack_head_bytes, encode_frame({object_, length_}));
    CHECK(state_);
    state_ = file_->sync(SyncPoint::pack_object);
    CHECK(state_);
    CHECK(registered_({pack_, PackState::closed}));
    finished_ = true;
    return Placement{.pack = pack_, .offset = object_at, .length = length_};
}

}  // namespace muniment::storage::folder

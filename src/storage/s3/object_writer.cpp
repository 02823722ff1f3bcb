// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/limits.hpp"
#include "base/meters.hpp"
#include "storage/folder/pack_format.hpp"
#include "storage/s3/packs.hpp"

namespace muniment::storage::s3 {
namespace {

constexpr std::size_t object_at = folder::pack_head_bytes + folder::frame_bytes;

void take_from(View& rest, Bytes& into, std::size_t size_wanted) {
    auto count = static_cast<std::ptrdiff_t>(std::min(rest.size(), size_wanted - into.size()));
    into.insert(into.end(), rest.begin(), rest.begin() + count);
    rest = rest.subspan(static_cast<std::size_t>(count));
}

}  // namespace

std::size_t part_bytes(std::size_t number) { return limits::s3_part_bytes + number / limits::s3_part_growth_every * limits::MiB; }

S3ObjectWriter::S3ObjectWriter(Client& client, const RegisterPack& registered, const ObjectId& object, const PackId& pack)
    : client_(client), registered_(registered), object_(object), pack_(pack), key_(key_of(client.place(), pack)), etags_(1) {
    first_ = bytes(folder::encode_pack_head(pack));
    first_.resize(object_at);
}

S3ObjectWriter::~S3ObjectWriter() {
    if (sending_.valid()) sending_.wait();
    // Where aborting fails it is one of those that end_forgotten() finds.
    if (!finished_ && !upload_.empty())
        static_cast<void>(
            client_.abort_upload(key_, upload_, std::chrono::steady_clock::now() + limits::s3_giving_up_wait).has_value());
}

Result<void> S3ObjectWriter::add(View sealed) {
    CHECK(state_);
    length_ += sealed.size();
    take_from(sealed, first_, std::max(first_.size(), part_bytes(1)));
    while (!sealed.empty()) {
        auto wanted = part_bytes(etags_.size() + 1);
        if (part_.size() == wanted) {
            state_ = send_part();
            CHECK(state_);
            continue;
        }
        take_from(sealed, part_, wanted);
    }
    return {};
}

/// The part goes in a thread of its own while the next one gathers: at most two are in memory, and the first.
Result<void> S3ObjectWriter::send_part() {
    CHECK(await_part());
    if (upload_.empty()) {
        TRY(upload_, client_.begin_upload(key_));
    }
    if (etags_.size() == limits::s3_parts_max) return fail(Problem::too_large, "an object of more parts than S3 takes");
    etags_.emplace_back();
    sending_ = std::async(std::launch::async, [this, number = etags_.size(), part = std::exchange(part_, {})] {
        return client_.put_part(key_, upload_, number, part);
    });
    return {};
}

Result<void> S3ObjectWriter::await_part() {
    if (!sending_.valid()) return {};
    TRY(etags_.back(), sending_.get());
    return {};
}

Result<Placement> S3ObjectWriter::finish() {
    CHECK(state_);
    if (finished_) return fail(Problem::conflict, "the object was finished before");
    std::ranges::copy(folder::encode_frame({object_, length_}), first_.begin() + folder::pack_head_bytes);
    state_ = upload_.empty() && part_.empty() ? client_.put_new(key_, first_, client_.deadline()) : finish_in_parts();
    CHECK(state_);
    finished_ = true;
    if (auto closed = registered_({pack_, PackState::closed}); !closed) {
        static_cast<void>(client_.remove(key_).has_value());   // nobody will name it
        return std::unexpected<Error>(closed.error());
    }
    meters::pack_objects_written.add();
    meters::pack_bytes_written.add(length_);
    return Placement{.pack = pack_, .offset = object_at, .length = length_};
}

Result<void> S3ObjectWriter::finish_in_parts() {
    if (!part_.empty()) CHECK(send_part());
    CHECK(await_part());
    TRY(etags_.front(), client_.put_part(key_, upload_, 1, first_));
    return client_.complete_upload(key_, upload_, etags_, View(first_).first(object_at), object_at + length_);
}

}  // namespace muniment::storage::s3

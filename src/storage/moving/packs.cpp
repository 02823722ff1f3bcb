// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "crypto/crypto.hpp"
#include "storage/folder/pack_files.hpp"
#include "storage/folder/pack_format.hpp"
#include "storage/moving/former.hpp"
#include "storage/moving/moving.hpp"
#include "storage/s3/packs.hpp"

namespace muniment::storage {
namespace {

constexpr std::size_t step = 4 * limits::MiB;

/// One pack, read in steps.
Result<void> in_steps(std::uint64_t length, const PackSink::Read& read, const std::function<Result<void>(std::uint64_t, View)>& take) {
    Bytes buffer(std::min<std::uint64_t>(step, length));
    for (std::uint64_t at = 0; at < length;) {
        auto piece = std::span(buffer).first(std::min<std::uint64_t>(step, length - at));
        CHECK(read(at, piece));
        CHECK(take(at, piece));
        at += piece.size();
    }
    return {};
}

/// Files are synced all at once, at the end: until then nothing says that the packs are here.
class FolderSink final : public PackSink {
  public:
    explicit FolderSink(std::filesystem::path folder) : folder_(std::move(folder)), files_(folder_, posix_disk()) {}
    Result<void> put(const PackId& pack, std::uint64_t length, const Read& read) override {
        auto path = files_.path_of(pack), coming = path;
        coming += ".moving";                               // no pack yet: such names are left alone
        auto& disk = posix_disk();
        if (disk.exists(path)) {
            TRY(auto there, disk.open_read(path));
            TRY(auto size, there->size());
            return size == length ? Result<void>{} : fail(Problem::already_done, "another pack " + pack.text() + " is there already");
        }
        if (!disk.is_folder(path.parent_path())) CHECK(disk.add_folder(path.parent_path()));
        if (disk.exists(coming)) CHECK(disk.remove_file(coming));
        TRY(auto file, disk.create(coming));
        CHECK(in_steps(length, read, [&](std::uint64_t at, View piece) { return file->write_at(at, piece); }));
        return disk.name_file(coming, path);
    }
    Result<void> finish() override {
        int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool synced = folder >= 0 && ::syncfs(folder) == 0;
        if (folder >= 0) ::close(folder);
        return synced ? Result<void>{} : fail(Problem::unavailable, "the disk did not take the packs");
    }

  private:
    std::filesystem::path folder_;
    folder::PackFiles files_;
};

class BucketSink final : public PackSink {
  public:
    BucketSink(S3Place place, S3Credentials credentials) : client_(std::move(place), std::move(credentials)) {}
    Result<void> put(const PackId& pack, std::uint64_t length, const Read& read) override {
        auto key = s3::key_of(client_.place(), pack);
        auto there = client_.length(key);
        if (there && *there == length) return {};
        if (there) return fail(Problem::already_done, "another pack " + pack.text() + " is there already");
        if (there.error().problem != Problem::not_found) return std::unexpected<Error>(there.error());
        if (length > limits::s3_batch_bytes_max) return send_in_parts(key, length, read);
        Bytes whole(length);
        CHECK(read(0, whole));
        return client_.put_new(key, whole, client_.deadline());
    }
    Result<void> finish() override { return {}; }          // a bucket has what it said that it has

  private:
    Result<void> send_in_parts(const std::string& key, std::uint64_t length, const Read& read) {
        TRY(auto upload, client_.begin_upload(key));
        auto sent = send_parts(key, upload, length, read);
        // Where aborting fails too, it is one of those that the store ends when it is open.
        if (!sent) static_cast<void>(client_.abort_upload(key, upload, client_.deadline()).has_value());
        return sent;
    }
    Result<void> send_parts(const std::string& key, const std::string& upload, std::uint64_t length, const Read& read) {
        std::vector<std::string> etags;
        Bytes head, part;
        for (std::uint64_t at = 0; at < length; at += part.size()) {
            part.resize(std::min<std::uint64_t>(s3::part_bytes(etags.size() + 1), length - at));
            CHECK(read(at, part));
            if (at == 0) head.assign(part.begin(), part.begin() + folder::pack_head_bytes + folder::frame_bytes);
            TRY(auto etag, client_.put_part(key, upload, etags.size() + 1, part));
            etags.push_back(std::move(etag));
        }
        return client_.complete_upload(key, upload, etags, head, length);
    }

    s3::Client client_;
};

/// The bytes up to the end of its last whole object: what is behind them is what a crash left.
Result<std::uint64_t> whole_length(PackStore& packs, const PackId& pack) {
    TRY(auto objects, packs.list(pack));
    if (objects.empty()) return folder::pack_head_bytes;
    return objects.back().place.offset + objects.back().place.length;
}

Result<Hash> hash_of(PackStore& packs, const PackId& pack, std::uint64_t length) {
    crypto::Sha256 hash;
    CHECK(in_steps(
        length, [&](std::uint64_t at, std::span<std::uint8_t> out) { return packs.read({pack, 0, length}, at, out); },
        [&](std::uint64_t, View piece) -> Result<void> { return hash.add(piece), Result<void>{}; }));
    return hash.finish();
}

/// A small object under another name; nothing where it is not there.
Result<void> rename_object(s3::Client& client, const std::string& from, const std::string& to) {
    auto length = client.length(from);
    if (!length && length.error().problem == Problem::not_found) return {};
    if (!length) return std::unexpected<Error>(length.error());
    if (*length > limits::KiB) return fail(Problem::corrupt, "what says whose packs lie in that bucket");
    Bytes content(*length);
    CHECK(client.get(from, 0, content));
    auto earlier = client.remove(to);                      // of a move before this one
    if (!earlier && earlier.error().problem != Problem::not_found) return earlier;
    CHECK(client.put_new(to, content, client.deadline()));
    return client.remove(from);
}

}  // namespace

Result<std::unique_ptr<PackSink>> open_pack_sink(const std::filesystem::path& folder) {
    CHECK(make_folder(posix_disk(), folder));
    return std::make_unique<FolderSink>(folder);
}

std::unique_ptr<PackSink> open_pack_sink(S3Place place, S3Credentials credentials) {
    return std::make_unique<BucketSink>(std::move(place), std::move(credentials));
}

Result<std::string> leave_packs(const std::filesystem::path& folder) { return rename_former(folder); }
Result<void> return_to_packs(const std::filesystem::path& folder) { return rename_back(folder); }

Result<std::string> leave_packs(const S3Place& place, S3Credentials credentials) {
    s3::Client client(place, std::move(credentials));
    CHECK(rename_object(client, place.prefix + "store", place.prefix + "store.former"));
    return "s3://" + place.bucket + "/" + place.prefix;
}

Result<void> return_to_packs(const S3Place& place, S3Credentials credentials) {
    s3::Client client(place, std::move(credentials));
    if (auto there = client.length(place.prefix + "store"); there || there.error().problem != Problem::not_found) return {};
    return rename_object(client, place.prefix + "store.former", place.prefix + "store");
}

Result<Carried> move_packs(Records& records, PackStore& from, PackSink& sink, PackStore& to, const MoveProgress& progress) {
    TRY(auto rows, records.packs());
    TRY(auto there, from.packs());
    Carried moved;
    for (const auto& row : rows) {
        if (!std::ranges::binary_search(there, row.pack)) continue;   // one that never arrived, or was lost: as it is here, so there
        TRY(auto length, whole_length(from, row.pack));
        auto read = [&](std::uint64_t at, std::span<std::uint8_t> out) { return from.read({row.pack, 0, length}, at, out); };
        CHECK(sink.put(row.pack, length, read));
        TRY(auto sent, hash_of(from, row.pack, length));
        TRY(auto arrived, hash_of(to, row.pack, length));
        if (sent != arrived)
            return fail(Problem::corrupt, "the new place does not give back pack " + row.pack.text() + " as it is; the former one has it");
        ++moved.packs;
        moved.bytes += length;
        if (progress && !progress(moved)) return stopped();
    }
    CHECK(sink.finish());
    return moved;
}

}  // namespace muniment::storage

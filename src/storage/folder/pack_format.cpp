// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/pack_format.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace muniment::storage::folder {
namespace {

constexpr std::string_view pack_mark = "MUNIPACK", frame_mark = "OBJ1";
constexpr std::uint8_t pack_format = 1;
constexpr std::size_t check_bytes = 4;

template <class Head>
Head exactly(const Writer& written) {
    Head head;
    require(written.written().size() == head.size(), "the head of a pack or frame has another size");
    std::ranges::copy(written.written(), head.begin());
    return head;
}

}  // namespace

PackHead encode_pack_head(const PackId& pack) {
    Writer w;
    w.raw(pack_mark).u8(pack_format).raw(pack);
    return exactly<PackHead>(w);
}

FrameHead encode_frame(const Frame& frame) {
    Writer w;
    w.raw(frame_mark).raw(frame.object).u64(frame.length);
    w.raw(View(crypto::sha256(w.written())).first(check_bytes));
    return exactly<FrameHead>(w);
}

Result<void> check_pack_head(const PackHead& head, const PackId& pack) {
    Reader r(head);
    if (text(r.raw(pack_mark.size())) != pack_mark)
        return fail(Problem::corrupt, "pack " + pack.text() + " does not begin as a pack");
    if (auto format = r.u8(); format != pack_format) return fail(Problem::too_new, "pack format " + std::to_string(format));
    if (PackId{r.array<16>()} != pack) return fail(Problem::corrupt, "the file of pack " + pack.text() + " is another pack's");
    return {};
}

std::optional<Frame> decode_frame(const FrameHead& head) {
    Reader r(head);
    auto mark = text(r.raw(frame_mark.size()));
    Frame frame{.object = {r.array<16>()}, .length = r.u64()};
    auto check = r.raw(check_bytes);
    auto expected = crypto::sha256(View(head).first(frame_bytes - check_bytes));
    if (mark != frame_mark || !std::ranges::equal(check, View(expected).first(check_bytes))) return std::nullopt;
    return frame;
}

LaidOut lay_out(const PackId& pack, std::span<const SealedObject> objects) {
    LaidOut laid;
    auto size = pack_head_bytes;
    for (const auto& object : objects) size += frame_bytes + object.sealed.size();
    laid.bytes.reserve(size);
    auto add = [&](View piece) { laid.bytes.insert(laid.bytes.end(), piece.begin(), piece.end()); };
    add(encode_pack_head(pack));
    for (const auto& object : objects) {
        add(encode_frame({object.object, object.sealed.size()}));
        laid.places.push_back({.pack = pack, .offset = laid.bytes.size(), .length = object.sealed.size()});
        add(object.sealed);
    }
    return laid;
}

}  // namespace muniment::storage::folder

// SPDX-License-Identifier: Apache-2.0
// The bytes of a pack (docs/formats/pack.md): a head, then frames, each before its object.
#pragma once
#include <optional>

#include "storage/packs.hpp"

namespace muniment::storage::folder {

inline constexpr std::size_t pack_head_bytes = 8 + 1 + 16;
inline constexpr std::size_t frame_bytes = 4 + 16 + 8 + 4;
/// The length of an object that is being written; no whole frame has it.
inline constexpr std::uint64_t length_unfinished = UINT64_MAX;

using PackHead = std::array<std::uint8_t, pack_head_bytes>;
using FrameHead = std::array<std::uint8_t, frame_bytes>;

struct Frame {
    ObjectId object;
    std::uint64_t length = 0;
};

PackHead encode_pack_head(const PackId& pack);
FrameHead encode_frame(const Frame& frame);
/// `corrupt` where it is no pack or another's, `too_new` where its format is not ours.
Result<void> check_pack_head(const PackHead& head, const PackId& pack);
/// A whole pack of these, and where each of them lies in it.
struct LaidOut {
    Bytes bytes;
    std::vector<Placement> places;
};
LaidOut lay_out(const PackId& pack, std::span<const SealedObject> objects);
/// Nothing where the mark or the check is not a frame's.
std::optional<Frame> decode_frame(const FrameHead& head);

}  // namespace muniment::storage::folder

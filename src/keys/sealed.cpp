// SPDX-License-Identifier: Apache-2.0
#include "keys/sealed.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace muniment::keys {
namespace {

constexpr std::array<std::uint8_t, 2> small_head{0x01, 0x01};  // format 1, suite XAES-256-GCM

/// The head || "muniment/v1/" || kind || 0x00 || F || owner || row || number
Bytes associated_data(const FirmId& firm, const Place& place) {
    Writer w;
    w.raw(View(small_head)).raw("muniment/v1/").raw(label(place.kind)).u8(0);
    w.raw(View(firm)).raw(place.owner).raw(place.row).u64(place.number);
    return std::move(w).take();
}

std::unexpected<Error> does_not_fit(const Place& place) {
    return fail(Problem::corrupt, std::string(label(place.kind)) + " " + to_uuid_text(place.row) + " of " +
                                      to_uuid_text(place.owner) + ", number " + std::to_string(place.number));
}

Result<View> body_of(const Place& place, View sealed) {
    if (sealed.size() < small_head.size() + crypto::xaes_overhead_bytes || sealed[0] != small_head[0] ||
        sealed[1] != small_head[1]) {
        return does_not_fit(place);
    }
    return sealed.subspan(small_head.size());
}

}  // namespace

Bytes seal(const SealKey& key, const FirmId& firm, const Place& place, View plaintext) {
    Bytes out(small_head.begin(), small_head.end());
    crypto::xaes_seal(key.expose(), associated_data(firm, place), plaintext, out);
    return out;
}

Result<Bytes> open(const SealKey& key, const FirmId& firm, const Place& place, View sealed) {
    TRY(auto body, body_of(place, sealed));
    auto opened = crypto::xaes_open(key.expose(), associated_data(firm, place), body);
    if (!opened) return does_not_fit(place);
    return opened;
}

Result<crypto::Secret> open_secret(const SealKey& key, const FirmId& firm, const Place& place, View sealed) {
    TRY(auto body, body_of(place, sealed));
    auto opened = crypto::xaes_open_secret(key.expose(), associated_data(firm, place), body);
    if (!opened) return does_not_fit(place);
    return opened;
}

Bytes seal_field(const SealKey& key, const FirmId& firm, const Place& place, View plaintext) {
    Writer w;
    w.str(plaintext);
    auto padded = std::move(w).take();
    constexpr auto step = limits::field_padding_bytes;
    padded.resize((padded.size() + step - 1) / step * step);
    return seal(key, firm, place, padded);
}

Result<Bytes> open_field(const SealKey& key, const FirmId& firm, const Place& place, View sealed) {
    TRY(auto padded, open(key, firm, place, sealed));
    Reader r(padded);
    auto field = r.str(padded.size());
    // What we sealed ends in fewer zeros than one step, and at a step.
    bool padded_as_ours = r.rest().size() < limits::field_padding_bytes && padded.size() % limits::field_padding_bytes == 0 &&
                          std::ranges::all_of(r.rest(), [](std::uint8_t byte) { return byte == 0; });
    if (!r.ok() || !padded_as_ours) return does_not_fit(place);
    return bytes(field);
}

}  // namespace muniment::keys

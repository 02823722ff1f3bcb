// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <algorithm>
#include <limits>

namespace muniment {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Groups of `bits` bits, most significant first; the last group is filled with zero bits.
std::string spell(View bytes, std::string_view digits, unsigned bits) {
    std::string out;
    out.reserve(bytes.size() * 8 / bits + 1);
    std::uint32_t held = 0;
    unsigned count = 0;
    for (auto b : bytes) {
        held = (held << 8) | b;
        count += 8;
        while (count >= bits) {
            count -= bits;
            out += digits[(held >> count) & ((1u << bits) - 1)];
        }
        held &= (1u << count) - 1;
    }
    if (count > 0) out += digits[(held << (bits - count)) & ((1u << bits) - 1)];
    return out;
}

Result<Bytes> read64(std::string_view text, std::string_view digits) {
    if (text.size() % 4 == 1) return fail(Problem::malformed, "base64 of an impossible length");
    std::array<std::int8_t, 256> value;
    value.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i) value[static_cast<std::uint8_t>(digits[i])] = static_cast<std::int8_t>(i);
    Bytes out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t held = 0;
    unsigned count = 0;
    for (char c : text) {
        auto v = value[static_cast<std::uint8_t>(c)];
        if (v < 0) return fail(Problem::malformed, "a character that is not base64");
        held = (held << 6) | static_cast<std::uint32_t>(v);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<std::uint8_t>(held >> count));
            held &= (1u << count) - 1;
        }
    }
    if (held != 0) return fail(Problem::malformed, "base64 that is not canonical");
    return out;
}

/// Zero where nothing was read: a number that was cut short is no number.
std::uint64_t big_endian(View bytes) {
    std::uint64_t value = 0;
    for (auto b : bytes) value = value << 8 | b;
    return value;
}

}  // namespace

std::string to_hex(View bytes) { return spell(bytes, hex_digits, 4); }

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return fail(Problem::malformed, "hex of an odd length");
    Bytes out(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto at = hex_digits.find(text[i]);
        if (at == std::string_view::npos) return fail(Problem::malformed, "a character that is not lower-case hex");
        out[i / 2] = static_cast<std::uint8_t>(out[i / 2] << 4 | at);
    }
    return out;
}

std::string to_base64(View bytes) {
    auto out = spell(bytes, base64_digits, 6);
    while (out.size() % 4 != 0) out += '=';
    return out;
}

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return fail(Problem::malformed, "base64 without its padding");
    auto body = text;
    for (int i = 0; i < 2 && body.ends_with('='); ++i) body.remove_suffix(1);
    return read64(body, base64_digits);
}

std::string to_base64url(View bytes) { return spell(bytes, base64url_digits, 6); }
Result<Bytes> from_base64url(std::string_view text) { return read64(text, base64url_digits); }
std::string to_base32(View bytes) { return spell(bytes, base32_digits, 5); }

Writer& Writer::u8(std::uint8_t v) {
    out_.push_back(v);
    return *this;
}
Writer& Writer::u16(std::uint16_t v) { return u8(static_cast<std::uint8_t>(v >> 8)).u8(static_cast<std::uint8_t>(v)); }
Writer& Writer::u32(std::uint32_t v) { return u16(static_cast<std::uint16_t>(v >> 16)).u16(static_cast<std::uint16_t>(v)); }
Writer& Writer::u64(std::uint64_t v) { return u32(static_cast<std::uint32_t>(v >> 32)).u32(static_cast<std::uint32_t>(v)); }
Writer& Writer::raw(View v) {
    out_.insert(out_.end(), v.begin(), v.end());
    return *this;
}
Writer& Writer::str(View v) {
    require(v.size() <= std::numeric_limits<std::uint32_t>::max(), "too long for its length prefix");
    return u32(static_cast<std::uint32_t>(v.size())).raw(v);
}

View Reader::raw(std::size_t count) {
    if (!ok_ || rest_.size() < count) {
        ok_ = false;
        return {};
    }
    auto v = rest_.first(count);
    rest_ = rest_.subspan(count);
    return v;
}

std::uint8_t Reader::u8() { return static_cast<std::uint8_t>(big_endian(raw(1))); }
std::uint16_t Reader::u16() { return static_cast<std::uint16_t>(big_endian(raw(2))); }
std::uint32_t Reader::u32() { return static_cast<std::uint32_t>(big_endian(raw(4))); }
std::uint64_t Reader::u64() { return big_endian(raw(8)); }

View Reader::str(std::size_t bytes_max) {
    auto length = u32();
    if (length > bytes_max) {
        ok_ = false;
        return {};
    }
    return raw(length);
}

Result<void> Reader::done(std::string_view what) const {
    if (!ok_) return fail(Problem::corrupt, std::string(what) + " is shorter than its format");
    if (!rest_.empty()) return fail(Problem::corrupt, std::string(what) + " is longer than its format");
    return {};
}

}  // namespace muniment

// SPDX-License-Identifier: Apache-2.0
// Bytes, their spellings (hex, base64), and the one binary encoding of our formats.
//
// Encoding: numbers big-endian; a byte string is its length (4 bytes) and its bytes; Writer and Reader agree by construction.
// Every decoder refuses what an encoder would not have written: no whitespace, no other alphabet, no left-over bytes.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace muniment {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;  ///< a SHA-256 value

inline View view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view text(View bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes bytes(View v) { return Bytes(v.begin(), v.end()); }
inline Bytes bytes(std::string_view t) { return bytes(view(t)); }
inline std::string string(View v) { return std::string(text(v)); }

std::string to_hex(View bytes);                       ///< lower case
Result<Bytes> from_hex(std::string_view text);        ///< lower case only
std::string to_base64(View bytes);                    ///< RFC 4648 section 4, padded
Result<Bytes> from_base64(std::string_view text);     ///< canonical only
std::string to_base64url(View bytes);                 ///< RFC 4648 section 5, no padding
Result<Bytes> from_base64url(std::string_view text);  ///< canonical only
std::string to_base32(View bytes);                    ///< RFC 4648 section 6, no padding (TOTP secrets)

class Writer {
  public:
    Writer& u8(std::uint8_t v);
    Writer& u16(std::uint16_t v);
    Writer& u32(std::uint32_t v);
    Writer& u64(std::uint64_t v);
    Writer& i64(std::int64_t v) { return u64(static_cast<std::uint64_t>(v)); }
    Writer& raw(View v);
    Writer& raw(std::string_view v) { return raw(view(v)); }
    Writer& str(View v);                               ///< u32 length, then the bytes
    Writer& str(std::string_view v) { return str(view(v)); }
    const Bytes& written() const& { return out_; }
    Bytes take() && { return std::move(out_); }

  private:
    Bytes out_;
};

/// Reads what Writer wrote. After the first error every further read gives zeros, and done() tells.
class Reader {
  public:
    explicit Reader(View v) : rest_(v) {}
    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    View raw(std::size_t count);
    View str(std::size_t bytes_max);
    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> a{};
        if (auto v = raw(N); v.size() == N) std::copy(v.begin(), v.end(), a.begin());
        return a;
    }
    bool ok() const { return ok_; }
    View rest() const { return rest_; }
    Result<void> done(std::string_view what) const;    ///< fails with `corrupt` unless all was read and nothing is left over

  private:
    View rest_;
    bool ok_ = true;
};

}  // namespace muniment

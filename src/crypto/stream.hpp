// SPDX-License-Identifier: Apache-2.0
// Sealing of streams: C2SP chunked-encryption, Cobblestone-256 (c2sp.org/chunked-encryption: HKDF-Expand-SHA-512, AES-256-GCM,
// chunks of 16 KiB, 56 bytes of head, key commitment, random access).
//
// Promises   Truncated, extended, swapped, re-ordered or flipped bytes, another key or another context do not open.
// Does not   Continue a stream: it is sealed once, from first byte to last, by one StreamSealer.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace muniment::crypto {

inline constexpr std::size_t stream_head_bytes = 56;
inline constexpr std::size_t stream_chunk_bytes = 16'384;                         ///< of plaintext
inline constexpr std::size_t stream_sealed_chunk_bytes = stream_chunk_bytes + 16;

/// Sealed length of a plaintext of that length: 56 + 16 per chunk, and the last chunk is always shorter than 16 KiB.
std::uint64_t stream_sealed_length(std::uint64_t plain_length);
/// The plaintext's length, or nothing where no plaintext gives that sealed length.
std::optional<std::uint64_t> stream_plain_length(std::uint64_t sealed_length);

class StreamSealer {
  public:
    /// `input_key` is 32 random bytes used for this stream alone.
    StreamSealer(View input_key, View context);
    ~StreamSealer();
    StreamSealer(StreamSealer&&) noexcept;
    /// Appends what is ready to `out`: the head with the first call, then whole chunks.
    void add(View plaintext, Bytes& out);
    /// Appends the rest. Nothing may be added afterwards.
    void finish(Bytes& out);

    /// With the salt (24 bytes) given: for test vectors only.
    static StreamSealer with_insecure_salt(View input_key, View context, View salt);

  private:
    struct State;
    explicit StreamSealer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

class StreamOpener {
  public:
    /// Checks the commitment in the head (56 bytes): `corrupt` for another key or context.
    static Result<StreamOpener> create(View input_key, View context, View head);
    ~StreamOpener();
    StreamOpener(StreamOpener&&) noexcept;
    StreamOpener& operator=(StreamOpener&&) noexcept;
    /// Opens chunk `index` (from 0) into `out`, which has exactly its plaintext's length; `last` says whether it must be the
    /// final one (then shorter than 16 KiB). The sealed bytes are out.size() + 16.
    Result<void> open_chunk(std::uint64_t index, bool last, View sealed, std::span<std::uint8_t> out);

  private:
    struct State;
    explicit StreamOpener(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A whole stream in memory, for small objects: sealed appended to `out`, opened as a whole.
void stream_seal(View input_key, View context, View plaintext, Bytes& out);
Result<Bytes> stream_open(View input_key, View context, View sealed);

}  // namespace muniment::crypto

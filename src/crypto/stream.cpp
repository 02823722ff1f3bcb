// SPDX-License-Identifier: Apache-2.0
#include "crypto/stream.hpp"

#include <algorithm>
#include <cstring>

#include "base/random.hpp"
#include "base/safeguards.hpp"
#include "crypto/gcm.hpp"
#include "crypto/hash.hpp"

namespace muniment::crypto {
namespace {

constexpr std::size_t salt_bytes = 24, commitment_bytes = 32, input_key_bytes = 32;
static_assert(stream_head_bytes == salt_bytes + commitment_bytes);
static_assert(stream_sealed_chunk_bytes == stream_chunk_bytes + gcm_tag_bytes);

/// "If the chunk counter reaches or exceeds 2^38 while encrypting or decrypting, implementations MUST abort."
constexpr std::uint64_t chunk_count_max = std::uint64_t{1} << 38;

/// The key schedule of one stream: key, base nonce and commitment ("Key derivation"), and the sealing of numbered chunks.
class ChunkCipher {
  public:
    ChunkCipher(View input_key, View context, View salt) {
        require(input_key.size() == input_key_bytes && salt.size() == salt_bytes, "a key or salt of the wrong length");
        Writer info;
        info.raw("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM").u8(0).raw(salt).raw(context);
        auto derived = Secret::zeros(gcm_key_bytes + gcm_nonce_bytes + commitment_bytes);
        hkdf_expand_sha512(input_key, info.written(), derived.fill());
        gcm_.set_key(derived.expose().first(gcm_key_bytes));
        std::ranges::copy(derived.expose().subspan(gcm_key_bytes, gcm_nonce_bytes), base_nonce_.begin());
        std::ranges::copy(derived.expose().last(commitment_bytes), commitment_.begin());
    }

    View commitment() const { return commitment_; }

    void seal(std::uint64_t index, View plaintext, std::span<std::uint8_t> out) {
        if constexpr (broken(1)) return copy_instead(plaintext, out);
        gcm_.seal(nonce(index), {}, plaintext, out);
    }

    [[nodiscard]] bool open(std::uint64_t index, View sealed, std::span<std::uint8_t> out) {
        if constexpr (broken(1)) return copy_instead(sealed.first(out.size()), out), true;
        return gcm_.open(nonce(index), {}, sealed, out);
    }

  private:
    /// Only in a build with MUNIMENT_BREAK=1, which shows that the tests of promise 1 notice content that is stored unsealed:
    /// the bytes as they are, zeros for a tag, and nothing is checked.
    static void copy_instead(View from, std::span<std::uint8_t> out) {
        std::ranges::fill(out, std::uint8_t{0});
        std::ranges::copy(from, out.begin());
    }

    /// "the XOR of the base nonce and the chunk number as a big-endian integer as wide as the base nonce"
    std::array<std::uint8_t, gcm_nonce_bytes> nonce(std::uint64_t index) const {
        auto nonce = base_nonce_;
        for (std::size_t i = 0; i < 8; ++i) nonce[gcm_nonce_bytes - 1 - i] ^= static_cast<std::uint8_t>(index >> (8 * i));
        return nonce;
    }

    Gcm gcm_;
    std::array<std::uint8_t, gcm_nonce_bytes> base_nonce_;
    std::array<std::uint8_t, commitment_bytes> commitment_;
};

/// The end of `out`, made longer by `count` bytes.
std::span<std::uint8_t> grown(Bytes& out, std::size_t count) {
    out.resize(out.size() + count);
    return std::span(out).last(count);
}

}  // namespace

std::uint64_t stream_sealed_length(std::uint64_t plain_length) {
    auto chunks = plain_length / stream_chunk_bytes + 1;
    require(chunks <= chunk_count_max, "too long for one stream");
    return stream_head_bytes + plain_length + chunks * gcm_tag_bytes;
}

std::optional<std::uint64_t> stream_plain_length(std::uint64_t sealed_length) {
    if (sealed_length < stream_head_bytes) return {};
    auto whole_chunks = (sealed_length - stream_head_bytes) / stream_sealed_chunk_bytes;
    auto last = (sealed_length - stream_head_bytes) % stream_sealed_chunk_bytes;
    if (last < gcm_tag_bytes || whole_chunks >= chunk_count_max) return {};
    return whole_chunks * stream_chunk_bytes + last - gcm_tag_bytes;
}

struct StreamSealer::State {
    State(View input_key, View context, View salt) : cipher(input_key, context, salt) {
        std::ranges::copy(salt, head.begin());
        std::ranges::copy(cipher.commitment(), head.begin() + salt_bytes);
        waiting.reserve(stream_chunk_bytes);
    }
    ~State() { wipe(waiting); }

    void seal_chunk(View plaintext, Bytes& out) {
        require(next_chunk < chunk_count_max, "too long for one stream");
        cipher.seal(next_chunk++, plaintext, grown(out, plaintext.size() + gcm_tag_bytes));
    }

    ChunkCipher cipher;
    std::array<std::uint8_t, stream_head_bytes> head;
    Bytes waiting;  ///< of plaintext, less than a chunk
    std::uint64_t next_chunk = 0;
    bool head_written = false, finished = false;
};

StreamSealer::StreamSealer(View input_key, View context)
    : state_(std::make_unique<State>(input_key, context, random_bytes<salt_bytes>())) {}
StreamSealer::StreamSealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
StreamSealer::~StreamSealer() = default;
StreamSealer::StreamSealer(StreamSealer&&) noexcept = default;

StreamSealer StreamSealer::with_insecure_salt(View input_key, View context, View salt) {
    return StreamSealer(std::make_unique<State>(input_key, context, salt));
}

void StreamSealer::add(View plaintext, Bytes& out) {
    auto& s = *state_;
    require(!s.finished, "a stream is sealed once");
    // Room at once for what this gives, and for the last chunk: growing by chunks would copy what is sealed again and again.
    auto needed = out.size() + stream_head_bytes + plaintext.size() + (plaintext.size() / stream_chunk_bytes + 2) * gcm_tag_bytes;
    if (out.capacity() < needed) out.reserve(std::max(needed, 2 * out.capacity()));
    if (!s.head_written) out.insert(out.end(), s.head.begin(), s.head.end());
    s.head_written = true;
    while (!plaintext.empty()) {
        if (s.waiting.empty() && plaintext.size() >= stream_chunk_bytes) {
            s.seal_chunk(plaintext.first(stream_chunk_bytes), out);
            plaintext = plaintext.subspan(stream_chunk_bytes);
            continue;
        }
        auto count = std::min(plaintext.size(), stream_chunk_bytes - s.waiting.size());
        s.waiting.insert(s.waiting.end(), plaintext.begin(), plaintext.begin() + static_cast<std::ptrdiff_t>(count));
        plaintext = plaintext.subspan(count);
        if (s.waiting.size() < stream_chunk_bytes) continue;
        s.seal_chunk(s.waiting, out);
        wipe(s.waiting);
        s.waiting.clear();
    }
}

void StreamSealer::finish(Bytes& out) {
    add({}, out);
    // The last chunk is always shorter than the others, and empty where the plaintext ends with a whole chunk.
    state_->seal_chunk(state_->waiting, out);
    state_->finished = true;
}

struct StreamOpener::State {
    ChunkCipher cipher;
};

Result<StreamOpener> StreamOpener::create(View input_key, View context, View head) {
    if (head.size() != stream_head_bytes) return fail(Problem::corrupt, "a stream without its whole head");
    auto state = std::make_unique<State>(ChunkCipher(input_key, context, head.first(salt_bytes)));
    if (!equal(state->cipher.commitment(), head.subspan(salt_bytes)))
        return fail(Problem::corrupt, "a stream that was sealed with another key or for another place");
    return StreamOpener(std::move(state));
}

StreamOpener::StreamOpener(std::unique_ptr<State> state) : state_(std::move(state)) {}
StreamOpener::~StreamOpener() = default;
StreamOpener::StreamOpener(StreamOpener&&) noexcept = default;
StreamOpener& StreamOpener::operator=(StreamOpener&&) noexcept = default;

Result<void> StreamOpener::open_chunk(std::uint64_t index, bool last, View sealed, std::span<std::uint8_t> out) {
    // "implementations MUST check that the final chunk is shorter than 16 KiB": a stream cut between chunks has no such end.
    bool fits = last ? out.size() < stream_chunk_bytes : out.size() == stream_chunk_bytes;
    if (!fits || index >= chunk_count_max || sealed.size() != out.size() + gcm_tag_bytes) {
        wipe(out);
        return fail(Problem::corrupt, "a chunk of an impossible length");
    }
    if (!state_->cipher.open(index, sealed, out))
        return fail(Problem::corrupt, "chunk " + std::to_string(index) + " does not open");
    return {};
}

void stream_seal(View input_key, View context, View plaintext, Bytes& out) {
    out.reserve(out.size() + stream_sealed_length(plaintext.size()));
    StreamSealer sealer(input_key, context);
    sealer.add(plaintext, out);
    sealer.finish(out);
}

Result<Bytes> stream_open(View input_key, View context, View sealed) {
    auto plain_length = stream_plain_length(sealed.size());
    if (!plain_length) return fail(Problem::corrupt, "a stream that was cut or lengthened");
    TRY(auto opener, StreamOpener::create(input_key, context, sealed.first(stream_head_bytes)));
    Bytes plaintext(*plain_length);
    auto from = sealed.subspan(stream_head_bytes);
    auto to = std::span(plaintext);
    for (std::uint64_t index = 0;; ++index) {
        bool last = to.size() < stream_chunk_bytes;
        auto count = last ? to.size() : stream_chunk_bytes;
        if (auto opened = opener.open_chunk(index, last, from.first(count + gcm_tag_bytes), to.first(count)); !opened) {
            wipe(plaintext);  // the chunks before the damaged one
            return std::unexpected(std::move(opened).error());
        }
        if (last) return plaintext;
        from = from.subspan(count + gcm_tag_bytes);
        to = to.subspan(count);
    }
}

}  // namespace muniment::crypto

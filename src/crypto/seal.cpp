// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "crypto/arena.hpp"
#include "crypto/gcm.hpp"

namespace muniment::crypto {
namespace {

constexpr std::size_t key_bytes = 32, nonce_bytes = 24, block_bytes = 16, half_nonce_bytes = 12;
static_assert(xaes_overhead_bytes == nonce_bytes + gcm_tag_bytes);

const EVP_CIPHER* aes_256_block() {
    static const EVP_CIPHER* algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
    require(algorithm != nullptr, "OpenSSL has no AES-256");
    return algorithm;
}

/// AES-256 of single blocks, for the key derivation alone; the key is dropped with the object.
class BlockCipher {
  public:
    explicit BlockCipher(View key) {
        must(EVP_CipherInit_ex2(context(), aes_256_block(), key.data(), nullptr, 1, nullptr));
        must(EVP_CIPHER_CTX_set_padding(context(), 0));
    }
    BlockCipher(const BlockCipher&) = delete;
    BlockCipher& operator=(const BlockCipher&) = delete;
    ~BlockCipher() { must(EVP_CIPHER_CTX_reset(context())); }

    void encrypt(std::span<std::uint8_t> blocks) {
        int written = 0;
        must(EVP_CipherUpdate(context(), blocks.data(), &written, blocks.data(), length(blocks.size())));
    }

  private:
    static EVP_CIPHER_CTX* context() {
        thread_local CipherContext context(EVP_CIPHER_CTX_new());
        return context.get();
    }
};

/// AES-256-GCM under the key derived from the input key and the first half of the nonce.
class DerivedGcm {
  public:
    DerivedGcm(View key, View nonce) {
        require(key.size() == key_bytes && nonce.size() == nonce_bytes, "a key or nonce of the wrong length");
        BlockCipher aes(key);
        std::array<std::uint8_t, block_bytes> k1{};
        aes.encrypt(k1);  // step 1: L
        // Step 2, without a branch on secret bits: K1 = L << 1, and 0x87 is added where a bit was shifted out.
        auto carry = static_cast<std::uint8_t>(-(k1[0] >> 7));
        for (std::size_t i = 0; i < block_bytes; ++i)
            k1[i] = static_cast<std::uint8_t>(k1[i] << 1 | (i + 1 < block_bytes ? k1[i + 1] >> 7 : 0));
        k1.back() ^= carry & 0x87;
        std::array<std::uint8_t, key_bytes> derived{};
        for (auto counter : {std::uint8_t{1}, std::uint8_t{2}}) {  // steps 3 and 4: M1 and M2
            auto block = std::span(derived).subspan(block_bytes * (counter - 1u), block_bytes);
            block[1] = counter;
            block[2] = 'X';
            std::ranges::copy(nonce.first(half_nonce_bytes), block.begin() + 4);
            for (std::size_t i = 0; i < block_bytes; ++i) block[i] ^= k1[i];
        }
        aes.encrypt(derived);  // step 5
        gcm().set_key(derived);
        wipe(k1);
        wipe(derived);
    }
    DerivedGcm(const DerivedGcm&) = delete;
    DerivedGcm& operator=(const DerivedGcm&) = delete;
    ~DerivedGcm() { gcm().drop_key(); }

    static Gcm& gcm() {
        thread_local Gcm gcm;
        return gcm;
    }
};

Result<void> open_into(View key, View associated_data, View sealed, std::span<std::uint8_t> out) {
    auto nonce = sealed.first(nonce_bytes);
    DerivedGcm derived(key, nonce);
    if (!derived.gcm().open(nonce.subspan(half_nonce_bytes), associated_data, sealed.subspan(nonce_bytes), out))
        return fail(Problem::corrupt, "something sealed that does not open");
    return {};
}

}  // namespace

void xaes_seal(View key, View associated_data, View plaintext, Bytes& out) {
    xaes_seal_insecure_nonce(key, random_bytes<nonce_bytes>(), associated_data, plaintext, out);
}

void xaes_seal_insecure_nonce(View key, View nonce, View associated_data, View plaintext, Bytes& out) {
    DerivedGcm derived(key, nonce);
    auto start = out.size();
    out.resize(start + xaes_overhead_bytes + plaintext.size());
    auto place = std::span(out).subspan(start);
    std::ranges::copy(nonce, place.begin());
    derived.gcm().seal(nonce.subspan(half_nonce_bytes), associated_data, plaintext, place.subspan(nonce_bytes));
}

Result<Bytes> xaes_open(View key, View associated_data, View sealed) {
    if (sealed.size() < xaes_overhead_bytes) return fail(Problem::corrupt, "something sealed that was cut short");
    Bytes plaintext(sealed.size() - xaes_overhead_bytes);
    CHECK(open_into(key, associated_data, sealed, plaintext));
    return plaintext;
}

Result<Secret> xaes_open_secret(View key, View associated_data, View sealed) {
    if (sealed.size() <= xaes_overhead_bytes || sealed.size() > xaes_overhead_bytes + arena::slot_bytes_max)
        return fail(Problem::corrupt, "a sealed key of an impossible length");
    auto secret = Secret::zeros(sealed.size() - xaes_overhead_bytes);
    CHECK(open_into(key, associated_data, sealed, secret.fill()));
    return secret;
}

}  // namespace muniment::crypto

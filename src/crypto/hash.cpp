// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <algorithm>

#include "crypto/openssl.hpp"

namespace muniment::crypto {
namespace {

const EVP_MD* sha256_algorithm() {
    static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    require(algorithm != nullptr, "OpenSSL has no SHA-256");
    return algorithm;
}

void begin(EVP_MD_CTX* context) { must(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr)); }

Hash end(EVP_MD_CTX* context) {
    Hash hash;
    must(EVP_DigestFinal_ex(context, hash.data(), nullptr));
    return hash;
}

/// HMAC with one hash function, keyed anew for each message. One per thread: making one costs more than a short message.
class Hmac {
  public:
    explicit Hmac(const char* hash_name) {
        Owned<EVP_MAC, EVP_MAC_free> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
        require(algorithm != nullptr, "OpenSSL has no HMAC");
        context_.reset(EVP_MAC_CTX_new(algorithm.get()));
        OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hash_name), 0), OSSL_PARAM_construct_end()};
        must(EVP_MAC_CTX_set_params(context_.get(), parameters));
    }

    void begin(View key) {
        // OpenSSL takes a null key for "the same as before", so an empty one still needs an address.
        static constexpr std::uint8_t nothing = 0;
        must(EVP_MAC_init(context_.get(), key.empty() ? &nothing : key.data(), key.size(), nullptr));
    }
    void add(View piece) {
        if (!piece.empty()) must(EVP_MAC_update(context_.get(), piece.data(), piece.size()));
    }
    void end(std::span<std::uint8_t> out) {
        std::size_t written = 0;
        must(EVP_MAC_final(context_.get(), out.data(), &written, out.size()));
        // The context outlives this call by hours: it is left with a key of zeros in place of the caller's.
        static constexpr std::array<std::uint8_t, 32> no_key{};
        begin(no_key);
    }

  private:
    Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> context_;
};

constexpr std::size_t sha512_bytes = 64;

Hmac& hmac_sha512() {
    thread_local Hmac hmac("SHA512");
    return hmac;
}

}  // namespace

Hash sha256(View bytes) { return sha256({bytes}); }

Hash sha256(std::initializer_list<View> pieces) {
    thread_local DigestContext context(EVP_MD_CTX_new());
    begin(context.get());
    for (auto piece : pieces) must(EVP_DigestUpdate(context.get(), piece.data(), piece.size()));
    return end(context.get());
}

Hash hmac_sha256(View key, std::initializer_list<View> pieces) {
    thread_local Hmac hmac("SHA256");
    hmac.begin(key);
    for (auto piece : pieces) hmac.add(piece);
    Hash tag;
    hmac.end(tag);
    return tag;
}

bool equal(View a, View b) { return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0); }

void hkdf_expand_sha512(View prk, View info, std::span<std::uint8_t> out) {
    require(out.size() <= 255 * sha512_bytes, "HKDF gives at most 255 blocks");
    auto& hmac = hmac_sha512();
    std::array<std::uint8_t, sha512_bytes> block;  // T(i) of RFC 5869 section 2.3
    View before;                                   // T(i - 1), empty at first
    for (std::uint8_t i = 1; !out.empty(); ++i) {
        hmac.begin(prk);
        hmac.add(before);
        hmac.add(info);
        hmac.add({&i, 1});
        hmac.end(block);
        before = block;
        auto count = std::min(out.size(), block.size());
        std::copy_n(block.begin(), count, out.begin());
        out = out.subspan(count);
    }
    wipe(block);
}

void hkdf_sha512(View salt, View ikm, View info, std::span<std::uint8_t> out) {
    std::array<std::uint8_t, sha512_bytes> prk;
    auto& hmac = hmac_sha512();
    // RFC 5869 section 2.2: without a salt, 64 zero bytes; HMAC pads an empty key to the same.
    hmac.begin(salt);
    hmac.add(ikm);
    hmac.end(prk);
    hkdf_expand_sha512(prk, info, out);
    wipe(prk);
}

}  // namespace muniment::crypto

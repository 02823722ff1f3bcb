// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.hpp"

#include <sodium/crypto_sign.h>

#include <algorithm>

namespace muniment::crypto {
namespace {

static_assert(std::tuple_size_v<PublicKey> == crypto_sign_PUBLICKEYBYTES);
static_assert(std::tuple_size_v<Signature> == crypto_sign_BYTES);
// libsodium's secret key is seed || public key.
static_assert(crypto_sign_SECRETKEYBYTES == crypto_sign_SEEDBYTES + crypto_sign_PUBLICKEYBYTES);

}  // namespace

SigningKey SigningKey::random() { return *from_seed(Secret::random(crypto_sign_SEEDBYTES)); }

Result<SigningKey> SigningKey::from_seed(Secret seed) {
    if (seed.size() != crypto_sign_SEEDBYTES) return fail(Problem::corrupt, "a signing key of the wrong length");
    PublicKey public_key;
    auto secret_key = Secret::zeros(crypto_sign_SECRETKEYBYTES);
    require(crypto_sign_seed_keypair(public_key.data(), secret_key.fill().data(), seed.expose().data()) == 0, "Ed25519 failed");
    return SigningKey(std::move(seed), public_key);
}

Signature SigningKey::sign(View message) const {
    auto secret_key = Secret::zeros(crypto_sign_SECRETKEYBYTES);
    auto end = std::ranges::copy(seed_.expose(), secret_key.fill().begin()).out;
    std::ranges::copy(public_key_, end);
    Signature signature;
    require(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_key.expose().data()) == 0,
            "Ed25519 failed");
    return signature;
}

bool verify(const PublicKey& key, View message, View signature) {
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace muniment::crypto

// SPDX-License-Identifier: Apache-2.0
#include "crypto/gcm.hpp"

#include "crypto/secret.hpp"

namespace muniment::crypto {
namespace {

const EVP_CIPHER* aes_256_gcm() {
    static const EVP_CIPHER* algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(algorithm != nullptr, "OpenSSL has no AES-256-GCM");
    return algorithm;
}

}  // namespace

Gcm::Gcm() : context_(EVP_CIPHER_CTX_new()) { require(context_ != nullptr, "no memory for a cipher"); }

void Gcm::set_key(View key) {
    require(key.size() == gcm_key_bytes, "a key of the wrong length");
    must(EVP_CipherInit_ex2(context_.get(), aes_256_gcm(), key.data(), nullptr, 1, nullptr));
}

void Gcm::drop_key() { must(EVP_CIPHER_CTX_reset(context_.get())); }

void Gcm::begin(View nonce, View associated_data, int encrypt) {
    require(nonce.size() == gcm_nonce_bytes, "a nonce of the wrong length");
    must(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), encrypt, nullptr));
    int written = 0;
    if (!associated_data.empty())
        must(EVP_CipherUpdate(context_.get(), nullptr, &written, associated_data.data(), length(associated_data.size())));
}

void Gcm::seal(View nonce, View associated_data, View plaintext, std::span<std::uint8_t> out) {
    require(out.size() == plaintext.size() + gcm_tag_bytes, "a place of the wrong length");
    begin(nonce, associated_data, 1);
    int written = 0;
    if (!plaintext.empty())
        must(EVP_CipherUpdate(context_.get(), out.data(), &written, plaintext.data(), length(plaintext.size())));
    auto tag = out.last(gcm_tag_bytes);
    must(EVP_CipherFinal_ex(context_.get(), tag.data(), &written));
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, gcm_tag_bytes, tag.data()));
}

bool Gcm::open(View nonce, View associated_data, View sealed, std::span<std::uint8_t> out) {
    require(sealed.size() >= gcm_tag_bytes && out.size() == sealed.size() - gcm_tag_bytes, "a place of the wrong length");
    begin(nonce, associated_data, 0);
    auto tag = sealed.last(gcm_tag_bytes);
    // OpenSSL's interface is not const for either direction; this one only reads the tag.
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, gcm_tag_bytes, const_cast<std::uint8_t*>(tag.data())));
    int written = 0;
    if (!out.empty()) must(EVP_CipherUpdate(context_.get(), out.data(), &written, sealed.data(), length(out.size())));
    std::uint8_t nothing = 0;
    if (EVP_CipherFinal_ex(context_.get(), &nothing, &written) == 1) return true;
    // The bytes were decrypted before the tag was looked at: what an attacker made must not be left for a caller to read.
    wipe(out);
    return false;
}

}  // namespace muniment::crypto

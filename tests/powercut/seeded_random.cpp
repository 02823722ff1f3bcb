// SPDX-License-Identifier: Apache-2.0
#include "seeded_random.hpp"

#include <sodium.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <string_view>

#include "base/random.hpp"

namespace muniment {
namespace {

std::mutex mutex;
std::mt19937_64 source;

}  // namespace

void powercut::seed_random(std::uint64_t seed) {
    std::lock_guard held(mutex);
    source.seed(seed);
}

void powercut::quiet() {
    if (std::freopen("/dev/null", "w", stderr) == nullptr) std::abort();
}

/// In place of the kernel's (base/random.cpp).
void random_fill(std::span<std::uint8_t> out) {
    std::lock_guard held(mutex);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(source() >> 24);
}

}  // namespace muniment

// In place of Argon2id, whose 64 MiB for each start of the firm would be all that this program does.
extern "C" int crypto_pwhash_argon2id_str(char out[crypto_pwhash_argon2id_STRBYTES], const char* password,
                                          unsigned long long length, unsigned long long, std::size_t) {
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(password), length, nullptr, 0);
    std::memset(out, 0, crypto_pwhash_argon2id_STRBYTES);
    sodium_bin2hex(out, crypto_pwhash_argon2id_STRBYTES, hash, sizeof hash);
    return 0;
}

extern "C" int crypto_pwhash_argon2id_str_needs_rehash(const char*, unsigned long long, std::size_t) { return 0; }

extern "C" int crypto_pwhash_argon2id_str_verify(const char* stored, const char* password, unsigned long long length) {
    char again[crypto_pwhash_argon2id_STRBYTES];
    static_cast<void>(crypto_pwhash_argon2id_str(again, password, length, 0, 0));
    if (std::strcmp(stored, again) == 0) return 0;
    errno = EINVAL;
    return -1;
}

// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <openssl/crypto.h>
#include <sodium/core.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/text.hpp"
#include "crypto/crypto.hpp"

namespace muniment::crypto {
namespace {

// OpenSSL's own memory: records of TLS, with papers and passwords in them, are freed there unwiped.

void* openssl_take(std::size_t size, const char*, int) { return std::malloc(size); }

void openssl_free(void* block, const char*, int) {
    if (block == nullptr) return;
    ::explicit_bzero(block, ::malloc_usable_size(block));
    std::free(block);
}

/// Never in place by realloc(3), which would leave the former block behind unwiped when it moves.
void* openssl_resize(void* block, std::size_t size, const char* file, int line) {
    if (block == nullptr) return openssl_take(size, file, line);
    if (size == 0) {
        openssl_free(block, file, line);
        return nullptr;
    }
    auto had = ::malloc_usable_size(block);
    if (size <= had && size >= had / 2) return block;
    void* moved = std::malloc(size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, std::min(had, size));
    openssl_free(block, file, line);
    return moved;
}

}  // namespace

Result<void> start() {
    keep_wiping_delete();
    if (CRYPTO_set_mem_functions(openssl_take, openssl_resize, openssl_free) != 1)
        return fail(Problem::internal, "OpenSSL was used before crypto::start()");
    if (!wipe_freed_text()) return fail(Problem::internal, "ICU was used before crypto::start()");
    if (sodium_init() < 0) return fail(Problem::internal, "libsodium could not be initialised");
    // The first region, now: whether it can be locked is known before anything secret exists.
    (void)Secret::zeros(1);
    return {};
}

}  // namespace muniment::crypto

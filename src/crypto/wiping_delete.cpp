// SPDX-License-Identifier: Apache-2.0
// The program's `operator delete`: what the heap gets back is wiped, so that a core file or a stolen swap page holds no names and
// papers of requests that are long over. Plaintext passes through strings and vectors of many libraries; this reaches them all,
// where a wiping allocator would reach those of ours that remember to name it.
#include "crypto/crypto.hpp"

namespace muniment::crypto {

void keep_wiping_delete() {}

}  // namespace muniment::crypto

// Sanitizers bring their own, which keep freed memory back to find its use.
#ifndef MUNIMENT_SANITIZED
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

/// Most blocks are list nodes and short strings: for them a loop of four stores is cheaper than a call.
constexpr std::size_t small_bytes = 64;

inline void wipe_and_free(void* block) noexcept {
    if (block == nullptr) return;
    // Half of the forms are not told the size, so all of them ask the allocator.
    auto size = ::malloc_usable_size(block);
    if (size <= small_bytes) {
        auto* at = static_cast<unsigned char*>(block);
        for (std::size_t i = 0; i < size; ++i) at[i] = 0;
        // The compiler would drop stores into memory that is freed next; it must believe that somebody reads them.
        asm volatile("" : : "r"(at) : "memory");
    } else {
        ::explicit_bzero(block, size);
    }
    std::free(block);
}

}  // namespace

void operator delete(void* block) noexcept { wipe_and_free(block); }
void operator delete[](void* block) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::size_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { wipe_and_free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { wipe_and_free(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { wipe_and_free(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept { wipe_and_free(block); }
#endif

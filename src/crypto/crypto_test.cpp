// SPDX-License-Identifier: Apache-2.0
#include "crypto/crypto.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

namespace muniment::crypto {
namespace {

/// Runs before the first test, as start() runs first in main(). Its result is looked at by a test.
class Started : public testing::Environment {
  public:
    void SetUp() override { result = start(); }
    static inline Result<void> result = fail(Problem::internal, "never started");
};
const auto* const started = testing::AddGlobalTestEnvironment(new Started);

TEST(CryptoTest, Starts) {
    ASSERT_TRUE(Started::result) << Started::result.error().detail;
#ifndef MUNIMENT_SANITIZED
    EXPECT_GT(arena_status().bytes_reserved, 0u) << "the arena is in place";
#endif
}

TEST(CryptoTest, KnownAnswers) {
    auto result = known_answers();
    EXPECT_TRUE(result) << result.error().detail;
}

#ifndef MUNIMENT_SANITIZED
// These look at memory after it was freed, which is what an attacker with a core file does. A block of this size goes to the
// allocator's cache, whose two links overwrite the first 16 bytes and leave the rest as it was.
constexpr std::size_t links_bytes = 2 * sizeof(void*);

/// Reads through an address that the compiler knows nothing about.
bool nothing_left(std::uintptr_t address, std::size_t size) {
    const volatile auto* at = reinterpret_cast<const volatile std::uint8_t*>(address);
    bool clean = true;
    for (std::size_t i = links_bytes; i < size; ++i) clean = clean && at[i] == 0;
    return clean;
}

template <class Free>
bool wiped_by(void* block, std::size_t size, Free free_it) {
    std::memset(block, 0xaa, size);
    auto address = reinterpret_cast<std::uintptr_t>(block);
    asm volatile("" : "+r"(address) : : "memory");
    free_it(block);
    asm volatile("" : "+r"(address) : : "memory");
    return nothing_left(address, size);
}

TEST(WipingDeleteTest, EveryForm) {
    for (std::size_t size : {24u, 64u, 200u, 900u}) {
        SCOPED_TRACE(size);
        constexpr std::align_val_t wide{64};
        EXPECT_TRUE(wiped_by(::operator new(size), size, [](void* p) { ::operator delete(p); }));
        EXPECT_TRUE(wiped_by(::operator new(size), size, [size](void* p) { ::operator delete(p, size); }));
        EXPECT_TRUE(wiped_by(::operator new[](size), size, [](void* p) { ::operator delete[](p); }));
        EXPECT_TRUE(wiped_by(::operator new[](size), size, [size](void* p) { ::operator delete[](p, size); }));
        EXPECT_TRUE(wiped_by(::operator new(size, wide), size, [&](void* p) { ::operator delete(p, wide); }));
        EXPECT_TRUE(wiped_by(::operator new(size, wide), size, [&](void* p) { ::operator delete(p, size, wide); }));
    }
    EXPECT_FALSE(wiped_by(std::malloc(200), 200, [](void* p) { std::free(p); })) << "so the test would see what is left";
}

TEST(WipingDeleteTest, OpenSslFreesWiped) {
    ASSERT_TRUE(Started::result);
    EXPECT_TRUE(wiped_by(OPENSSL_malloc(200), 200, [](void* p) { OPENSSL_free(p); }));
    EXPECT_TRUE(wiped_by(OPENSSL_malloc(200), 200, [](void* p) { OPENSSL_free(OPENSSL_realloc(p, 5000)); }));
}
#endif

TEST(OpenSslMemoryTest, GrowsAndShrinksWithItsContent) {
    ASSERT_TRUE(Started::result);
    auto* block = static_cast<std::uint8_t*>(OPENSSL_malloc(100));
    std::memset(block, 7, 100);
    block = static_cast<std::uint8_t*>(OPENSSL_realloc(block, 10'000));
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(std::all_of(block, block + 100, [](auto b) { return b == 7; }));
    block = static_cast<std::uint8_t*>(OPENSSL_realloc(block, 50));
    EXPECT_TRUE(std::all_of(block, block + 50, [](auto b) { return b == 7; }));
    EXPECT_EQ(OPENSSL_realloc(block, 0), nullptr);
}

}  // namespace
}  // namespace muniment::crypto

// SPDX-License-Identifier: Apache-2.0
#include "crypto/arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>
#include <mutex>

#include "crypto/secret.hpp"

namespace muniment::crypto {
namespace {

/// Slots are powers of two from 16 to 4096 bytes; class 0 is 16.
constexpr std::size_t class_count = 9;
constexpr std::size_t slot_bytes(std::size_t size) { return std::bit_ceil(size < 16 ? std::size_t{16} : size); }
constexpr std::size_t class_of(std::size_t size) { return static_cast<std::size_t>(std::countr_zero(slot_bytes(size)) - 4); }
static_assert(class_of(arena::slot_bytes_max) == class_count - 1);

class Arena {
  public:
    std::uint8_t* take(std::size_t size) {
        require(size >= 1 && size <= arena::slot_bytes_max, "a secret of an impossible size");
        std::lock_guard lock(mutex_);
        status_.bytes_used += slot_bytes(size);
#ifdef MUNIMENT_SANITIZED
        return new std::uint8_t[size]{};
#else
        if (auto*& head = free_[class_of(size)]; head != nullptr) {
            auto* slot = head;
            head = slot->next;
            slot->next = nullptr;
            return reinterpret_cast<std::uint8_t*>(slot);
        }
        if (left_ < slot_bytes(size)) add_region();
        auto* slot = next_;
        next_ += slot_bytes(size);
        left_ -= slot_bytes(size);
        return slot;
#endif
    }

    void give_back(std::uint8_t* data, std::size_t size) noexcept {
        wipe({data, size});
        std::lock_guard lock(mutex_);
        status_.bytes_used -= slot_bytes(size);
#ifdef MUNIMENT_SANITIZED
        delete[] data;
#else
        auto& head = free_[class_of(size)];
        head = new (data) FreeSlot{head};
#endif
    }

    ArenaStatus status() {
        std::lock_guard lock(mutex_);
        return status_;
    }

  private:
#ifdef MUNIMENT_SANITIZED
    ArenaStatus status_{.bytes_reserved = 0, .bytes_used = 0, .locked = false};
#else
    // Small first, so that command-line programs stay far within the 8 MiB that people may lock by default.
    static constexpr std::size_t first_region_bytes = 256 * 1024;
    static constexpr std::size_t further_region_bytes = 1024 * 1024;

    struct FreeSlot {
        FreeSlot* next;
    };

    void add_region() {
        auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        auto size = status_.bytes_reserved == 0 ? first_region_bytes : further_region_bytes;
        // The pages before and after stay inaccessible: a read that runs over from other memory, or out of the arena, faults.
        void* whole = ::mmap(nullptr, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        require(whole != MAP_FAILED, "no memory for secrets");
        auto* region = static_cast<std::uint8_t*>(whole) + page;
        require(::mprotect(region, size, PROT_READ | PROT_WRITE) == 0, "no memory for secrets");
        require(::madvise(region, size, MADV_DONTDUMP) == 0, "secrets cannot be left out of core dumps");
        require(::madvise(region, size, MADV_WIPEONFORK) == 0, "secrets cannot be kept from child processes");
        // Where the limit on locked memory is low, the program still works; the doctor reports it (arena_status).
        if (::mlock(region, size) != 0) status_.locked = false;
        status_.bytes_reserved += size;
        next_ = region;
        left_ = size;
    }

    std::array<FreeSlot*, class_count> free_{};
    std::uint8_t* next_ = nullptr;
    std::size_t left_ = 0;
    ArenaStatus status_{.bytes_reserved = 0, .bytes_used = 0, .locked = true};
#endif
    std::mutex mutex_;
};

/// Never destroyed: secrets in static objects may be dropped after everything else.
Arena& the_arena() {
    static Arena& arena = *new Arena;
    return arena;
}

}  // namespace

std::uint8_t* arena::take(std::size_t size) { return the_arena().take(size); }
void arena::give_back(std::uint8_t* slot, std::size_t size) noexcept { the_arena().give_back(slot, size); }

ArenaStatus arena_status() { return the_arena().status(); }

void wipe(std::span<std::uint8_t> bytes) {
    if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace muniment::crypto

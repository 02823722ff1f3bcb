// SPDX-License-Identifier: Apache-2.0
// Secret: bytes in the guarded arena. Key<Tag>: 32 of them with a purpose in their type.
//
// The arena is memory between two inaccessible pages, locked (mlock is checked, and arena_status() tells), left out of core
// dumps (MADV_DONTDUMP), wiped in forked children (MADV_WIPEONFORK). It grows by regions. Slots are wiped when given back.
// In sanitizer builds each secret is an allocation of its own, so that overruns are found.
#pragma once
#include <cstddef>
#include <span>

#include "base/bytes.hpp"

namespace muniment::crypto {

class Secret {
  public:
    Secret() = default;                                   ///< empty
    static Secret zeros(std::size_t size);                ///< 1 to 4096 bytes
    static Secret random(std::size_t size);
    static Secret take(std::span<std::uint8_t> source);   ///< copies, then wipes the source
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret clone() const;                                 ///< a copy, said aloud
    View expose() const { return {data_, size_}; }        ///< the bytes, said aloud: do not keep them
    std::span<std::uint8_t> fill() { return {data_, size_}; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool equals(const Secret& other) const;               ///< constant time

  private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A key of 32 bytes whose Tag says what it may be used for; keys/ declares the tags.
template <class Tag>
class Key {
  public:
    static constexpr std::size_t size = 32;
    static Key random() { return Key(Secret::random(size)); }
    static Result<Key> from(Secret bytes) {
        if (bytes.size() != size) return fail(Problem::corrupt, "a key of the wrong length");
        return Key(std::move(bytes));
    }
    Key clone() const { return Key(bytes_.clone()); }
    View expose() const { return bytes_.expose(); }
    bool equals(const Key& other) const { return bytes_.equals(other.bytes_); }

  private:
    explicit Key(Secret bytes) : bytes_(std::move(bytes)) {}
    Secret bytes_;
};

template <class T>
std::ostream& operator<<(std::ostream&, const Key<T>&) = delete;  // keys are not printed
std::ostream& operator<<(std::ostream&, const Secret&) = delete;

struct ArenaStatus {
    std::size_t bytes_reserved;  ///< all regions
    std::size_t bytes_used;
    bool locked;                 ///< every region is locked in memory
};
ArenaStatus arena_status();

/// Overwrites, and the compiler may not leave it out.
void wipe(std::span<std::uint8_t> bytes);
/// Overwrites the stack below its caller, as far as the functions that were called from there reached (32 KiB; more is not used by
/// any), and the vector registers of x86-64. For threads that had something open and now wait for other work.
void wipe_stack();

}  // namespace muniment::crypto

// SPDX-License-Identifier: Apache-2.0
// A slot: a small place for epoch keys, at another site wherever possible. The only thing in the system that is erased.
//
// It holds small files (at most 1 KiB; names of [a-z0-9.-], at most 80 characters). No file is ever written over by another
// content except those whose name the caller says may change (put with Replace::yes: `seen`, `living`).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace muniment::storage {

inline constexpr std::size_t slot_file_bytes_max = 1024;
enum class Replace : bool { no, yes };

class Slot {
  public:
    virtual ~Slot() = default;
    virtual std::string name() const = 0;                                    ///< for people: where it is
    virtual Result<std::vector<std::string>> list() = 0;
    virtual Result<Bytes> get(std::string_view name) = 0;                    ///< `not_found`; read anew each time, no cache of ours
    virtual Result<void> put(std::string_view name, View content, Replace replace) = 0;  ///< durable on return
    /// Overwrites with random bytes, syncs, removes, syncs the folder, and looks that it is gone.
    virtual Result<void> erase(std::string_view name) = 0;
};

}  // namespace muniment::storage

// SPDX-License-Identifier: Apache-2.0
// Where key sets are copied to: at every site, and beside each slot while the firm has no site. A key set is written whole under its
// name and never over another; it is sealed already, and opens nothing without the epoch key that its name is the mark of.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace muniment::storage {

inline constexpr std::size_t key_set_bytes_max = 1ull << 30;

class KeySets {
  public:
    virtual ~KeySets() = default;
    virtual std::string name() const = 0;
    virtual Result<void> put(std::string_view name, View content) = 0;   ///< durable on return; the same name again is replaced whole
    virtual Result<Bytes> get(std::string_view name) = 0;                ///< `not_found`
    virtual Result<std::vector<std::string>> list() = 0;
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace muniment::storage

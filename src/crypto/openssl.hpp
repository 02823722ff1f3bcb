// SPDX-License-Identifier: Apache-2.0
// How this module holds OpenSSL's objects: each has one owner, and algorithms are fetched once, because a fetch by name costs
// more than hashing a small message.
#pragma once
#include <openssl/evp.h>

#include <limits>
#include <memory>

#include "base/result.hpp"

namespace muniment::crypto {

template <auto free_it>
struct FreedBy {
    void operator()(auto* object) const { free_it(object); }
};
template <class T, auto free_it>
using Owned = std::unique_ptr<T, FreedBy<free_it>>;

using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

/// For calls that fail only by a mistake of ours or for want of memory.
inline void must(int returned, std::source_location where = std::source_location::current()) {
    require(returned == 1, "OpenSSL refused", where);
}

/// OpenSSL counts bytes in int; nothing that this module seals in one piece comes near it.
inline int length(std::size_t size) {
    require(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "too long for one piece");
    return static_cast<int>(size);
}

}  // namespace muniment::crypto

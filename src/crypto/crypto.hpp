// SPDX-License-Identifier: Apache-2.0
// Cryptography: the only module that knows OpenSSL and libsodium, and the only place where key bytes are touched.
//
// For        Secrets that wipe themselves, the two sealing suites of the strongroom, hashes, signatures, passwords, certificates,
//            recovery shares.
// Promises   Secrets live in one guarded arena (locked, left out of core dumps, wiped when dropped). What opens was sealed by
//            somebody with the key, whole, and for the associated data that is given. Comparisons of secrets take constant time.
// Assumes    The kernel's randomness. AES in hardware (without it everything works, slowly).
// Does not   Know what a key is for: that is keys/. It invents no cryptography: each header names the specification it follows.
// Read next  secret.hpp, seal.hpp, stream.hpp
#pragma once
#include "crypto/certificate.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/seal.hpp"
#include "crypto/secret.hpp"
#include "crypto/shares.hpp"
#include "crypto/signature.hpp"
#include "crypto/stream.hpp"

namespace muniment::crypto {

/// Computes known answers of every primitive. Called at start; a program for which this fails must not serve.
Result<void> known_answers();

/// Before anything else in main(): leaves freed memory of OpenSSL wiped and the arena in place. Call once.
Result<void> start();

/// Does nothing. start() calls it so that the program links the `operator delete` that wipes what the heap gets back, which
/// stands in the same file (wiping_delete.cpp): out of a library the linker takes only files of which something is used.
void keep_wiping_delete();

}  // namespace muniment::crypto

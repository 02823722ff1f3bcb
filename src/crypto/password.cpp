// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.hpp"

#include <sodium/crypto_pwhash.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <semaphore>
#include <utility>

#include "base/limits.hpp"

namespace muniment::crypto {
namespace {

constexpr std::size_t derived_key_bytes = 32;

/// Whoever tries many passwords at once makes us compute one after the other, not run out of memory; nor do all threads wait here
/// while those who are signed in are not served.
class Turn {
  public:
    /// `busy` where too many wait already.
    static Result<Turn> take() {
        if (present().fetch_add(1) >= limits::password_hashes_at_once_max + limits::password_hashes_waiting_max) {
            present().fetch_sub(1);
            return fail(Problem::busy, "too many passwords are being checked at this moment");
        }
        turns().acquire();
        return Turn();
    }
    Turn(Turn&& other) noexcept : held_(std::exchange(other.held_, false)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (!held_) return;
        turns().release();
        present().fetch_sub(1);
    }

  private:
    Turn() = default;
    using Turns = std::counting_semaphore<limits::password_hashes_at_once_max>;
    static Turns& turns() {
        static Turns turns(limits::password_hashes_at_once_max);
        return turns;
    }
    /// Who computes or waits to.
    static std::atomic<std::size_t>& present() {
        static std::atomic<std::size_t> present{0};
        return present;
    }
    bool held_ = true;
};

Result<void> check_length(std::string_view password, std::size_t bytes_max) {
    if (password.size() <= bytes_max) return {};
    return fail(Problem::too_large, "a password or passphrase of at most " + std::to_string(bytes_max) + " bytes");
}

Result<void> check_cost(PasswordCost cost) {
    bool fits = cost.passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN && cost.passes <= crypto_pwhash_argon2id_OPSLIMIT_MAX &&
                cost.memory_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
                cost.memory_bytes <= crypto_pwhash_argon2id_MEMLIMIT_MAX;
    if (!fits) return fail(Problem::malformed, "a cost that Argon2id cannot have");
    return {};
}

std::unexpected<Error> no_memory() { return fail(Problem::unavailable, "there is no memory to compute Argon2id"); }

}  // namespace

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
    CHECK(check_length(password, limits::password_bytes_max));
    CHECK(check_cost(cost));
    std::array<char, crypto_pwhash_argon2id_STRBYTES> phc;
    TRY(auto turn, Turn::take());
    if (crypto_pwhash_argon2id_str(phc.data(), password.data(), password.size(), cost.passes, cost.memory_bytes) != 0)
        return no_memory();
    return std::string(phc.data());
}

Result<bool> verify_password(std::string_view phc, std::string_view password) {
    CHECK(check_length(password, limits::password_bytes_max));
    std::string terminated(phc);
    bool readable = terminated.size() < crypto_pwhash_argon2id_STRBYTES && terminated.find('\0') == std::string::npos &&
                    crypto_pwhash_argon2id_str_needs_rehash(terminated.c_str(), crypto_pwhash_argon2id_OPSLIMIT_MIN,
                                                            crypto_pwhash_argon2id_MEMLIMIT_MIN) >= 0;
    if (!readable) return fail(Problem::corrupt, "a stored password that is not Argon2id");
    TRY(auto turn, Turn::take());
    errno = 0;
    if (crypto_pwhash_argon2id_str_verify(terminated.c_str(), password.data(), password.size()) == 0) return true;
    // libsodium says EINVAL for another password; anything else means that it could not compare at all.
    if (errno != EINVAL) return no_memory();
    return false;
}

Result<Secret> derive_from_passphrase(std::string_view passphrase, View salt, PasswordCost cost) {
    CHECK(check_length(passphrase, limits::passphrase_bytes_max));
    CHECK(check_cost(cost));
    if (salt.size() != crypto_pwhash_argon2id_SALTBYTES) return fail(Problem::corrupt, "a salt of the wrong length");
    auto key = Secret::zeros(derived_key_bytes);
    TRY(auto turn, Turn::take());
    if (crypto_pwhash_argon2id(key.fill().data(), key.size(), passphrase.data(), passphrase.size(), salt.data(), cost.passes,
                               cost.memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        return no_memory();
    return key;
}

}  // namespace muniment::crypto

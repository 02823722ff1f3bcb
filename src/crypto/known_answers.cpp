// SPDX-License-Identifier: Apache-2.0
// What every primitive gives for a published input. A library that was swapped, miscompiled or runs on a broken processor is
// found here, before it seals something that nobody can ever open.
#include <algorithm>

#include "base/safeguards.hpp"
#include "crypto/crypto.hpp"

namespace muniment::crypto {
namespace {

Result<void> expect(std::string_view name, View got, std::string_view expected_hex) {
    if (to_hex(got) != expected_hex) return fail(Problem::internal, std::string(name) + " gives a wrong answer");
    return {};
}

// FIPS 180-4 "abc"; RFC 4231 case 2; Wycheproof's first case of HKDF-SHA-512.
Result<void> hashes() {
    CHECK(expect("SHA-256", sha256(view("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    Sha256 running;
    running.add(view("a"));
    TRY(auto again, Sha256::from(running.state(), 1));
    again.add(view("bc"));
    CHECK(expect("SHA-256", again.finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(expect("HMAC-SHA-256", hmac_sha256(view("Jefe"), {view("what do ya want "), view("for nothing?")}),
                 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    std::array<std::uint8_t, 20> okm;
    hkdf_sha512({}, *from_hex("24aeff2645e3e0f5494a9a102778c43a"), {}, okm);
    return expect("HKDF-SHA-512", okm, "dd2599840b09699c6200b5cba79002b3aa75c61b");
}

// c2sp.org/XAES-256-GCM, the second vector.
Result<void> xaes() {
    Bytes key(32, 3), sealed;
    auto place = view("c2sp.org/XAES-256-GCM");
    xaes_seal_insecure_nonce(key, view("ABCDEFGHIJKLMNOPQRSTUVWX"), place, view("XAES-256-GCM"), sealed);
    CHECK(expect("XAES-256-GCM", View(sealed).subspan(24), "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"));
    TRY(auto opened, xaes_open(key, place, sealed));
    CHECK(expect("XAES-256-GCM", opened, to_hex(view("XAES-256-GCM"))));
    sealed.back() ^= 1;
    if (xaes_open(key, place, sealed)) return fail(Problem::internal, "XAES-256-GCM opens what was changed");
    return {};
}

// Wycheproof, Cobblestone-256: "short message with non-empty context string".
Result<void> cobblestone() {
    auto key = view("YELLOW SUBMARINE YELLOW SUBMARIN");
    auto context = view("test context");
    auto stream = *from_hex(
        "dbedaefc1c35dc6c0f22b743b03e488747166a51f33479e7ceb8b7e11cc0d2710f624a127501bc4a"
        "ea7d0af6f83cfe359b9e69415aa537f36adf86eb35b070475baa039bb7791432adbca49578bbd3");
    auto plaintext = view("chunked");
    TRY(auto opened, stream_open(key, context, stream));
    CHECK(expect("Cobblestone-256", opened, to_hex(plaintext)));
    Bytes again;
    auto sealer = StreamSealer::with_insecure_salt(key, context, View(stream).first(24));
    sealer.add(plaintext, again);
    sealer.finish(again);
    CHECK(expect("Cobblestone-256", again, to_hex(stream)));
    stream.back() ^= 1;
    if (stream_open(key, context, stream)) return fail(Problem::internal, "Cobblestone-256 opens what was changed");
    return {};
}

// RFC 8032 section 7.1, test 2.
Result<void> ed25519() {
    auto seed = *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    TRY(auto key, SigningKey::from_seed(Secret::take(seed)));
    auto message = view("r");
    auto signature = key.sign(message);
    CHECK(expect("Ed25519", signature,
                 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
    signature[0] ^= 1;
    if (verify(key.public_key(), message, signature)) return fail(Problem::internal, "Ed25519 accepts what was changed");
    return {};
}

// From the tests of the reference implementation of Argon2 (github.com/P-H-C/phc-winner-argon2, src/test.c).
Result<void> argon2id() {
    constexpr std::string_view phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    TRY(bool right, verify_password(phc, "password"));
    TRY(bool wrong, verify_password(phc, "passwore"));
    if (!right || wrong) return fail(Problem::internal, "Argon2id gives a wrong answer");
    return {};
}

}  // namespace

Result<void> known_answers() {
    CHECK(hashes());
    CHECK(xaes());
    // A build that was broken on purpose must get as far as the scenario that is to find it.
    if constexpr (!broken(1)) CHECK(cobblestone());
    CHECK(ed25519());
    return argon2id();
}

}  // namespace muniment::crypto

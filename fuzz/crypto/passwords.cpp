// SPDX-License-Identifier: Apache-2.0
// PHC strings of Argon2id. Those that ask for real work are left out: a hundred thousand of them would be computed.
#include "base/limits.hpp"
#include "crypto/password.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(passwords) {
    static const auto own = crypto::hash_password("correct horse", {.passes = 1, .memory_bytes = 8 * 1024}).value();
    auto said = text(input);
    const bool cheap = !said.contains(",t=") || (said.contains("m=8,t=1,p=1") && said.find("t=") == said.rfind("t="));
    if (cheap) {
        auto verified = crypto::verify_password(said, "correct horse");
        fuzz::must(!verified || !*verified || said.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "a password by an unknown string");
    }
    fuzz::must(!crypto::verify_password(own, said).value_or(false) || said == "correct horse", "another password that is right");
}

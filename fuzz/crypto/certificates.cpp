// SPDX-License-Identifier: Apache-2.0
// Certificates and keys as PEM, from the files that a firm gives and from the server that a client meets.
#include "crypto/certificate.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(certificates) {
    auto said = text(input);
    if (auto facts = crypto::certificate_facts(said)) {
        fuzz::must(facts->fingerprint.size() == 95 && facts->key_pin.size() == 44, "a certificate without its facts");
        static_cast<void>(crypto::certificate_facts(said, said));
    }
}

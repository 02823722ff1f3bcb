// SPDX-License-Identifier: Apache-2.0
// Key sets: whoever has no key cannot make one; and with the right MAC, whatever stands in it is counted or refused.
#include "crypto/hash.hpp"
#include "fuzz.hpp"
#include "strongroom/turn/key_set.hpp"

using namespace muniment;

FUZZ_TARGET(key_sets) {
    static const auto key = keys::MacKey::from(crypto::Secret::zeros(32)).value();
    fuzz::must(!strongroom::check_key_set(input, key), "a key set that nobody made");
    auto with_mac = bytes(input);
    auto mac = crypto::hmac_sha256(key.expose(), {input});
    with_mac.insert(with_mac.end(), mac.begin(), mac.end());
    auto records = strongroom::check_key_set(with_mac, key);
    if (records) fuzz::must(*records <= input.size() / 29, "more records than bytes for them");
}

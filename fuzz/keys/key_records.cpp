// SPDX-License-Identifier: Apache-2.0
// A matter's record, once it is open.
#include "fuzz.hpp"
#include "keys/ring.hpp"

using namespace muniment;

FUZZ_TARGET(key_records) {
    if (input.empty()) return;
    auto copy = bytes(input);
    auto record = crypto::Secret::take(copy);
    auto keys = keys::MatterKeys::decode(record);
    if (keys) fuzz::must(keys->encode().equals(record), "a second spelling of a matter's record");
}

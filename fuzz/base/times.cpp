// SPDX-License-Identifier: Apache-2.0
// Times of RFC 3339, as requests and answers of servers have them.
#include "base/clock.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(times) {
    auto time = parse_rfc3339(text(input));
    if (!time) return;
    auto again = parse_rfc3339(to_rfc3339(*time));
    fuzz::must(again && *again == *time, "a time that is another one when it is written down");
}

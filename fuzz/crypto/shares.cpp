// SPDX-License-Identifier: Apache-2.0
// Recovery shares as words, typed by holders or sent to a locked server by anybody.
#include "crypto/shares.hpp"

#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(share_words) {
    auto share = crypto::Share::read(text(input));
    if (!share) return;
    auto words = share->words();
    auto again = crypto::Share::read(text(words.expose()));
    fuzz::must(again && again->same_set(*share) && again->member == share->member && again->value.equals(share->value),
               "a share that is another one when it is written down");
    fuzz::must(again->words().equals(words), "a second spelling of a share");
    fuzz::must(share->member < crypto::shares_max && share->members_needed <= crypto::shares_max, "a share of too many");
}

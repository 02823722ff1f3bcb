// SPDX-License-Identifier: Apache-2.0
#include "base/ids.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace muniment {

Id16 new_uuid_v7(Instant now) {
    Id16 id = random_bytes<16>();
    auto ms = static_cast<std::uint64_t>(now.us / 1000);
    for (int i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    id[6] = static_cast<std::uint8_t>(0x70 | (id[6] & 0x0f));
    id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
    return id;
}

Id16 new_random_id() { return random_bytes<16>(); }

std::string to_uuid_text(const Id16& id) {
    auto hex = to_hex(id);
    for (std::size_t at : {8, 13, 18, 23}) hex.insert(at, 1, '-');
    return hex;
}

Result<Id16> parse_uuid_text(std::string_view text) {
    std::string hex;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) return fail(Problem::malformed, "an id that is not spelled as one");
        if (!dash) hex += text[i];
    }
    auto raw = from_hex(hex);
    if (text.size() != 36 || !raw) return fail(Problem::malformed, "an id that is not spelled as one");
    Id16 id;
    std::ranges::copy(*raw, id.begin());
    return id;
}

}  // namespace muniment

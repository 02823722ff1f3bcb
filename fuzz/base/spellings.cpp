// SPDX-License-Identifier: Apache-2.0
// Hexadecimal, base64 and ids: what is accepted is the one spelling of what it says.
#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(spellings) {
    auto said = text(input);
    if (auto bytes = from_hex(said)) fuzz::must(to_hex(*bytes) == said, "a second spelling in hexadecimal");
    if (auto bytes = from_base64(said)) fuzz::must(to_base64(*bytes) == said, "a second spelling in base64");
    if (auto bytes = from_base64url(said)) fuzz::must(to_base64url(*bytes) == said, "a second spelling in base64url");
    if (auto id = parse_uuid_text(said)) fuzz::must(to_uuid_text(*id) == said, "a second spelling of an id");
    fuzz::must(from_hex(to_hex(input)).value() == bytes(input), "hexadecimal loses bytes");
    fuzz::must(from_base64(to_base64(input)).value() == bytes(input), "base64 loses bytes");
    fuzz::must(from_base64url(to_base64url(input)).value() == bytes(input), "base64url loses bytes");
}

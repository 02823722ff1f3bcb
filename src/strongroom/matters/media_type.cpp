// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/media_type.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace muniment::strongroom {
namespace {

using namespace std::string_view_literals;

struct Pattern {
    std::string_view begins;
    std::string_view type;
};
constexpr std::array patterns{
    Pattern{"%PDF-"sv, "application/pdf"},
    Pattern{"PK\x03\x04"sv, "application/zip"},                       // also every office document of today
    Pattern{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    Pattern{"\xffWPC"sv, "application/vnd.wordperfect"},
    Pattern{"{\\rtf"sv, "application/rtf"},
    Pattern{"\x89PNG\r\n\x1a\n"sv, "image/png"},
    Pattern{"\xff\xd8\xff"sv, "image/jpeg"},
    Pattern{"II*\0"sv, "image/tiff"},
    Pattern{"MM\0*"sv, "image/tiff"},
    Pattern{"GIF8"sv, "image/gif"},
    Pattern{"MZ"sv, "application/x-msdownload"},
    Pattern{"\x7f" "ELF"sv, "application/x-elf"},
    Pattern{"\x1f\x8b"sv, "application/gzip"},
    Pattern{"7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
};

/// Text has no control characters but blanks. A cut in the middle of a character at the end does not count.
bool is_text(View bytes) {
    for (int cut = 0; cut < 4 && !bytes.empty(); ++cut) {
        if (check_utf8(bytes)) break;
        bytes = bytes.first(bytes.size() - 1);
    }
    return check_utf8(bytes).has_value() && std::ranges::none_of(bytes, [](std::uint8_t c) {
               return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
           });
}

}  // namespace

std::string_view media_type_of(View first_bytes) {
    if (first_bytes.empty()) return "application/x-empty";
    for (const auto& pattern : patterns) {
        if (text(first_bytes).starts_with(pattern.begins)) return pattern.type;
    }
    return is_text(first_bytes) ? "text/plain" : "application/octet-stream";
}

}  // namespace muniment::strongroom

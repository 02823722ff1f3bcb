// SPDX-License-Identifier: Apache-2.0
#include "server/routes/upload_about.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace muniment::server::routes {
namespace {

using strongroom::UploadAbout;

std::optional<Hash> sha256_in(Fields& in) {
    auto spelled = in.text_if("sha256", 2 * sizeof(Hash));
    if (!spelled) return std::nullopt;
    auto bytes = from_hex(*spelled);
    Hash hash{};
    if (bytes && bytes->size() == hash.size()) std::ranges::copy(*bytes, hash.begin());
    else in.refuse("sha256", "is not 64 hexadecimal digits in lower case");
    return hash;
}

UploadAbout about_in(Fields& in) {
    UploadAbout about{.name = {},
                      .path = in.text_or_empty("path", limits::path_bytes_max),
                      .claimed_type = in.text_or_empty("type", limits::media_type_bytes_max),
                      .comment = in.text_or_empty("comment", limits::comment_bytes_max),
                      .handling_class = in.text_or_empty("class", limits::handling_class_bytes_max),
                      .modified = in.time_if("modified"),
                      .size = in.number_if("size", {0, limits::paper_bytes_max}),
                      .sha256 = sha256_in(in)};
    return about;
}

}  // namespace

UploadAbout about_paper(Fields& in) {
    auto about = about_in(in);
    about.folder = in.id_or_null<DocumentId>("folder");
    about.name = in.text("name", limits::name_bytes_max);
    return about;
}

UploadAbout about_version(Fields& in) {
    auto about = about_in(in);
    about.name = in.text_or_empty("name", limits::name_bytes_max);
    return about;
}

}  // namespace muniment::server::routes

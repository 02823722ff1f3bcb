// SPDX-License-Identifier: Apache-2.0
// A paper on its way in: the same parts, however the body was cut into steps; and what we would send ourselves comes through.
#include "base/limits.hpp"
#include "fuzz.hpp"
#include "server/multipart.hpp"

using namespace muniment;
using namespace muniment::server;

namespace {

struct Parts final : PaperParts {
    std::optional<Bytes> about_;
    Bytes content_;
    Result<void> about(View json) override {
        fuzz::must(!about_ && content_.empty(), "`about` a second time, or behind content");
        about_ = bytes(json);
        return {};
    }
    Result<void> content(View piece) override {
        fuzz::must(about_ && !piece.empty(), "content before `about`, or an empty piece");
        content_.insert(content_.end(), piece.begin(), piece.end());
        return {};
    }
};

/// Whether it was taken as a whole; the parts, as far as they came.
bool read(View body, const std::string& boundary, std::size_t step, Parts& parts) {
    Multipart multipart(boundary, parts);
    for (auto rest = body; !rest.empty();) {
        auto piece = rest.first(std::min(step, rest.size()));
        rest = rest.subspan(piece.size());
        if (!multipart.add(piece)) return false;
    }
    return multipart.finish().has_value();
}

}  // namespace

FUZZ_TARGET(multiparts) {
    fuzz::Pieces pieces(input);
    std::size_t step = pieces.u8() % 32 + 1;
    Parts at_once, in_steps, ours;
    bool whole = read(pieces.rest(), "b", std::max<std::size_t>(pieces.rest().size(), 1), at_once);
    fuzz::must(read(pieces.rest(), "b", step, in_steps) == whole, "a body that is whole in some steps only");
    bool same = at_once.about_ == in_steps.about_ && at_once.content_ == in_steps.content_;
    fuzz::must(!whole || same, "parts that differ by steps");

    // As content, it comes through byte for byte, unless it holds the delimiter itself.
    const std::string boundary = "----fuzz", form_data = "\r\nContent-Disposition: form-data; name=";
    auto sent = "--" + boundary + form_data + "\"about\"\r\nContent-Type: application/json\r\n\r\n{}\r\n";
    sent += "--" + boundary + form_data + "\"content\"\r\n\r\n";
    sent += std::string(text(pieces.rest())) + "\r\n--" + boundary + "--\r\n";
    if (text(pieces.rest()).contains("\r\n--" + boundary) || text(pieces.rest()).starts_with("--" + boundary)) return;
    fuzz::must(read(view(sent), boundary, step, ours), "a body as we send it that is refused");
    fuzz::must(ours.content_ == bytes(pieces.rest()), "content that did not come through");
}

FUZZ_TARGET(boundaries) {
    auto boundary = multipart_boundary(text(input));
    if (!boundary) return;
    fuzz::must(!boundary->empty() && boundary->size() <= limits::boundary_chars_max, "a boundary of an impossible length");
    auto quoted = "multipart/form-data; boundary=\"" + *boundary + "\"";
    fuzz::must(multipart_boundary(quoted).value() == *boundary, "another boundary");
}

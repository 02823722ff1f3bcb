// SPDX-License-Identifier: Apache-2.0
// Entity tags, lists of them, ranges, and the fields that changes need.
#include "base/limits.hpp"
#include "fuzz.hpp"
#include "server/range.hpp"
#include "server/routes/input.hpp"

using namespace muniment;
using namespace muniment::server;

FUZZ_TARGET(etags) {
    auto said = text(input);
    if (auto tag = parse_etag(said)) {
        fuzz::must(parse_etag(tag->text()).value() == *tag, "a tag that is another one when it is written");
        fuzz::must(!tag->opaque.contains('"') && tag->text().size() <= said.size(), "a tag with a quote in it");
    }
    auto list = parse_etag_list(said);
    if (list) {
        fuzz::must(list->any != !list->tags.empty() && list->tags.size() <= etags_max, "a list of nothing, or of too many");
        std::string spelled;
        for (const auto& tag : list->tags) spelled += (spelled.empty() ? "" : ", ") + tag.text();
        if (!list->any) fuzz::must(parse_etag_list(spelled).value().tags == list->tags, "another list");
        static_cast<void>(if_match_holds(*list, ETag{"1"}));
        static_cast<void>(if_none_match_holds(*list, std::nullopt));
    }
    Request request;
    request.headers.add("If-Match", std::string(said));
    if (auto revision = routes::if_match(request))
        fuzz::must(list && list->tags == std::vector{ETag{std::to_string(*revision)}}, "a revision that is no tag");
    request.headers.add("Idempotency-Key", std::string(said));
    if (auto key = routes::idempotency_key(request)) fuzz::must(*key == said, "an idempotency key that is another one");
    request.headers.add("Content-Type", std::string(said));
    static_cast<void>(routes::check_content_type(request, "application/json"));
}

FUZZ_TARGET(ranges) {
    fuzz::Pieces pieces(input);
    auto length = pieces.u64() >> (pieces.u8() % 64);
    auto said = text(pieces.rest());
    auto range = requested_range(said, std::nullopt, ETag{"1"}, length);
    if (range && *range) {
        fuzz::must((*range)->count >= 1 && (*range)->first < length && (*range)->count <= length - (*range)->first,
                   "a range outside of the content");
        auto spelled = content_range(**range, length);
        auto bounds = spelled.substr(6, spelled.find('/') - 6);
        fuzz::must(requested_range("bytes=" + bounds, std::nullopt, ETag{"1"}, length).value() == *range, "another range");
    }
    static_cast<void>(requested_range("bytes=0-0", said, ETag{"1"}, length));
}

// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/object_check.hpp"

#include <algorithm>

namespace muniment::strongroom {
namespace {
constexpr std::uint64_t head_bytes = keys::object_head.size() + crypto::stream_head_bytes;
}

Result<void> check_length(const storage::PartRow& part) {
    if (part.place.length == keys::object_head.size() + crypto::stream_sealed_length(part.plain_length)) return {};
    return fail(Problem::corrupt, "object " + part.object.text() + " is of another length than its row says");
}

Result<void> open_whole(storage::PackStore& packs, const FirmId& firm, const storage::PartRow& part, const keys::ObjectKey& key) {
    CHECK(check_length(part));
    Bytes head(head_bytes);
    CHECK(packs.read(part.place, 0, head));
    if (!std::equal(keys::object_head.begin(), keys::object_head.end(), head.begin()))
        return fail(Problem::corrupt, "object " + part.object.text());
    TRY(auto opener, crypto::StreamOpener::create(key.expose(), keys::object_context(firm, part.object, keys::Role::part),
                                                  View(head).subspan(keys::object_head.size())));
    constexpr std::uint64_t chunks_at_once = 64;
    Bytes sealed, plain(crypto::stream_chunk_bytes);
    auto chunks = part.plain_length / crypto::stream_chunk_bytes + 1;
    for (std::uint64_t first = 0; first < chunks; first += chunks_at_once) {
        auto at = head_bytes + first * crypto::stream_sealed_chunk_bytes;
        sealed.resize(std::min(part.place.length - at, chunks_at_once * crypto::stream_sealed_chunk_bytes));
        CHECK(packs.read(part.place, at, sealed));
        for (auto index = first; index < std::min(chunks, first + chunks_at_once); ++index) {
            bool last = index + 1 == chunks;
            auto length = last ? part.plain_length % crypto::stream_chunk_bytes : crypto::stream_chunk_bytes;
            auto chunk = View(sealed).subspan((index - first) * crypto::stream_sealed_chunk_bytes, length + 16);
            CHECK(opener.open_chunk(index, last, chunk, std::span(plain).first(length)));
        }
    }
    crypto::wipe(plain);
    return {};
}

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/reading.hpp"

#include <algorithm>
#include <utility>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::strongroom {

using crypto::stream_chunk_bytes;
using crypto::stream_sealed_chunk_bytes;

namespace {

constexpr std::uint64_t head_bytes = keys::object_head.size() + crypto::stream_head_bytes;

std::uint64_t chunks_of(std::uint64_t plain_length) {
    return plain_length / stream_chunk_bytes + 1;
}  // the last is always shorter

}  // namespace

std::unexpected<Error> Reading::damaged(std::string_view why) const {
    journal(Level::error, "paper.damaged", {{"matter", paper_.matter}, {"document", paper_.document}, {"version", version_}});
    return fail(Problem::corrupt,
                "paper " + paper_.document.text() + ", version " + std::to_string(version_) + ": " + std::string(why));
}

Result<std::unique_ptr<Reading>> Reading::open(access::Gate& gate, const Papers& papers, storage::PackStore& packs,
                                               Permit<OpenPaper> permit) {
    std::unique_ptr<Reading> reading(new Reading(gate, packs, std::move(permit)));
    CHECK(reading->open_parts(papers));
    return reading;
}

Reading::~Reading() {
    if (parts_.empty()) return;
    gate_.note(ruling_.who, audit::Action::transfer_ended, whole_ ? audit::Outcome::ended : audit::Outcome::cut,
               {{audit::SubjectKind::matter, paper_.matter.bytes}, {audit::SubjectKind::document, paper_.document.bytes, sent_}});
}

Result<void> Reading::open_parts(const Papers& papers) {
    TRY(auto rows, papers.rows_of(paper_.matter));
    TRY(auto row, gate_.records().document(paper_.matter, paper_.document));
    if (!row || row->folder) return fail(Problem::not_found);
    if (version_ == 0 || version_ > row->versions) return fail(Problem::not_found, "There is no such version.");
    CHECK(papers.take_page(rows, row->generation));
    TRY(document_, rows.open(*row));
    rows_ = std::move(rows);
    TRY(auto version, gate_.records().version(paper_.document, version_));
    if (!version) return damaged("its row is missing");
    TRY(auto facts, rows_->open_version(*document_, *version));
    TRY(auto stored, gate_.records().parts(paper_.document, version_));
    PartsMark found;
    for (auto& row_of_part : stored) {
        if (row_of_part.place.length != keys::object_head.size() + crypto::stream_sealed_length(row_of_part.plain_length))
            return damaged("an object is of another length than its row says");
        found.add(row_of_part.object, row_of_part.plain_length);
        auto begins = std::exchange(size_, size_ + row_of_part.plain_length);
        parts_.push_back({std::move(row_of_part), begins, std::nullopt});
    }
    if (size_ != facts.size) return damaged("it is not as long as it was when it was sealed");
    if (found != facts.parts) return damaged("its parts are not those that it was sealed with");
    for (auto& part : std::span(parts_).first(std::min(parts_.size(), parts_proven_at_once))) CHECK(open_part(part));
    return {};
}

Result<void> Reading::open_part(Part& part) {
    TRY(auto key, rows_->unwrap(*document_, part.row));
    Bytes head(head_bytes);
    if (auto read = packs_.read(part.row.place, 0, head); !read) return damaged(read.error().detail);
    if (!std::equal(keys::object_head.begin(), keys::object_head.end(), head.begin()))
        return damaged("an object begins with another format");
    auto context = keys::object_context(rows_->firm(), part.row.object, keys::Role::part);
    auto opener = crypto::StreamOpener::create(key.expose(), context, View(head).subspan(keys::object_head.size()));
    if (!opener) return damaged("an object is sealed with another key");
    part.opener = std::move(*opener);
    auto proven = prove_length(part);
    if (!proven) part.opener.reset();
    return proven;
}

/// Thousands of open keys would be held for one reading otherwise.
void Reading::close_others(const Part& part) {
    if (parts_.size() <= parts_proven_at_once) return;
    for (auto& other : parts_)
        if (&other != &part) other.opener.reset();
}

/// The last chunk opens only as the last one of a stream of this length: nothing was cut off or added.
Result<void> Reading::prove_length(Part& part) {
    Bytes last(part.row.plain_length % stream_chunk_bytes);
    auto index = chunks_of(part.row.plain_length) - 1;
    sealed_.resize(last.size() + stream_sealed_chunk_bytes - stream_chunk_bytes);
    auto at = head_bytes + index * stream_sealed_chunk_bytes;
    if (auto read = packs_.read(part.row.place, at, sealed_); !read) return damaged(read.error().detail);
    if (!part.opener->open_chunk(index, true, sealed_, last)) return damaged("its end does not fit its seal");
    return {};
}

Result<void> Reading::read(std::uint64_t offset, std::span<std::uint8_t> out) {
    require(out.size() <= limits::transfer_step_bytes && offset + out.size() <= size_, "a step outside of the paper");
    CHECK(gate_.still(ruling_));
    auto after = std::ranges::upper_bound(parts_, offset, {}, &Part::begins);
    for (auto& part : std::ranges::subrange(after == parts_.begin() ? after : std::prev(after), parts_.end())) {
        if (out.empty()) break;
        auto ends = part.begins + part.row.plain_length;
        if (offset >= ends) continue;
        auto here = std::min<std::uint64_t>(out.size(), ends - offset);
        CHECK(read_part(part, offset - part.begins, out.first(here)));
        out = out.subspan(here);
        offset += here;
    }
    // Nothing is handed out by a process that slept through its lease since it asked.
    return storage::in_force(gate_.records());
}

Result<void> Reading::read_part(Part& part, std::uint64_t offset, std::span<std::uint8_t> out) {
    if (!part.opener) {
        close_others(part);
        CHECK(open_part(part));
    }
    auto length = part.row.plain_length;
    auto first = offset / stream_chunk_bytes, last = (offset + out.size() - 1) / stream_chunk_bytes;
    auto sealed_begin = head_bytes + first * stream_sealed_chunk_bytes;
    auto sealed_end = std::min(part.row.place.length, head_bytes + (last + 1) * stream_sealed_chunk_bytes);
    sealed_.resize(sealed_end - sealed_begin);
    if (auto read = packs_.read(part.row.place, sealed_begin, sealed_); !read) return damaged(read.error().detail);

    for (auto index = first; index <= last; ++index) {
        bool is_last = index + 1 == chunks_of(length);
        auto plain = is_last ? length % stream_chunk_bytes : stream_chunk_bytes;
        auto sealed = View(sealed_).subspan((index - first) * stream_sealed_chunk_bytes, plain + 16);
        // A chunk that is wanted whole is opened where it is wanted; of a chunk that is wanted in part, a part is copied.
        auto begin = std::max(offset, index * stream_chunk_bytes),
             end = std::min(offset + out.size(), index * stream_chunk_bytes + plain);
        auto to = out.subspan(begin - offset, end - begin);
        if (to.size() == plain) {
            if (!part.opener->open_chunk(index, is_last, sealed, to)) return damaged("its bytes do not fit their seal");
            continue;
        }
        chunk_.resize(plain);
        if (!part.opener->open_chunk(index, is_last, sealed, chunk_)) return damaged("its bytes do not fit their seal");
        std::copy_n(chunk_.begin() + static_cast<std::ptrdiff_t>(begin - index * stream_chunk_bytes), to.size(), to.begin());
    }
    return {};
}

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/content_scrub.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "strongroom/matters/object_check.hpp"

namespace muniment::strongroom {
namespace {

constexpr std::uint64_t step_bytes = 16 * limits::MiB;
constexpr std::size_t unreadable_in_a_row_max = 8;
constexpr std::size_t documents_per_step_max = 500;   // folders and empty papers cost no bytes

}  // namespace

Bytes ContentScrub::Place::encode() const {
    Writer w;
    w.raw(View(matter)).raw(View(document)).u32(version).u32(part);
    return std::move(w).take();
}

ContentScrub::Place ContentScrub::Place::decode(View bytes) {
    Reader r(bytes);
    Place place;
    place.matter = {r.array<16>()};
    place.document = {r.array<16>()};
    place.version = r.u32();
    place.part = r.u32();
    return r.done("a place") ? place : Place{};
}

/// To the first part of the next document, in the order of ids; false where there is none.
Result<bool> ContentScrub::next_document(Place& at) {
    for (;;) {
        if (listed_ == at.matter && !listed_.is_nil() && !papers_left_.empty()) {
            at.document = papers_left_.back();
            papers_left_.pop_back();
            at.version = 1;
            at.part = 0;
            return true;
        }
        bool same = listed_ != at.matter && !at.matter.is_nil();   // after a restart: the rest of the matter that it had come to
        if (!same) {
            auto matters = gate_.ring().matters();
            std::ranges::sort(matters);
            auto next = std::ranges::upper_bound(matters, at.matter);
            if (next == matters.end()) return false;
            at = {.matter = *next, .document = {}};
        }
        std::vector<DocumentId> papers;
        listed_ = {};
        CHECK(gate_.records().for_each_document(at.matter, [&](const storage::DocumentRow& row) {
            if (!row.folder && row.document > at.document) papers.push_back(row.document);
            return true;
        }));
        std::ranges::sort(papers, std::ranges::greater());
        listed_ = at.matter;
        papers_left_ = std::move(papers);
    }
}

Result<bool> ContentScrub::step(Place& at, Counts& counts) {
    std::uint64_t budget = step_bytes;
    if (at == Place{}) damage_named_.reset();                // a pass names what it finds, whatever the one before named
    for (std::size_t documents = 0; documents < documents_per_step_max && budget > 0; ++documents) {
        if (at.version == 0) {
            TRY(bool more, next_document(at));
            if (!more) return false;
        }
        CHECK(look_at(at, counts, budget));
    }
    return true;
}

/// The rest of the document's parts, as far as the budget goes; version 0 where none is left.
Result<void> ContentScrub::look_at(Place& at, Counts& counts, std::uint64_t& budget) {
    TRY(auto row, gate_.records().document(at.matter, at.document));
    const auto versions = row ? row->versions : 0;   // gone, or moved: then it is looked at where it is
    for (; at.version <= versions; ++at.version, at.part = 0) {
        TRY(auto parts, gate_.records().parts(at.document, at.version));
        for (; at.part < parts.size(); ++at.part) {
            if (budget == 0) return {};
            CHECK(check_part(at, parts[at.part], counts));
            budget -= std::min(budget, parts[at.part].place.length);
        }
    }
    at.version = at.part = 0;
    return {};
}

/// `unavailable` and the like where the pack or the rows cannot be read now.
Result<bool> ContentScrub::is_whole(const Place& at, const storage::PartRow& part) const {
    auto looked = [&]() -> Result<void> {
        TRY(auto row, gate_.records().document(at.matter, at.document));
        if (!row) return {};
        TRY(auto rows, papers_.rows_of(at.matter));
        CHECK(papers_.take_page(rows, row->generation));
        TRY(auto document, rows.open(*row));
        TRY(auto key, rows.unwrap(document, part));
        return open_whole(packs_, rows.firm(), part, key);
    }();
    if (looked) return true;
    if (looked.error().problem == Problem::corrupt) return false;
    return std::unexpected(looked.error());
}

Result<void> ContentScrub::check_part(const Place& at, const storage::PartRow& part, Counts& counts) {
    auto whole = is_whole(at, part);
    if (!whole || !*whole) {
        // Rows may have moved while it was read: by a turn, a merge of packs, a move to another matter.
        TRY(auto now, gate_.records().parts(at.document, at.version));
        if (at.part >= now.size()) return {};
        whole = is_whole(at, now[at.part]);
    }
    if (whole && *whole) {
        unreadable_in_a_row_ = 0;
        ++counts.objects;
        counts.bytes += part.place.length;
        return {};
    }
    if (!whole && whole.error().problem != Problem::not_found) {
        // One may be a bad place of a disk; many are a disk or a bucket that is away, and then the pass waits for it.
        if (++unreadable_in_a_row_ > unreadable_in_a_row_max) return std::unexpected(whole.error());
        ++counts.unreadable;
        journal(Level::warning, "scrub.unreadable", {{"pack", part.place.pack}, {"problem", whole.error().problem}});
        return {};
    }
    Place version = at;
    version.part = 0;
    if (damage_named_ == version) return {};
    CHECK(name_damage(at));
    damage_named_ = version;
    ++counts.damaged;
    return {};
}

/// In the record, so that whoever may read the matter's log sees it, and for whoever runs the machine.
Result<void> ContentScrub::name_damage(const Place& at) {
    journal(Level::error, "paper.damaged", {{"matter", at.matter}, {"document", at.document}, {"version", at.version}});
    auto draft = gate_.log().own_draft(audit::Action::paper_damaged, audit::Outcome::done, "{}");
    draft.add(audit::Subject{audit::SubjectKind::matter, at.matter.bytes});
    draft.add(audit::Subject{audit::SubjectKind::document, at.document.bytes, at.version});
    TRY([[maybe_unused]] auto durable, gate_.log().record(std::move(draft)));
    return {};
}

}  // namespace muniment::strongroom

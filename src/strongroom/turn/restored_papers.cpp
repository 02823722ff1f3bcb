// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/restored_papers.hpp"

#include <algorithm>

#include "strongroom/matters/page_marks.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/upload_rows.hpp"
#include "strongroom/turn/scrub.hpp"

namespace muniment::strongroom {
namespace {

const storage::DocumentRow* in(const std::map<DocumentId, storage::DocumentRow>& rows, const DocumentId& id) {
    auto at = rows.find(id);
    return at == rows.end() ? nullptr : &at->second;
}

}  // namespace

// ---- what is said of it ----

audit::Draft Said::draft(audit::Action action) const {
    audit::Leaf leaf{.action = action, .outcome = audit::Outcome::done};
    return {std::move(leaf), bytes("{}"), {storage::OwnerKind::firm, ring_.firm().bytes, ring_.firm_details()}};
}

Result<void> Said::about(const MatterId& matter) {
    CHECK(finish());
    matter_ = matter;
    return {};
}

Result<void> Said::wrote(const storage::DocumentRow& row) {
    return mark(static_cast<std::uint16_t>(keys::Kind::document_list), row.document.bytes, row.revision, crypto::sha256(row.list));
}
Result<void> Said::wrote(const storage::VersionRow& row) {
    return mark(static_cast<std::uint16_t>(keys::Kind::document_version), row.document.bytes, row.version, crypto::sha256(row.sealed));
}

Result<void> Said::mark(std::uint16_t kind, const Id16& row, std::uint64_t revision, const Hash& sealed) {
    marks_.push_back({kind, row, revision, sealed});
    return marks_.size() < audit::row_marks_max ? Result<void>{} : finish();
}

Result<void> Said::finish() {
    if (marks_.empty()) return {};
    auto entry = draft(audit::Action::firm_restored);
    if (!matter_.is_nil()) entry.add(audit::Subject{audit::SubjectKind::matter, matter_.bytes});
    for (const auto& mark : std::exchange(marks_, {})) entry.add(mark);
    return audit::Log::append_founding_in(writer_, ring_, clock_, std::move(entry));
}

// ---- the papers ----

Result<void> RestoredPapers::run() {
    CHECK(drop_strays());
    if (!set_) return {};
    for (const auto& [matter, papers] : set_->covered)
        for (const auto& [paper, row] : papers) lies_in_.emplace(paper, matter);
    TRY(auto known, writer_.packs());
    for (const auto& row : known) known_packs_.insert(row.pack);
    // What goes from one matter may come back in another: the log must say so in this order.
    for (auto pass : {Pass::drop, Pass::put}) {
        for (const auto& [id, in_set] : set_->covered) {
            if (!ring_.matter(id)) continue;
            CHECK(said_.about(id));
            CHECK(matter(id, in_set, pass));
        }
    }
    return said_.about({});
}

/// A row where the log does not put the paper: one that was moved away or taken back, and put here again.
Result<void> RestoredPapers::drop_strays() {
    if (!says_) return {};
    for (const auto& matter : ring_.matters()) {
        std::vector<storage::DocumentRow> strays;
        CHECK(writer_.for_each_document(matter, [&](const auto& row) {
            const auto* said = says_->paper(row.document);
            if (said && !said->lies_in(matter)) strays.push_back(row);
            return true;
        }));
        if (strays.empty()) continue;
        CHECK(said_.about(matter));
        // Nothing is said of them: by the log they are not here.
        for (const auto& row : strays) CHECK(writer_.drop_document(matter, row.document));
    }
    return {};
}

/// Elsewhere by the key set: it left this matter.
bool RestoredPapers::moved_away(const storage::DocumentRow& row) const {
    auto at = lies_in_.find(row.document);
    return at != lies_in_.end() && at->second != row.matter;
}

/// The newer of the two that open. Nothing where neither does, or where what is known last says that it is not in this matter.
std::optional<RestoredPapers::Chosen> RestoredPapers::choose(const DocumentRows& rows, const storage::DocumentRow* here,
                                                             const storage::DocumentRow* in_set) const {
    bool here_opens = here && rows.open(*here), set_opens = in_set && rows.open(*in_set);
    // The key set counts, and knows where it went. One that it does not know at all was filed since: log and set went different ways.
    if (here_opens && !in_set && !says_ && moved_away(*here)) return std::nullopt;
    if (here_opens && (!set_opens || here->revision >= in_set->revision)) return Chosen{*here};
    if (!set_opens) return std::nullopt;
    if (says_) {
        const auto* said = says_->paper(in_set->document);
        if (!said || !said->lies_in(in_set->matter)) return std::nullopt;
    }
    return Chosen{*in_set, true};
}

Result<void> RestoredPapers::matter(const MatterId& id, const std::map<DocumentId, storage::DocumentRow>& in_set, Pass pass) {
    TRY(auto keys, ring_.matter(id));
    DocumentRows rows(ring_.firm(), id, std::move(keys));
    std::map<DocumentId, storage::DocumentRow> here;
    CHECK(writer_.for_each_document(id, [&](const auto& row) { return here.emplace(row.document, row), true; }));
    if (pass == Pass::drop) CHECK(drop_dead_uploads(rows));
    auto ids = here;
    ids.insert(in_set.begin(), in_set.end());
    for (const auto& [paper, row] : ids) {
        const auto *now = in(here, paper), *then = in(in_set, paper);
        auto chosen = choose(rows, now, then);
        if (pass == Pass::put) {
            if (chosen) CHECK(put(rows, std::move(*chosen)));
            CHECK(count_on(id, row.number));
        } else if (chosen ? chosen->from_set && now : now && !says_) {
            // Its place is taken by the key set's, or it is sealed under a page key that no longer exists.
            CHECK(writer_.drop_document(id, paper));
            if (!chosen) CHECK(said_.dropped(static_cast<std::uint16_t>(keys::Kind::document_list), paper.bytes, now->revision));
        }
    }
    return {};
}

Result<void> RestoredPapers::put(const DocumentRows& rows, Chosen chosen) {
    auto& row = chosen.row;
    auto before = row;
    TRY(bool whole, row.folder ? Result<bool>(true) : put_versions(rows, chosen));
    if (!whole) return {};   // no version of it can be read: the scrub will say so
    if (!chosen.from_set && row == before) return {};
    auto stored = writer_.put_document(row);
    if (!stored && stored.error().problem == Problem::conflict) {
        // Two databases gave the same number. The paper that stands here keeps it.
        TRY(auto entry, rows.open_list(row));
        TRY(row.number, Papers::next_number_in(writer_, rows.matter()));
        row.revision += 1;
        rows.seal_list(row, entry);
        stored = writer_.put_document(row);
    }
    if (!stored && stored.error().problem == Problem::name_taken) {
        // Something of that name was filed while it was missing: it comes back in the trash.
        TRY(auto entry, rows.open_list(row));
        row.state = storage::DocumentState::trashed;
        row.revision += 1;
        rows.seal_list(row, entry);
        stored = writer_.put_document(row);
    }
    CHECK(std::move(stored));
    ++papers_;
    CHECK(drop_dead_checkout(rows, row));
    return said_.wrote(row);
}

/// Begun in pieces, under a page key that is gone: whoever sent them begins anew.
Result<void> RestoredPapers::drop_dead_uploads(const DocumentRows& rows) {
    constexpr auto kind = static_cast<std::uint16_t>(keys::Kind::upload);
    std::vector<storage::FieldRow> uploads;
    CHECK(writer_.for_each_field_of(rows.matter().bytes, [&](const auto& row) {
        if (row.kind == kind && !open_upload(rows, row)) uploads.push_back(row);
        return true;
    }));
    for (const auto& row : uploads) CHECK(writer_.drop_field(row.kind, row.owner, row.row));
    return {};
}

/// Under the key that the paper had in the matter that it left.
Result<void> RestoredPapers::drop_dead_checkout(const DocumentRows& rows, const storage::DocumentRow& row) {
    constexpr auto kind = static_cast<std::uint16_t>(keys::Kind::document_checkout);
    TRY(auto checkout, writer_.field(kind, row.document.bytes, row.document.bytes));
    if (!checkout) return {};
    TRY(auto document, rows.open(row));
    if (rows.open_checkout(document, *checkout)) return {};
    CHECK(writer_.drop_field(kind, row.document.bytes, row.document.bytes));
    return said_.dropped(kind, row.document.bytes, checkout->revision);
}

/// Versions that stand here and open stay. Of those that the row counts the newest that can be had becomes its newest.
Result<bool> RestoredPapers::put_versions(const DocumentRows& rows, Chosen& chosen) {
    auto& row = chosen.row;
    TRY(auto document, rows.open(row));
    std::uint32_t newest = 0;
    for (std::uint32_t version = 1; version <= row.versions; ++version) {
        TRY(bool there, put_version(rows, document, version));
        if (there) newest = version;
    }
    if (newest == 0) return false;
    if (newest == row.versions) return true;
    TRY(auto stored, writer_.version(row.document, newest));
    TRY(auto facts, rows.open_version(document, *stored));
    TRY(auto entry, rows.open_list(row));
    row.versions = newest;
    row.revision += 1;
    rows.seal_list(row, {entry.name, facts.size, facts.modified, facts.added, facts.handling_class});
    return true;
}

Result<bool> RestoredPapers::put_version(const DocumentRows& rows, const OpenDocument& document, std::uint32_t version) {
    const auto& id = document.row.document;
    auto opens = [&](const storage::VersionRow& row, const std::vector<storage::PartRow>& parts) {
        return rows.open_version(document, row) &&
               std::ranges::all_of(parts, [&](const auto& part) { return rows.unwrap(document, part).has_value(); });
    };
    TRY(auto here, writer_.version(id, version));
    TRY(auto parts_here, writer_.parts(id, version));
    auto in_set = set_->versions.find({id, version});
    auto parts = set_->parts.find({id, version});
    auto no_parts = std::vector<storage::PartRow>{};
    const auto& set_parts = parts == set_->parts.end() ? no_parts : parts->second;
    bool complete = in_set == set_->versions.end() || parts_here.size() >= set_parts.size();
    if (here && complete && opens(*here, parts_here)) return true;
    if (in_set == set_->versions.end() || !opens(in_set->second, set_parts)) return false;
    TRY(bool packed, packs_are_there(set_parts));
    if (!packed) return false;
    CHECK(writer_.drop_version(id, version));
    CHECK(writer_.put_version(in_set->second));
    for (const auto& part : set_parts) CHECK(writer_.put_part(part));
    ++versions_;
    CHECK(said_.wrote(in_set->second));
    return true;
}

/// A pack that the database does not know is looked through at the next start, as after a crash.
Result<bool> RestoredPapers::packs_are_there(const std::vector<storage::PartRow>& parts) {
    for (const auto& part : parts) {
        auto there = packs_.check(part.place.pack);
        // A bucket that does not answer is no pack that is gone: nothing is given up for it.
        if (!there && there.error().problem != Problem::not_found && there.error().problem != Problem::corrupt)
            return std::unexpected(there.error());
        if (!there) return false;
        if (known_packs_.insert(part.place.pack).second) CHECK(writer_.put_pack({part.place.pack, storage::PackState::open}));
    }
    return true;
}

/// No number is ever given twice in a matter.
Result<void> RestoredPapers::count_on(const MatterId& matter, std::uint64_t number) {
    TRY(auto last, writer_.single(numbers_name(matter)));
    if (last && last->number >= number) return {};
    return number == 0 ? Result<void>{} : writer_.put_single(numbers_name(matter), {number, {}});
}

}  // namespace muniment::strongroom

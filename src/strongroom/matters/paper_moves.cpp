// SPDX-License-Identifier: Apache-2.0
// Moving: to another name or folder, or out of one matter into another.
#include <algorithm>
#include <unordered_map>

#include "base/limits.hpp"
#include "strongroom/matters/page_marks.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/reseal.hpp"
#include "strongroom/matters/upload_rows.hpp"

namespace muniment::strongroom {

using storage::DocumentRow;
using storage::DocumentState;
using storage::RecordWriter;

namespace {

/// Entries of the log whose words go with a document; a paper with more is moved by filing it anew.
constexpr std::size_t entries_max = 10'000;

/// A folder may not come to lie in itself or below, nor what lies in it deeper than limits::folder_depth_max.
Result<void> check_folder_fits(storage::RecordReader& reader, const DocumentRow& moved, const DocumentId& into) {
    std::unordered_map<DocumentId, DocumentId> parent_of;   // of the matter's folders
    CHECK(reader.for_each_document(moved.matter, [&](const DocumentRow& row) {
        if (row.folder) parent_of.emplace(row.document, row.parent);
        return true;
    }));
    auto parent = [&](const DocumentId& folder) {
        auto at = parent_of.find(folder);
        return at == parent_of.end() ? DocumentId{} : at->second;
    };
    std::size_t depth = 1;                                   // of the folder, in its new place
    for (auto at = into; !at.is_nil() && depth <= limits::folder_depth_max; at = parent(at), ++depth) {
        if (at == moved.document) return fail(Problem::conflict, "a folder cannot be moved into itself");
    }
    std::size_t below = 0;                                   // levels of folders in it
    for (const auto& [folder, in] : parent_of) {
        std::size_t up = 0;
        auto at = folder;
        while (!at.is_nil() && at != moved.document && up <= limits::folder_depth_max) at = parent(at), ++up;
        if (at == moved.document) below = std::max(below, up);
    }
    if (depth + below > limits::folder_depth_max) return fail(Problem::too_large, "folders in folders, more than 64 deep");
    return {};
}

}  // namespace

Result<PaperView> Papers::move(Permit<MovePaper> permit, std::uint64_t if_revision, const Destination& where) {
    CHECK(check_name(where.name));
    auto [matter, id, target] = std::tuple(permit.action().matter, permit.action().document, permit.action().to);
    auto who = permit.who().person();
    bool within = matter == target;
    if (!within && !gate_.ask(who, Permission::papers_write, {.matter = target}).permitted) {
        CHECK(gate_.log().record(gate_.draft(permit.who(), audit::Action::paper_moved, audit::Outcome::refused,
                                             permit.action().subjects(), bytes("{}"))));
        return fail(Problem::not_found, "No such matter to move to.");
    }
    TRY(auto from, rows_of(matter));
    TRY(auto to, rows_of(target));
    TRY(auto before, open_at(gate_.records(), from, matter, id, if_revision));
    if (!within && before.row.folder)
        return fail(Problem::conflict, "a folder cannot leave its matter as a whole: move the papers in it");
    TRY(auto entry, from.open_list(before.row));
    permit.draft().say(words_about("moved", entry.name));
    permit.draft().seal_under(from.details(before));
    std::vector<audit::Log::Found> said;
    if (!within) {
        TRY(said, gate_.log().find(id.bytes, UINT64_MAX, entries_max));
        if (said.size() == entries_max) return fail(Problem::too_large, "a paper that the log speaks of so often: file it anew");
    }
    CHECK(gate_.commit(std::move(permit),
                       [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
                           TRY([[maybe_unused]] bool from_turned, take_page_of_now(from));
                           TRY([[maybe_unused]] bool to_turned, take_page_of_now(to));
                           TRY(auto document, open_at(writer, from, matter, id, if_revision));
                           if (document.row.state != DocumentState::live)
                               return fail(Problem::conflict, "it is in the trash: restore it first");
                           CHECK(check_not_out_in(writer, from, document, who));
                           CHECK(check_folder_in(writer, target, where.folder));
                           if (within) return move_within(writer, draft, from, document, where);
                           if (!gate_.ask(who, Permission::papers_write, {.matter = target}).permitted)
                               return fail(Problem::denied);
                           return move_between(writer, draft, from, to, document, target, where, said);
                       }));
    TRY(auto row, gate_.records().document(target, id));
    if (!row) return fail(Problem::not_found);
    return view_of(gate_.records(), to, *row);
}

Result<void> Papers::move_within(RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows, OpenDocument& document,
                                 const Destination& where) const {
    auto& row = document.row;
    if (row.folder) CHECK(check_folder_fits(writer, row, where.folder));
    TRY(auto entry, rows.open_list(row));
    entry.name = where.name;
    row.parent = where.folder;
    row.tag = rows.tag(where.folder, where.name);
    row.revision += 1;
    rows.seal_list(row, entry);
    mark(draft, row);
    return writer.put_document(row);
}

Result<void> Papers::move_between(RecordWriter& writer, audit::Draft& draft, const DocumentRows& from, const DocumentRows& to,
                                  OpenDocument& document, const MatterId& target, const Destination& where,
                                  const std::vector<audit::Log::Found>& said) const {
    const auto& old_row = document.row;
    TRY(auto entry, from.open_list(old_row));
    entry.name = where.name;
    // A secret of its own in the new matter: what the former matter's keys open ends here.
    auto moved = to.make(old_row.document);
    moved.row.versions = old_row.versions;
    moved.row.revision = old_row.revision + 1;
    moved.row.parent = where.folder;
    moved.row.tag = to.tag(where.folder, where.name);
    TRY(moved.row.number, next_number_in(writer, target));
    to.seal_list(moved.row, entry);

    const Resealing resealing{from, document, to, moved};
    CHECK(reseal_versions(writer, resealing, [&](const storage::VersionRow& row) { mark(draft, row); }));
    CHECK(reseal_checkout(writer, resealing, [&](const storage::FieldRow& row) {
        draft.add(audit::RowMark{row.kind, row.row, row.revision, crypto::sha256(row.sealed)});
    }));
    for (const auto& found : said) CHECK(reseal_words(writer, resealing, found));
    CHECK(end_uploads_of_in(writer, from, old_row.document));
    CHECK(writer.drop_document(old_row.matter, old_row.document));
    CHECK(writer.put_document(moved.row));
    // What left the matter cannot be opened by what stayed once the next turn gave it a new page key.
    CHECK(writer.put_single(stale_name(old_row.matter), {1, bytes(View(old_row.matter))}));
    CHECK(writer.put_single(entered_name(target), {1, {}}));
    mark(draft, moved.row);
    draft.seal_under(to.details(moved));
    return {};
}

}  // namespace muniment::strongroom

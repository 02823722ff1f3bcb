// SPDX-License-Identifier: Apache-2.0
// Folders, the trash, and checking out.
#include <unordered_map>

#include "base/limits.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

using storage::DocumentRow;
using storage::DocumentState;
using storage::RecordWriter;

namespace {

constexpr auto checkout_kind = static_cast<std::uint16_t>(keys::Kind::document_checkout);
constexpr Duration checkout_max = std::chrono::hours(24 * 30);

/// The document and, of a folder, everything below it.
Result<std::vector<DocumentRow>> with_all_below(storage::RecordReader& reader, const DocumentRow& top) {
    std::vector<DocumentRow> found{top};
    if (!top.folder) return found;
    std::unordered_multimap<DocumentId, DocumentRow> in_folder;
    CHECK(reader.for_each_document(top.matter, [&](const DocumentRow& row) {
        in_folder.emplace(row.parent, row);
        return true;
    }));
    for (std::size_t i = 0; i < found.size(); ++i) {
        // Taken out as they are found: folders that a tampered row made each other's parents are not walked twice.
        auto [from, to] = in_folder.equal_range(found[i].document);
        for (auto at = from; at != to; ++at) found.push_back(std::move(at->second));
        in_folder.erase(from, to);
    }
    return found;
}

Result<void> set_state(RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows, DocumentRow row, const ListEntry& entry,
                       DocumentState state) {
    row.state = state;
    row.revision += 1;
    rows.seal_list(row, entry);
    Papers::mark(draft, row);
    return writer.put_document(row);
}

}  // namespace

Result<PaperView> Papers::add_folder(Permit<AddFolder> permit, const Destination& where) {
    CHECK(check_name(where.name));
    auto [matter, id] = std::pair(permit.action().matter, permit.action().document);
    TRY(auto rows, rows_of(matter));
    auto now = gate_.clock().now();
    auto document = rows.make(id);
    document.row.folder = true;
    document.row.parent = where.folder;
    auto seal = [&] {
        document.row.tag = rows.tag(where.folder, where.name);
        rows.seal_list(document.row, {.name = where.name, .size = 0, .modified = now, .added = now, .handling_class = {}});
    };
    seal();
    permit.draft().say(words_about("folder", where.name));
    permit.draft().seal_under(rows.details(document));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(bool turned, take_page_of_now(rows));
        if (turned) {
            rows.seal_secret(document);
            seal();
        }
        CHECK(check_folder_in(writer, matter, where.folder));
        mark(draft, document.row);
        return writer.put_document(document.row);
    }));
    return view_of(gate_.records(), rows, document.row);
}

Result<void> Papers::trash(Permit<TrashPaper> permit, std::uint64_t if_revision) {
    auto [matter, id] = std::pair(permit.action().matter, permit.action().document);
    auto who = permit.who().person();
    TRY(auto rows, rows_of(matter));
    TRY(auto before, open_at(gate_.records(), rows, matter, id, if_revision));
    TRY(auto entry, rows.open_list(before.row));
    permit.draft().say(words_about("trashed", entry.name));
    permit.draft().seal_under(rows.details(before));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY([[maybe_unused]] bool turned, take_page_of_now(rows));
        TRY(auto document, open_at(writer, rows, matter, id, if_revision));
        if (document.row.state != DocumentState::live) return fail(Problem::already_done, "it is in the trash");
        TRY(auto all, with_all_below(writer, document.row));
        for (const auto& row : all) {
            if (row.state != DocumentState::live) continue;
            TRY(auto each, rows.open(row));
            CHECK(check_not_out_in(writer, rows, each, who));
            TRY(auto listed, rows.open_list(row));
            CHECK(set_state(writer, draft, rows, row, listed, DocumentState::trashed));
        }
        return {};
    }));
    return {};
}

Result<PaperView> Papers::restore(Permit<RestorePaper> permit, std::uint64_t if_revision) {
    auto [matter, id] = std::pair(permit.action().matter, permit.action().document);
    TRY(auto rows, rows_of(matter));
    TRY(auto before, open_at(gate_.records(), rows, matter, id, if_revision));
    TRY(auto entry, rows.open_list(before.row));
    permit.draft().say(words_about("restored", entry.name));
    permit.draft().seal_under(rows.details(before));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY([[maybe_unused]] bool turned, take_page_of_now(rows));
        TRY(auto document, open_at(writer, rows, matter, id, if_revision));
        if (document.row.state != DocumentState::trashed) return fail(Problem::already_done, "it is not in the trash");
        // The folder it lay in may be in the trash itself, or deeper: then it comes back at the top.
        bool to_the_top = !check_folder_in(writer, matter, document.row.parent);
        TRY(auto all, with_all_below(writer, document.row));
        for (auto& row : all) {
            if (row.state != DocumentState::trashed) continue;
            TRY(auto listed, rows.open_list(row));
            if (to_the_top && row.document == id) {
                row.parent = {};
                row.tag = rows.tag({}, listed.name);
            }
            CHECK(set_state(writer, draft, rows, row, listed, DocumentState::live));
        }
        return {};
    }));
    TRY(auto row, gate_.records().document(matter, id));
    if (!row) return fail(Problem::not_found);
    return view_of(gate_.records(), rows, *row);
}

Result<void> Papers::drop_version_in(RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows, const MatterId& matter,
                                     const DocumentId& id, std::uint32_t version) {
    CHECK(writer.drop_version(id, version));
    // That it went is said as well, or the scrub would miss it for ever and no turn would go on.
    draft.add(audit::RowMark{static_cast<std::uint16_t>(keys::Kind::document_version), id.bytes, version, Hash{}});
    TRY(auto row, writer.document(matter, id));
    if (!row || row->versions != version) return {};   // a later version stands on its own
    if (version == 1) {
        draft.add(audit::RowMark{static_cast<std::uint16_t>(keys::Kind::document_list), id.bytes, row->revision, Hash{}});
        return writer.drop_document(matter, id);
    }
    TRY(auto document, rows.open(*row));
    TRY(auto entry, rows.open_list(*row));
    TRY(auto before, writer.version(id, version - 1));
    if (before) {
        TRY(auto facts, rows.open_version(document, *before));
        entry = {entry.name, facts.size, facts.modified, facts.added, facts.handling_class};
        mark(draft, *before);
    }
    row->versions -= 1;
    row->revision += 1;
    rows.seal_list(*row, entry);
    mark(draft, *row);
    return writer.put_document(*row);
}

Result<PaperView> Papers::check_out(Permit<CheckOut> permit, Duration lasts, const std::string& note) {
    if (lasts <= Duration::zero() || lasts > checkout_max) return fail(Problem::malformed, "a check-out lasts up to 30 days");
    if (note.size() > limits::name_bytes_max) return fail(Problem::too_large, "the note");
    auto [matter, id] = std::pair(permit.action().matter, permit.action().document);
    auto who = permit.who().person();
    auto now = gate_.clock().now();
    TRY(auto rows, rows_of(matter));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(auto document, open_at(writer, rows, matter, id, std::nullopt));
        if (document.row.folder || document.row.state != DocumentState::live)
            return fail(Problem::conflict, "only a paper that is not in the trash can be checked out");
        CHECK(check_not_out_in(writer, rows, document, who));
        TRY(auto former, checkout_row(writer, id));
        auto revision = former ? former->revision + 1 : 1;
        auto sealed = rows.seal_checkout(document, revision, {who, now, now + lasts, note});
        draft.add(audit::RowMark{checkout_kind, id.bytes, revision, crypto::sha256(sealed)});
        return writer.put_field({checkout_kind, id.bytes, id.bytes, revision, std::move(sealed)});
    }));
    TRY(auto row, gate_.records().document(matter, id));
    if (!row) return fail(Problem::not_found);
    return view_of(gate_.records(), rows, *row);
}

template <class P>
Result<void> Papers::end_check_out(P permit, bool anybodys) {
    auto [matter, id] = std::pair(permit.action().matter, permit.action().document);
    auto who = permit.who().person();
    TRY(auto rows, rows_of(matter));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(auto document, open_at(writer, rows, matter, id, std::nullopt));
        TRY(auto row, checkout_row(writer, id));
        if (!row) return fail(Problem::already_done, "it is not checked out");
        if (!anybodys) CHECK(check_not_out_in(writer, rows, document, who));
        draft.add(audit::RowMark{checkout_kind, id.bytes, row->revision, Hash{}});
        return writer.drop_field(checkout_kind, id.bytes, id.bytes);
    }));
    return {};
}

Result<void> Papers::check_in(Permit<CheckIn> permit) { return end_check_out(std::move(permit), false); }
Result<void> Papers::break_check_out(Permit<BreakCheckOut> permit) { return end_check_out(std::move(permit), true); }

}  // namespace muniment::strongroom

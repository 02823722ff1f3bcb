// SPDX-License-Identifier: Apache-2.0
// Reading what there is. Changes are in paper_changes.cpp and paper_moves.cpp.
#include "strongroom/matters/papers.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <thread>
#include <unordered_map>

#include "base/limits.hpp"
#include "strongroom/matters/page_marks.hpp"

namespace muniment::strongroom {

using storage::DocumentRow;
using storage::DocumentState;

Result<std::unique_ptr<Papers>> Papers::open(access::Gate& gate) {
    TRY(auto collation, Collation::create("en"));
    return std::unique_ptr<Papers>(new Papers(gate, std::move(collation)));
}

Result<DocumentRows> Papers::rows_of(const MatterId& matter) const {
    TRY(auto keys, gate_.ring().matter(matter));
    return DocumentRows(gate_.ring().firm(), matter, std::move(keys));
}

Result<std::optional<storage::FieldRow>> Papers::checkout_row(storage::RecordReader& reader, const DocumentId& document) const {
    return reader.field(static_cast<std::uint16_t>(keys::Kind::document_checkout), document.bytes, document.bytes);
}

Result<PaperView> Papers::view_of(storage::RecordReader& reader, DocumentRows& rows, const DocumentRow& row) const {
    TRY(auto checkout, checkout_row(reader, row.document));
    return view_of(rows, row, checkout ? &*checkout : nullptr);
}

Result<PaperView> Papers::view_of(DocumentRows& rows, const DocumentRow& row, const storage::FieldRow* checkout) const {
    CHECK(take_page(rows, row.generation));
    TRY(auto entry, rows.open_list(row));
    PaperView seen{row.document, row.parent,       row.folder,  row.state == DocumentState::trashed, row.number, row.versions,
                   row.revision, std::move(entry), std::nullopt};
    if (checkout) {
        TRY(auto document, rows.open(row));
        TRY(auto out, rows.open_checkout(document, *checkout));
        if (out.until > gate_.clock().now()) seen.checkout = std::move(out);
    }
    return seen;
}

Result<void> Papers::OneList::wait() {
    std::unique_lock held(papers_.lists_mutex_);
    auto& waiting = papers_.waiting_for_lists_[who_];
    if (waiting > limits::lists_waiting_max) return fail(Problem::busy, "several of your lists are being made");
    ++waiting;
    taken_ = true;
    papers_.list_made_.wait(held, [&] { return papers_.lists_.insert(who_).second; });
    return {};
}

Papers::OneList::~OneList() {
    if (!taken_) return;
    {
        std::lock_guard held(papers_.lists_mutex_);
        papers_.lists_.erase(who_);
        auto at = papers_.waiting_for_lists_.find(who_);
        if (--at->second == 0) papers_.waiting_for_lists_.erase(at);
    }
    papers_.list_made_.notify_all();
}

Result<std::vector<PaperView>> Papers::list(const Permit<ListPapers>& permit, bool trashed) const {
    OneList turn(*this, permit.who().person());
    CHECK(turn.wait());
    const auto& matter = permit.action().matter;
    TRY(auto rows, rows_of(matter));
    // All of the firm: there are as many as papers being worked on, and a look-up for each paper of the matter would cost more.
    std::unordered_map<Id16, storage::FieldRow, IdHash> checkouts;
    CHECK(gate_.records().for_each_field(static_cast<std::uint16_t>(keys::Kind::document_checkout), [&](const auto& row) {
        checkouts.emplace(row.owner, row);
        return true;
    }));
    std::vector<PaperView> found;
    Result<void> outcome;
    CHECK(gate_.records().for_each_document(matter, [&](const DocumentRow& row) {
        if (row.state == DocumentState::trashed && !trashed) return true;
        auto checkout = checkouts.find(row.document.bytes);
        auto seen = view_of(rows, row, checkout == checkouts.end() ? nullptr : &checkout->second);
        if (!seen) {
            outcome = std::unexpected(seen.error());
            return false;
        }
        found.push_back(std::move(*seen));
        return found.size() < limits::documents_per_matter_max;
    }));
    CHECK(std::move(outcome));
    std::vector<std::pair<Bytes, std::size_t>> order;
    order.reserve(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) order.emplace_back(collation_.key(found[i].entry.name), i);
    std::ranges::sort(order, [&](const auto& a, const auto& b) {
        const auto &x = found[a.second], &y = found[b.second];
        return std::tie(x.folder, a.first, x.id) < std::tie(y.folder, b.first, y.id);
    });
    std::vector<PaperView> sorted;
    sorted.reserve(found.size());
    for (const auto& [key, at] : order) sorted.push_back(std::move(found[at]));
    return sorted;
}

Result<OpenDocument> Papers::open_at(storage::RecordReader& reader, DocumentRows& rows, const MatterId& matter,
                                     const DocumentId& document, std::optional<std::uint64_t> if_revision) const {
    TRY(auto row, reader.document(matter, document));
    if (!row || row->state == DocumentState::moved) return fail(Problem::not_found);
    if (if_revision && row->revision != *if_revision) return fail(Problem::stale);
    CHECK(take_page(rows, row->generation));
    return rows.open(*row);
}

Result<PaperView> Papers::view(const Permit<ListVersions>& permit) const {
    const auto& about = permit.action();
    TRY(auto rows, rows_of(about.matter));
    TRY(auto row, gate_.records().document(about.matter, about.document));
    if (!row) return fail(Problem::not_found);
    return view_of(gate_.records(), rows, *row);
}

Result<std::vector<VersionView>> Papers::versions(const Permit<ListVersions>& permit) const {
    const auto& about = permit.action();
    TRY(auto rows, rows_of(about.matter));
    TRY(auto document, open_at(gate_.records(), rows, about.matter, about.document, std::nullopt));
    std::vector<storage::VersionRow> stored;
    CHECK(gate_.records().for_each_version(about.document, [&](const storage::VersionRow& row) {
        stored.push_back(row);
        return stored.size() < limits::versions_per_document_max;
    }));
    std::vector<VersionView> seen;
    for (const auto& row : stored) {
        TRY(auto facts, rows.open_version(document, row));
        seen.push_back({row.version, std::move(facts)});
    }
    return seen;
}

std::uint32_t Papers::newest(const MatterId& matter, const DocumentId& document) const {
    auto row = gate_.records().document(matter, document);
    return row && *row ? (*row)->versions : 0;
}

ObjectId Papers::content_id(const DocumentId& document, std::uint32_t version) const {
    auto parts = gate_.records().parts(document, version);
    return parts && !parts->empty() ? parts->front().object : ObjectId{};
}

Result<void> Papers::check_folder_in(storage::RecordReader& reader, const MatterId& matter, const DocumentId& folder) {
    auto at = folder;
    for (std::size_t depth = 0; !at.is_nil(); ++depth) {
        if (depth >= limits::folder_depth_max) return fail(Problem::too_large, "folders in folders, more than 64 deep");
        TRY(auto row, reader.document(matter, at));
        if (!row || !row->folder || row->state != DocumentState::live)
            return fail(Problem::not_found, "No such folder in this matter.");
        at = row->parent;
    }
    return {};
}

Result<void> Papers::check_not_out_in(storage::RecordReader& reader, const DocumentRows& rows, const OpenDocument& document,
                                      const PersonId& who) const {
    TRY(auto row, checkout_row(reader, document.row.document));
    if (!row) return {};
    TRY(auto out, rows.open_checkout(document, *row));
    if (out.until > gate_.clock().now() && out.who != who) {
        return fail(Problem::conflict, "somebody else has this paper checked out until " + to_rfc3339(out.until));
    }
    return {};
}

Result<std::uint64_t> Papers::next_number_in(storage::RecordWriter& writer, const MatterId& matter) {
    auto name = numbers_name(matter);
    TRY(auto row, writer.single(name));
    auto next = row ? row->number + 1 : 1;
    CHECK(writer.put_single(name, {next, {}}));
    return next;
}

Result<void> Papers::check_pages_in_use(const DocumentRows& rows) const {
    TRY(auto now, gate_.ring().matter(rows.matter()));
    if (now->generation != rows.keys().generation || gate_.ring().is_renewing(rows.matter()))
        return fail(Problem::unavailable, "the matter was given a new page key meanwhile");
    return {};
}

Result<bool> Papers::take_page_of_now(DocumentRows& rows) const {
    TRY(auto now, gate_.ring().matter(rows.matter()));
    // `keys renew` gives it another matter key as well: then what hangs on that key was made in vain.
    if (gate_.ring().is_renewing(rows.matter()) || !crypto::equal(now->matter.expose(), rows.keys().matter.expose()))
        return fail(Problem::unavailable, "the matter was given new keys meanwhile");
    if (now->generation == rows.keys().generation) return false;
    rows = DocumentRows(rows.firm(), rows.matter(), std::move(now));
    return true;
}

Result<void> Papers::take_page(DocumentRows& rows, std::uint64_t generation) const {
    constexpr auto step = std::chrono::milliseconds(2);
    for (auto waited = Duration::zero(); rows.keys().generation < generation; waited += step) {
        TRY(auto now, rows_of(rows.matter()));
        if (now.keys().generation >= generation) {
            rows = std::move(now);
            return {};
        }
        if (waited >= limits::turn_wait) return fail(Problem::unavailable, "the matter was given a new page key meanwhile");
        std::this_thread::sleep_for(step);
    }
    return {};
}

void Papers::mark(audit::Draft& draft, const storage::VersionRow& row) {
    draft.add(audit::RowMark{static_cast<std::uint16_t>(keys::Kind::document_version), row.document.bytes, row.version,
                             crypto::sha256(row.sealed)});
}

void Papers::mark(audit::Draft& draft, const DocumentRow& row) {
    draft.add(audit::RowMark{static_cast<std::uint16_t>(keys::Kind::document_list), row.document.bytes, row.revision,
                             crypto::sha256(row.list)});
}

Bytes words_about(std::string_view what, std::string_view name) {
    return bytes(boost::json::serialize(boost::json::object{{"what", what}, {"name", name}}));
}

}  // namespace muniment::strongroom

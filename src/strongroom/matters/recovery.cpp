// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/recovery.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/matters/object_check.hpp"

namespace muniment::strongroom {
namespace {

using storage::PartRow;

/// Which matter each of the documents belongs to: rows of parts do not say. Only after a crash is the whole list read.
Result<std::unordered_map<DocumentId, storage::DocumentRow>> documents_of(access::Gate& gate, const std::vector<PartRow>& parts) {
    std::unordered_map<DocumentId, storage::DocumentRow> found;
    for (const auto& part : parts) found.try_emplace(part.document);
    for (const auto& matter : gate.ring().matters()) {
        CHECK(gate.records().for_each_document(matter, [&](const storage::DocumentRow& row) {
            if (auto at = found.find(row.document); at != found.end()) at->second = row;
            return true;
        }));
    }
    return found;
}

Result<bool> is_whole(access::Gate& gate, const Papers& papers, storage::PackStore& packs, const storage::DocumentRow& row,
                      const PartRow& part) {
    TRY(auto rows, papers.rows_of(row.matter));
    TRY(auto document, rows.open(row));
    TRY(auto key, rows.unwrap(document, part));
    return open_whole(packs, gate.ring().firm(), part, key).has_value();
}

Result<void> drop(access::Gate& gate, const Papers& papers, const storage::DocumentRow& row, const PartRow& part) {
    journal(Level::warning, "upload.dropped", {{"document", part.document}, {"version", part.version}});
    auto now = gate.clock().now();
    audit::Leaf leaf{.id = EntryId::fresh(now),
                     .at = now,
                     .action = audit::Action::upload_dropped,
                     .outcome = audit::Outcome::done,
                     .subjects = {{audit::SubjectKind::matter, row.matter.bytes},
                                  {audit::SubjectKind::document, part.document.bytes, part.version}}};
    audit::Draft draft(std::move(leaf), bytes("{}"),
                       {storage::OwnerKind::firm, gate.ring().firm().bytes, gate.ring().firm_details()});
    TRY(auto rows, papers.rows_of(row.matter));
    CHECK(gate.log().commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) {
        return Papers::drop_version_in(writer, entry, rows, row.matter, part.document, part.version);
    }));
    return {};
}

void damaged(const PartRow& part, Recovered& recovered) {
    journal(Level::error, "paper.damaged", {{"document", part.document}, {"version", part.version}});
    ++recovered.damaged;
}

/// A batch is synced before the next is written, so what lies further before a whole object than the largest batch had arrived, and
/// a large object is synced before its row is committed: these were whole once. What does not open there is damage, and is kept
/// to be seen and mended, not dropped.
bool may_never_have_arrived(const PartRow& part, std::uint64_t last_whole) {
    return part.plain_length <= limits::small_object_bytes_max && part.place.offset + limits::pack_queue_bytes_max >= last_whole;
}

Result<void> look_through(access::Gate& gate, const Papers& papers, storage::PackStore& packs, const std::vector<PartRow>& parts,
                          Recovered& recovered) {
    if (parts.empty()) return {};
    TRY(auto documents, documents_of(gate, parts));
    std::vector<const PartRow*> not_whole;
    std::uint64_t last_whole = 0;
    for (const auto& part : parts) {
        const auto& row = documents.at(part.document);
        if (row.document.is_nil()) continue;   // its document is gone already
        ++recovered.checked;
        auto whole = is_whole(gate, papers, packs, row, part);
        if (!whole) {
            // Its rows do not open: damage, whatever became of its bytes. One such paper does not keep the strongroom shut.
            damaged(part, recovered);
        } else if (*whole) {
            last_whole = std::max(last_whole, part.place.offset);
        } else {
            not_whole.push_back(&part);
        }
    }
    for (const auto* part : not_whole) {
        if (!may_never_have_arrived(*part, last_whole)) {
            damaged(*part, recovered);
            continue;
        }
        ++recovered.dropped;
        CHECK(drop(gate, papers, documents.at(part->document), *part));
    }
    return {};
}

}  // namespace

Result<Recovered> recover(access::Gate& gate, const Papers& papers, storage::PackStore& packs) {
    Recovered recovered;
    TRY(auto known, gate.records().packs());
    for (const auto& pack : known) {
        if (pack.state != storage::PackState::open) continue;
        ++recovered.packs;
        std::vector<PartRow> parts;
        CHECK(gate.records().for_each_part_in(pack.pack, [&](const PartRow& part) {
            parts.push_back(part);
            return true;
        }));
        CHECK(look_through(gate, papers, packs, parts, recovered));
        CHECK(gate.records().commit(
            [&](storage::RecordWriter& writer) { return writer.put_pack({pack.pack, storage::PackState::closed}); }));
    }
    return recovered;
}

}  // namespace muniment::strongroom

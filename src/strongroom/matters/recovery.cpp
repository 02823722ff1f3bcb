// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/recovery.hpp"

#include <algorithm>
#include <functional>

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

/// An error says that the rows are damaged.
Result<keys::ObjectKey> key_of(const Papers& papers, const storage::DocumentRow& row, const PartRow& part) {
    CHECK(check_length(part));
    TRY(auto rows, papers.rows_of(row.matter));
    TRY(auto document, rows.open(row));
    return rows.unwrap(document, part);
}

/// Whether its bytes are all there. An error says that they could not be read, which tells nothing of whether they arrived.
Result<bool> is_whole(storage::PackStore& packs, const FirmId& firm, const PartRow& part, const keys::ObjectKey& key) {
    auto opened = open_whole(packs, firm, part, key);
    if (!opened && opened.error().problem != Problem::corrupt) return std::unexpected(opened.error());
    return opened.has_value();
}

std::unexpected<Error> unreadable(const PackId& pack, const Error& why) {
    auto problem = why.problem == Problem::not_found ? Problem::corrupt : Problem::unavailable;
    auto what = why.problem == Problem::not_found ? std::string("is missing") : "cannot be read (" + why.detail + ")";
    return fail(problem, "pack " + pack.text() + ", in which papers lie, " + what +
                             ". Nothing was dropped; start again when the disk of the packs is back. If it is lost for good: muniment "
                             "packs accept-loss --pack " + pack.text());
}

/// The newest pack that a row names stands for all: a folder without it is another than the one that was written, whatever else is
/// in it, and the next paper must not be filed there. Where packs appear whole, one that was left open may never have arrived.
Result<void> check_newest(storage::Records& records, storage::PackStore& packs, std::vector<storage::PackRow> known) {
    std::ranges::sort(known, std::ranges::greater(), &storage::PackRow::pack);
    for (const auto& pack : known) {
        if (pack.state == storage::PackState::lost) continue;
        if (pack.state == storage::PackState::open && packs.appears() == storage::Appears::whole) continue;
        bool named = false;
        CHECK(records.for_each_part_in(pack.pack, [&](const PartRow&) { return named = true, false; }));
        if (!named) continue;   // a large object that was cut off, or nothing yet
        if (auto found = packs.check(pack.pack); !found && found.error().problem != Problem::corrupt)
            return unreadable(pack.pack, found.error());
        return {};
    }
    return {};
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
    auto dropped = gate.log().commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        // Another node may have taken it back meanwhile, and somebody filed a version of that number anew.
        TRY(auto now, writer.parts(part.document, part.version));
        // Its key may be wrapped anew since it was looked at; the object and where it was to lie are what they were.
        bool same = now.size() == 1 && now[0].object == part.object && now[0].place == part.place;
        if (!same) return fail(Problem::stale, "it was taken back already");
        return Papers::drop_version_in(writer, entry, rows, row.matter, part.document, part.version);
    });
    if (!dropped && dropped.error().problem != Problem::stale) return std::unexpected(dropped.error());
    return {};
}

void damaged(const PartRow& part, Recovered& recovered) {
    journal(Level::error, "paper.damaged", {{"document", part.document}, {"version", part.version}});
    ++recovered.damaged;
}

/// Whether it is all of its version. A version of several parts came in pieces, each durable before a row named it: it is never one
/// whose bytes did not arrive.
Result<bool> stands_alone(access::Gate& gate, const PartRow& part) {
    TRY(auto parts, gate.records().parts(part.document, part.version));
    return parts.size() == 1;
}

/// A batch is synced before the next is written, so what lies further before a whole object than the largest batch had arrived, and
/// a large object is synced before its row is committed: these were whole once. What does not open there is damage, and is kept
/// to be seen and mended, not dropped.
bool may_never_have_arrived(const PartRow& part, std::uint64_t last_whole) {
    return part.plain_length <= limits::small_object_bytes_max && part.place.offset + limits::pack_queue_bytes_max >= last_whole;
}

Result<void> look_through(access::Gate& gate, const Papers& papers, storage::PackStore& packs, const PackId& pack,
                          const std::vector<PartRow>& parts, Recovered& recovered) {
    if (parts.empty()) return {};   // its file may never have been made
    auto readable = packs.check(pack);
    bool never_arrived = !readable && readable.error().problem == Problem::not_found && packs.appears() == storage::Appears::whole;
    if (!readable && readable.error().problem != Problem::corrupt && !never_arrived) return unreadable(pack, readable.error());
    TRY(auto documents, documents_of(gate, parts));
    std::vector<const PartRow*> not_whole;
    std::uint64_t last_whole = 0;
    for (const auto& part : parts) {
        const auto& row = documents.at(part.document);
        if (row.document.is_nil()) continue;   // its document is gone already
        ++recovered.checked;
        auto key = key_of(papers, row, part);
        if (key && never_arrived) {
            not_whole.push_back(&part);
            continue;
        }
        if (!key || !readable) {
            // Its rows do not open, or the file is not the pack that it was made as (its head was synced before any row named it):
            // damage, whatever became of its bytes. One such paper does not keep the strongroom shut.
            damaged(part, recovered);
            continue;
        }
        auto whole = is_whole(packs, gate.ring().firm(), part, *key);
        if (!whole) return unreadable(pack, whole.error());
        if (*whole) {
            last_whole = std::max(last_whole, part.place.offset);
        } else {
            not_whole.push_back(&part);
        }
    }
    for (const auto* part : not_whole) {
        TRY(bool alone, stands_alone(gate, *part));
        // A pack that appears whole or not at all, and is there, had arrived.
        bool arrived = readable.has_value() && packs.appears() == storage::Appears::whole;
        if (!alone || arrived || !may_never_have_arrived(*part, last_whole)) {
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
    // Asked after the rows: one that its node closed in between was whole, and is looked through in vain.
    std::vector<PackId> in_use;
    if (auto* nodes = gate.records().nodes()) {
        TRY(in_use, nodes->packs_in_use());
    }
    CHECK(check_newest(gate.records(), packs, known));
    for (const auto& pack : known) {
        if (pack.state != storage::PackState::open || std::ranges::find(in_use, pack.pack) != in_use.end()) continue;
        ++recovered.packs;
        std::vector<PartRow> parts;
        CHECK(gate.records().for_each_part_in(pack.pack, [&](const PartRow& part) {
            parts.push_back(part);
            return true;
        }));
        CHECK(look_through(gate, papers, packs, pack.pack, parts, recovered));
        CHECK(gate.records().commit(
            [&](storage::RecordWriter& writer) { return writer.put_pack({pack.pack, storage::PackState::closed}); }));
    }
    return recovered;
}

}  // namespace muniment::strongroom

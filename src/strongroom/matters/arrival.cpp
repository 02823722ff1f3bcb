// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/arrival.hpp"

#include "strongroom/matters/object_check.hpp"

namespace muniment::strongroom {
namespace {

/// Wherever it was moved to meanwhile.
Result<std::optional<storage::DocumentRow>> row_of(access::Gate& gate, const DocumentId& document) {
    std::optional<storage::DocumentRow> found;
    for (const auto& matter : gate.ring().matters()) {
        TRY(found, gate.records().document(matter, document));
        if (found) break;
    }
    return found;
}

}  // namespace

Result<bool> has_arrived(access::Gate& gate, const Papers& papers, storage::PackStore& packs, const DocumentId& document,
                         std::uint32_t version) {
    TRY(auto there, gate.records().version(document, version));
    if (!there) return false;
    TRY(auto row, row_of(gate, document));
    if (!row) return false;
    TRY(auto rows, papers.rows_of(row->matter));
    CHECK(papers.take_page(rows, row->generation));
    TRY(auto opened, rows.open(*row));
    TRY(auto parts, gate.records().parts(document, version));
    for (const auto& part : parts) {
        TRY(auto key, rows.unwrap(opened, part));
        if (!open_whole(packs, rows.firm(), part, key))
            return fail(Problem::unavailable, "it is not known yet whether the same request arrived before");
    }
    return true;
}

}  // namespace muniment::strongroom

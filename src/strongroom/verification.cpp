// SPDX-License-Identifier: Apache-2.0
#include "strongroom/verification.hpp"

#include "crypto/hash.hpp"

namespace muniment::strongroom {
namespace {

using audit::RowNow;
using keys::Kind;
using storage::OwnerKind;
using Found = std::optional<RowNow>;

Found now_of(std::uint64_t revision, View sealed) { return RowNow{revision, crypto::sha256(sealed)}; }

Result<Found> field_now(storage::RecordReader& reader, std::uint16_t kind, const Id16& owner, const Id16& row) {
    TRY(auto field, reader.field(kind, owner, row));
    return field ? now_of(field->revision, field->sealed) : Found{};
}

/// An id stands in one matter at a time: where a paper was moved, a row of it that is left behind or put back in the former one is as
/// wrong as one that is missing.
Result<Found> document_now(storage::RecordReader& reader, const audit::Said& said) {
    Found found;
    for (const auto& matter : said.matters) {
        if (matter.is_nil()) continue;
        TRY(auto row, reader.document(matter, {said.mark.row}));
        if (!row) continue;
        if (found) return Found{RowNow{}};
        found = now_of(row->revision, row->list);
        if (said.matters[0] == said.matters[1]) break;
    }
    return found;
}

Result<Found> version_now(storage::RecordReader& reader, const audit::RowMark& mark) {
    if (mark.revision > UINT32_MAX) return Found{};
    TRY(auto row, reader.version({mark.row}, static_cast<std::uint32_t>(mark.revision)));
    return row ? now_of(row->version, row->sealed) : Found{};
}

Result<Found> row_now(storage::RecordReader& reader, const FirmId& firm, const audit::Said& said) {
    const auto& mark = said.mark;
    switch (static_cast<Kind>(mark.kind)) {
    case Kind::gate_person:
    case Kind::gate_credential:
    case Kind::gate_session:
    case Kind::gate_group:
    case Kind::gate_matter:
    case Kind::gate_team:
    case Kind::gate_wall:
    case Kind::gate_client: {
        TRY(auto row, reader.gate_row(mark.kind, mark.row));
        return row ? now_of(row->revision, row->sealed) : Found{};
    }
    case Kind::firm_profile:
    case Kind::person_profile:
    case Kind::client_profile:
    case Kind::matter_profile:
    case Kind::document_checkout: return field_now(reader, mark.kind, mark.row, mark.row);
    case Kind::wall_memo:
    case Kind::group_profile: return field_now(reader, mark.kind, firm.bytes, mark.row);
    case Kind::document_list: return document_now(reader, said);
    case Kind::document_version: return version_now(reader, mark);
    default: return fail(Problem::too_new, "entry " + std::to_string(said.sequence) + " of the log speaks of rows of kind " +
                                               std::to_string(mark.kind));
    }
}

/// Keys of details, the last one kept: entries about one document stand near each other.
class Keys {
  public:
    Keys(access::Gate& gate, const Papers& papers) : gate_(gate), papers_(papers) {}

    Result<std::shared_ptr<const keys::SealKey>> of(const storage::EntryRow& row, const audit::Leaf& leaf) {
        if (last_ && last_kind_ == row.owner_kind && last_owner_ == row.owner) return last_;
        TRY(auto key, opened(row, leaf));
        last_ = std::make_shared<const keys::SealKey>(std::move(key));
        last_kind_ = row.owner_kind;
        last_owner_ = row.owner;
        return last_;
    }

  private:
    Result<keys::SealKey> opened(const storage::EntryRow& row, const audit::Leaf& leaf) {
        const auto& ring = gate_.ring();
        switch (row.owner_kind) {
        case OwnerKind::firm: return ring.firm_details();
        case OwnerKind::person: {
            TRY(auto key, ring.person({row.owner}));
            return keys::seal_key(*key, "details", ring.firm());
        }
        case OwnerKind::client: {
            TRY(auto key, ring.client({row.owner}));
            return keys::seal_key(*key, "details", ring.firm());
        }
        case OwnerKind::matter: {
            TRY(auto key, ring.matter({row.owner}));
            return keys::seal_key(key->matter, "details", ring.firm());
        }
        case OwnerKind::document: return of_document({row.owner}, leaf);
        default: return fail(Problem::too_new, "an entry whose words belong to an owner of kind " +
                                                   std::to_string(static_cast<int>(row.owner_kind)));
        }
    }

    /// Most stand in a matter that the entry names; one that was moved since, in any.
    Result<keys::SealKey> of_document(const DocumentId& document, const audit::Leaf& leaf) {
        for (const auto& subject : leaf.subjects) {
            if (subject.kind != audit::SubjectKind::matter) continue;
            auto key = in_matter({subject.id}, document);
            if (key || key.error().problem != Problem::not_found) return key;
        }
        for (const auto& matter : gate_.ring().matters()) {
            auto key = in_matter(matter, document);
            if (key || key.error().problem != Problem::not_found) return key;
        }
        return fail(Problem::not_found);
    }

    Result<keys::SealKey> in_matter(const MatterId& matter, const DocumentId& document) {
        TRY(auto row, gate_.records().document(matter, document));
        if (!row) return fail(Problem::not_found);
        TRY(auto rows, papers_.rows_of(matter));
        TRY(auto open, rows.open(*row));
        return rows.details(open).key.clone();
    }

    access::Gate& gate_;
    const Papers& papers_;
    std::shared_ptr<const keys::SealKey> last_;
    OwnerKind last_kind_{};
    Id16 last_owner_{};
};

}  // namespace

audit::Standing rows_of_record(storage::RecordReader& reader, const FirmId& firm) {
    return [&reader, firm](const audit::Said& said) { return row_now(reader, firm, said); };
}

audit::KeyOf keys_of_details(access::Gate& gate, const Papers& papers) {
    return [keys = std::make_shared<Keys>(gate, papers)](const storage::EntryRow& row, const audit::Leaf& leaf) {
        return keys->of(row, leaf);
    };
}

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/reseal.hpp"

#include "audit/reseal.hpp"

namespace muniment::strongroom {

Result<void> reseal_versions(storage::RecordWriter& writer, const Resealing& of,
                             const std::function<void(const storage::VersionRow&)>& sealed) {
    std::vector<storage::VersionRow> versions;
    CHECK(writer.for_each_version(of.before.row.document, [&](const storage::VersionRow& row) {
        versions.push_back(row);
        return true;
    }));
    for (auto& row : versions) {
        TRY(auto facts, of.from.open_version(of.before, row));
        row.revision += 1;
        row.sealed = of.to.seal_version(of.after, row.version, row.revision, facts);
        CHECK(writer.put_version(row));
        sealed(row);
        TRY(auto parts, writer.parts(row.document, row.version));
        for (auto& part : parts) {
            TRY(auto key, of.from.unwrap(of.before, part));
            part.wrapped_key = of.to.wrap(of.after, part.object, part.version, key);
            CHECK(writer.put_part(part));
        }
    }
    return {};
}

Result<void> reseal_checkout(storage::RecordWriter& writer, const Resealing& of,
                             const std::function<void(const storage::FieldRow&)>& sealed) {
    const auto& id = of.before.row.document.bytes;
    TRY(auto row, writer.field(static_cast<std::uint16_t>(keys::Kind::document_checkout), id, id));
    if (!row) return {};
    TRY(auto out, of.from.open_checkout(of.before, *row));
    row->revision += 1;
    row->sealed = of.to.seal_checkout(of.after, row->revision, out);
    CHECK(writer.put_field(*row));
    sealed(*row);
    return {};
}

Result<void> reseal_words(storage::RecordWriter& writer, const Resealing& of, const audit::Log::Found& entry) {
    const auto& id = of.before.row.document.bytes;
    if (entry.row.owner_kind != storage::OwnerKind::document || entry.row.owner != id) return {};
    TRY(auto detail, audit::reseal(of.from.firm(), entry, of.from.details(of.before), of.to.details(of.after)));
    return writer.replace_detail(entry.sequence, storage::OwnerKind::document, id, detail);
}

}  // namespace muniment::strongroom

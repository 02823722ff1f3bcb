// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/known_log.hpp"

#include <algorithm>

#include "audit/watch.hpp"
#include "keys/ring.hpp"
#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/standing.hpp"

namespace muniment::strongroom {
namespace {

/// D(FK, "fields"), out of the firm's key record.
Result<keys::SealKey> firm_fields(const storage::KeyRow& row, const FirmId& firm, const keys::EpochKey& epoch) {
    TRY(auto record, keys::Ring::open_record(row, firm, epoch));
    TRY(auto key, keys::FirmKey::from(std::move(record)));
    return keys::seal_key(key, "fields", firm);
}

Result<audit::Lineage> out_of_database(storage::RecordReader& reader, const std::vector<HeldEpoch>& held, const FirmId& firm) {
    TRY(auto needed, keys::Ring::needed_mark(reader));
    auto epoch = std::ranges::find(held, needed, &HeldEpoch::mark);
    if (epoch == held.end()) return fail(Problem::keyless, "no slot in reach has the key of this database");
    TRY(auto row, reader.key(storage::OwnerKind::firm, firm.bytes));
    if (!row) return fail(Problem::corrupt, "the firm's own key record is missing");
    TRY(auto fields, firm_fields(*row, firm, epoch->key));
    TRY(auto key, audit::LogKey::read(reader, firm, fields));
    return key.lineage(firm);
}

Result<audit::Lineage> out_of_key_set(View content, const HeldEpoch& epoch, const FirmId& firm) {
    std::optional<storage::KeyRow> record;
    std::optional<storage::FieldRow> field;
    CHECK(read_key_set(content, keys::mac_key(epoch.key, "key-set", firm), [&](KeySetRow&& row) -> Result<void> {
        if (auto* key = std::get_if<storage::KeyRow>(&row); key && key->kind == storage::OwnerKind::firm) record = std::move(*key);
        else if (auto* each = std::get_if<storage::FieldRow>(&row);
                 each && each->kind == static_cast<std::uint16_t>(keys::Kind::firm_log_key))
            field = std::move(*each);
        return {};
    }));
    if (!record || !field) return fail(Problem::not_found, "the key set has no signing key of the log");
    TRY(auto fields, firm_fields(*record, firm, epoch.key));
    TRY(auto key, audit::LogKey::open(*field, firm, fields));
    key.ended.clear();
    return key.lineage(firm);
}

}  // namespace

Result<audit::Lineage> lineage_known(storage::RecordReader& reader, const std::vector<storage::KeySets*>& copies,
                                     const std::vector<HeldEpoch>& held, const FirmId& firm) {
    if (auto own = out_of_database(reader, held, firm)) return own;
    Result<audit::Lineage> copied = fail(Problem::keyless, "the key that signs the log does not open, neither here nor out of a key set");
    for_each_key_set(copies, held, [&](storage::KeySets& place, const std::string& name, const HeldEpoch& epoch) {
        auto content = place.get(name);
        auto there = content ? out_of_key_set(*content, epoch, firm) : Result<audit::Lineage>(fail(Problem::not_found));
        if (there) copied = std::move(there);
        return !copied;
    });
    return copied;
}

bool log_contains(storage::RecordReader& reader, const audit::Lineage* line, const audit::OfLine& known) {
    const auto& checkpoint = known.checkpoint;
    if (checkpoint.size == 0) return true;
    if (line && line->names_as_ended(known)) return true;
    auto head = audit::TreeHead::read(reader);
    if (!head || head->size < checkpoint.size) return false;
    auto ours = audit::root_of(checkpoint.size, audit::stored_tiles(reader));
    return ours && *ours == checkpoint.root;
}

JudgedSeen judge(storage::RecordReader& reader, const audit::Lineage& line, const keys::Seen& seen) {
    // At the founding there is no checkpoint yet.
    if (seen.log_size == 0 && seen.checkpoint.empty()) return {SeenIs::known, {}};
    auto opened = line.open(seen.checkpoint);
    if (!opened || opened->checkpoint.size != seen.log_size || opened->checkpoint.root != seen.log_root)
        return {SeenIs::unsigned_, {}};
    return {log_contains(reader, &line, *opened) ? SeenIs::known : SeenIs::newer, std::move(*opened)};
}

std::optional<audit::OfLine> said_by(View note) {
    auto parsed = audit::Note::parse(note);
    auto checkpoint = parsed ? audit::Checkpoint::parse(parsed->text) : Result<audit::Checkpoint>(fail(Problem::corrupt));
    if (!checkpoint) return std::nullopt;
    auto number = audit::line_of(checkpoint->origin).number;
    return audit::OfLine{std::move(*checkpoint), number};
}

}  // namespace muniment::strongroom

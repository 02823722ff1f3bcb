// SPDX-License-Identifier: Apache-2.0
#include "access/record/gate_rows.hpp"

#include <algorithm>

namespace muniment::access {
namespace {

constexpr std::string_view head_name = "gate-head";
constexpr std::uint8_t head_format = 1;

std::unexpected<Error> shut(std::string why) { return fail(Problem::wall_shut, std::move(why)); }

keys::Place head_place(const FirmId& firm, std::uint64_t number) {
    return {keys::Kind::gate_head, firm.bytes, firm.bytes, number};
}

bool is_gate_kind(std::uint16_t kind) {
    return kind >= static_cast<std::uint16_t>(keys::Kind::gate_person) &&
           kind <= static_cast<std::uint16_t>(keys::Kind::gate_client);
}

keys::Place place_of(const storage::GateRow& row) {
    return {static_cast<keys::Kind>(row.kind), row.owner, row.row, row.revision};
}

}  // namespace

GateRows::GateRows(const keys::Ring& ring) : firm_(ring.firm()), seal_(ring.gate_seal()), mac_(ring.gate_mac()) {}

Result<void> GateRows::found_in(storage::RecordWriter& writer) const {
    return write_head_in(writer, GateHead{.policy_revision = 1});
}

Hash GateRows::hash_of(const storage::GateRow& row) const {
    return keys::row_hash(mac_, row.kind, row.owner, row.row, row.revision, row.sealed);
}

Result<GateHead> GateRows::head_in(storage::RecordReader& reader) const {
    TRY(auto row, reader.single(head_name));
    if (!row) return shut("the gate's head is missing");
    return open_head(*row);
}

Result<GateHead> GateRows::open_head(const storage::SingleRow& row) const {
    Reader clear(row.value);
    auto revision_in_clear = clear.u64();
    auto opened = keys::open(seal_, firm_, head_place(firm_, row.number), clear.rest());
    if (!opened) return shut("the gate's head does not open");
    Reader r(*opened);
    auto format = r.u8();
    GateHead head{.number = row.number, .policy_revision = r.u64()};
    head.rows.count = r.u64();
    head.rows.sum = r.array<32>();
    head.log_size = r.u64();
    CHECK(r.done("the gate's head"));
    if (format != head_format) return fail(Problem::too_new, "the gate's head");
    if (revision_in_clear != head.policy_revision) return shut("the revision beside the gate's head is not the sealed one");
    return head;
}

Result<Bytes> GateRows::opens(const storage::GateRow& row) const {
    auto content = keys::open(seal_, firm_, place_of(row), row.sealed);
    if (!content) return shut(content.error().detail);
    return content;
}

Result<void> GateRows::rebuild_in(storage::RecordWriter& writer, std::span<const storage::GateRow> rows, std::uint64_t number,
                                  std::uint64_t policy_revision) const {
    GateHead head{.number = number, .policy_revision = policy_revision};
    for (const auto& row : rows) head.rows.add(hash_of(row));
    return write_head_in(writer, head);
}

Result<void> GateRows::write_head_in(storage::RecordWriter& writer, GateHead head) const {
    TRY(head.log_size, writer.entry_count());
    Writer content;
    content.u8(head_format).u64(head.policy_revision).u64(head.rows.count).raw(head.rows.sum).u64(head.log_size);
    Writer row;
    row.u64(head.policy_revision).raw(keys::seal(seal_, firm_, head_place(firm_, head.number), content.written()));
    return writer.put_single(head_name, {head.number, std::move(row).take()});
}

Result<GateHead> GateRows::load(storage::RecordReader& reader, const std::function<Result<void>(const Loaded&)>& take) const {
    TRY(auto head, head_in(reader));
    keys::RowSum found;
    Result<void> outcome;
    CHECK(reader.for_each_gate_row([&](const storage::GateRow& row) {
        outcome = [&]() -> Result<void> {
            TRY(auto content, opens(row));
            found.add(hash_of(row));
            return take({{static_cast<keys::Kind>(row.kind), row.owner, row.row}, row.revision, std::move(content)});
        }();
        return outcome.has_value();
    }));
    CHECK(std::move(outcome));
    if (found != head.rows) return shut("rows that the gate reads are missing, too many or older than they were");
    TRY(auto entries, reader.entry_count());
    if (entries < head.log_size) return shut("the log is shorter than it was when the gate last changed");
    CHECK(nothing_newer_in_log(reader, head, entries));
    return head;
}

/// Against rows and head that are all of them older copies and fit each other: the log would speak of rows that came after them.
Result<void> GateRows::nothing_newer_in_log(storage::RecordReader& reader, const GateHead& head, std::uint64_t entries) const {
    Result<void> outcome;
    CHECK(reader.for_each_entry(head.log_size, entries, [&](const storage::EntryRow& entry) {
        auto leaf = audit::Leaf::decode(entry.leaf);
        if (!leaf) outcome = shut("an entry of the log since the gate last changed does not decode");
        else if (std::ranges::any_of(leaf->rows,
                                     [&](const auto& mark) { return is_gate_kind(mark.kind) && mark.revision > head.number; }))
            outcome = shut("the log tells of a change of the gate that its rows do not have");
        return outcome.has_value();
    }));
    return outcome;
}

Result<void> GateRows::put_in(storage::RecordWriter& writer, audit::Draft& draft, const RowPlace& place, View content) const {
    TRY(auto head, head_in(writer));
    auto kind = static_cast<std::uint16_t>(place.kind);
    TRY(auto former, writer.gate_row(kind, place.row));
    if (former) head.rows.remove(hash_of(*former));
    storage::GateRow row{kind, place.row, place.owner, head.number + 1, {}};
    row.sealed = keys::seal(seal_, firm_, place_of(row), content);
    CHECK(writer.put_gate_row(row));
    head.rows.add(hash_of(row));
    head.number += 1;
    draft.add(audit::RowMark{kind, row.row, row.revision, crypto::sha256(row.sealed)});
    return write_head_in(writer, head);
}

Result<void> GateRows::drop_in(storage::RecordWriter& writer, audit::Draft& draft, const RowPlace& place) const {
    TRY(auto head, head_in(writer));
    auto kind = static_cast<std::uint16_t>(place.kind);
    TRY(auto former, writer.gate_row(kind, place.row));
    if (!former) return fail(Problem::not_found, "a row that was to be dropped");
    CHECK(writer.drop_gate_row(kind, place.row));
    head.rows.remove(hash_of(*former));
    head.number += 1;
    draft.add(audit::RowMark{kind, place.row, head.number, Hash{}});
    return write_head_in(writer, head);
}

Result<void> GateRows::advance_in(storage::RecordWriter& writer, std::uint64_t from) const {
    TRY(auto head, head_in(writer));
    if (head.policy_revision != from) return fail(Problem::stale, "the policy has moved");
    head.policy_revision += 1;
    head.number += 1;
    return write_head_in(writer, head);
}

Result<void> GateRows::renew_in(storage::RecordWriter& writer) const {
    TRY(auto head, head_in(writer));
    head.number += 1;
    return write_head_in(writer, head);
}

Result<bool> GateRows::stands_at(storage::RecordReader& reader, std::uint64_t revision) {
    TRY(auto row, reader.single(head_name));
    if (!row) return shut("the gate's head is missing");
    return Reader(row->value).u64() == revision;
}

}  // namespace muniment::access

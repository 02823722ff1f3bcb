// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/key_set.hpp"

#include "strongroom/matters/page_marks.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;

constexpr std::string_view magic = "MUNIKEYS", ending = ".keys";
constexpr std::uint8_t format = 1;
constexpr std::size_t row_bytes_max = 64 * 1024, gate_row_bytes_max = 1024 * 1024,
                      mac_bytes = 32;  // a wall or group may name thousands
enum class Row : std::uint8_t {
    single = 1, key = 2, gate = 3, document = 4, end = 5, version = 6, part = 7, field = 8, checkpoint = 9, covered = 10
};
/// Names and profiles: few and small, and what they belong to would stand nameless without them.
constexpr std::array field_kinds{Kind::firm_profile, Kind::firm_log_key, Kind::person_profile, Kind::client_profile,
                                 Kind::matter_profile, Kind::wall_memo, Kind::group_profile};
constexpr std::array single_names{std::string_view("firm"), std::string_view("key-head"), std::string_view("gate-head")};

Writer& begin(Writer& w, Row row) { return w.u8(static_cast<std::uint8_t>(row)); }

void put(Writer& w, const NamedSingle& single) {
    begin(w, Row::single).str(single.name).u64(single.row.number).str(single.row.value);
}
void put(Writer& w, const storage::KeyRow& row) {
    begin(w, Row::key).u8(static_cast<std::uint8_t>(row.kind)).raw(row.owner).u64(row.number).str(row.sealed);
}
void put(Writer& w, const storage::GateRow& row) {
    begin(w, Row::gate).u16(row.kind).raw(row.row).raw(row.owner).u64(row.revision).str(row.sealed);
}
void put(Writer& w, const storage::DocumentRow& row) {
    begin(w, Row::document).raw(View(row.matter)).raw(View(row.document)).u8(row.folder ? 1 : 0);
    w.u8(static_cast<std::uint8_t>(row.state))
        .u64(row.number)
        .u32(row.versions)
        .u64(row.generation)
        .u64(row.revision)
        .raw(View(row.parent));
    w.str(row.tag).str(row.secret).str(row.list);
}
void put(Writer& w, const storage::VersionRow& row) {
    begin(w, Row::version).raw(View(row.document)).u32(row.version).u64(row.revision).str(row.sealed);
}
void put(Writer& w, const storage::PartRow& row) {
    begin(w, Row::part).raw(View(row.document)).u32(row.version).u32(row.part).raw(View(row.object)).u64(row.plain_length);
    w.raw(View(row.place.pack)).u64(row.place.offset).u64(row.place.length).str(row.wrapped_key);
}
void put(Writer& w, const storage::FieldRow& row) {
    begin(w, Row::field).u16(row.kind).raw(row.owner).raw(row.row).u64(row.revision).str(row.sealed);
}
void put(Writer& w, const storage::CheckpointRow& row) { begin(w, Row::checkpoint).u64(row.size).str(row.note); }
void put(Writer& w, const CoveredMatter& covered) { begin(w, Row::covered).raw(View(covered.matter)); }

bool known(storage::OwnerKind kind) {
    return kind >= storage::OwnerKind::firm && kind <= storage::OwnerKind::report;
}

/// The row whose first byte was read. `end` is not among them.
Result<KeySetRow> row_of(Row kind, Reader& r) {
    switch (kind) {
        case Row::single: {
            NamedSingle single{string(r.str(row_bytes_max)), {}};
            single.row.number = r.u64();
            single.row.value = bytes(r.str(row_bytes_max));
            return single;
        }
        case Row::key: {
            storage::KeyRow row{static_cast<storage::OwnerKind>(r.u8()), r.array<16>(), 0, {}};
            row.number = r.u64();
            row.sealed = bytes(r.str(row_bytes_max));
            if (r.ok() && !known(row.kind)) return fail(Problem::corrupt, "a key set: a record of an unknown owner");
            return row;
        }
        case Row::gate: {
            storage::GateRow row{.kind = r.u16(), .row = r.array<16>(), .owner = r.array<16>(), .revision = 0, .sealed = {}};
            row.revision = r.u64();
            row.sealed = bytes(r.str(gate_row_bytes_max));
            return row;
        }
        case Row::document: {
            storage::DocumentRow row{.matter = {r.array<16>()}, .document = {r.array<16>()}};
            row.folder = r.u8() == 1;
            auto state = r.u8();
            if (r.ok() && (state < 1 || state > 3)) return fail(Problem::corrupt, "a key set: a document in an unknown state");
            row.state = static_cast<storage::DocumentState>(state);
            row.number = r.u64();
            row.versions = r.u32();
            row.generation = r.u64();
            row.revision = r.u64();
            row.parent = {r.array<16>()};
            row.tag = bytes(r.str(row_bytes_max));
            row.secret = bytes(r.str(row_bytes_max));
            row.list = bytes(r.str(row_bytes_max));
            return row;
        }
        case Row::version: {
            storage::VersionRow row{.document = {r.array<16>()}, .version = r.u32(), .revision = 0, .sealed = {}};
            row.revision = r.u64();
            row.sealed = bytes(r.str(row_bytes_max));
            return row;
        }
        case Row::part: {
            storage::PartRow row{.document = {r.array<16>()}, .version = r.u32(), .part = 0, .object = {}, .place = {}, .wrapped_key = {}};
            row.part = r.u32();
            row.object = {r.array<16>()};
            row.plain_length = r.u64();
            row.place.pack = {r.array<16>()};
            row.place.offset = r.u64();
            row.place.length = r.u64();
            row.wrapped_key = bytes(r.str(row_bytes_max));
            return row;
        }
        case Row::field: {
            storage::FieldRow row{.kind = r.u16(), .owner = r.array<16>(), .row = r.array<16>(), .revision = 0, .sealed = {}};
            row.revision = r.u64();
            row.sealed = bytes(r.str(row_bytes_max));
            return row;
        }
        case Row::checkpoint: {
            storage::CheckpointRow row{r.u64(), {}};
            row.note = bytes(r.str(row_bytes_max));
            return row;
        }
        case Row::covered: return CoveredMatter{{r.array<16>()}};
        case Row::end: break;
    }
    return fail(Problem::corrupt, "a key set: a row of an unknown kind");
}

class Collection {
  public:
    Collection(storage::RecordReader& reader, const keys::Ring& ring) : reader_(reader), ring_(ring) {}

    Result<Bytes> run() {
        w_.raw(magic).u8(format);
        CHECK(heads());
        CHECK(reader_.for_each_key([&](const auto& row) { return ++records_, put(w_, row), true; }));
        CHECK(reader_.for_each_gate_row([&](const auto& row) { return put(w_, row), true; }));
        for (auto kind : field_kinds)
            CHECK(reader_.for_each_field(static_cast<std::uint16_t>(kind), [&](const auto& row) { return put(w_, row), true; }));
        for (const auto& matter : ring_.matters()) CHECK(papers_of(matter));
        begin(w_, Row::end).u64(records_);
        auto sum = crypto::hmac_sha256(ring_.key_set_mac().expose(), {w_.written()});
        w_.raw(sum);
        if (w_.written().size() > storage::key_set_bytes_max) return fail(Problem::too_large, "the key set");
        return std::move(w_).take();
    }

  private:
    Result<void> heads() {
        for (auto name : single_names) {
            TRY(auto row, reader_.single(name));
            if (!row) return fail(Problem::corrupt, "a head that belongs into the key set is missing");
            put(w_, NamedSingle{std::string(name), *row});
        }
        TRY(auto checkpoint, reader_.newest_checkpoint());
        if (checkpoint) put(w_, *checkpoint);
        return {};
    }

    Result<void> papers_of(const MatterId& matter) {
        TRY(auto keys, ring_.matter(matter));
        TRY(auto entered, reader_.single(entered_name(matter)));
        if (keys->generation == 1 && !entered) return {};
        put(w_, CoveredMatter{matter});
        std::vector<DocumentId> papers;
        CHECK(reader_.for_each_document(matter, [&](const storage::DocumentRow& row) {
            put(w_, row);
            if (!row.folder) papers.push_back(row.document);
            return true;
        }));
        for (const auto& paper : papers) CHECK(versions_of(paper));
        return {};
    }

    Result<void> versions_of(const DocumentId& paper) {
        std::vector<std::uint32_t> numbers;
        CHECK(reader_.for_each_version(paper, [&](const storage::VersionRow& row) {
            put(w_, row);
            numbers.push_back(row.version);
            return true;
        }));
        for (auto number : numbers) {
            TRY(auto parts, reader_.parts(paper, number));
            for (const auto& part : parts) put(w_, part);
        }
        return {};
    }

    storage::RecordReader& reader_;
    const keys::Ring& ring_;
    Writer w_;
    std::uint64_t records_ = 0;
};

}  // namespace

std::string key_set_name(const keys::Mark& mark) { return to_hex(mark) + std::string(ending); }

std::optional<keys::Mark> key_set_mark(std::string_view name) {
    if (!name.ends_with(ending)) return std::nullopt;
    auto raw = from_hex(name.substr(0, name.size() - ending.size()));
    keys::Mark mark;
    if (!raw || raw->size() != mark.size()) return std::nullopt;
    std::ranges::copy(*raw, mark.begin());
    return mark;
}

Result<Bytes> collect_key_set(storage::RecordReader& reader, const keys::Ring& ring) { return Collection(reader, ring).run(); }

Result<std::uint64_t> read_key_set(View content, const keys::MacKey& mac, const std::function<Result<void>(KeySetRow&&)>& take) {
    auto bad = [](const char* why) { return fail(Problem::corrupt, std::string("a key set: ") + why); };
    if (content.size() < magic.size() + 1 + mac_bytes) return bad("it is cut off");
    auto body = content.first(content.size() - mac_bytes);
    if (!crypto::equal(crypto::hmac_sha256(mac.expose(), {body}), content.last(mac_bytes)))
        return bad("it was not made under this key, or was changed");
    Reader r(body);
    if (text(r.raw(magic.size())) != magic) return bad("it is something else");
    if (r.u8() != format) return fail(Problem::too_new, "a key set");
    std::uint64_t records = 0;
    while (r.ok()) {
        auto kind = static_cast<Row>(r.u8());
        if (kind == Row::end) {
            auto said = r.u64();
            CHECK(r.done("a key set"));
            if (said != records) return bad("it does not hold as many records as it says");
            return records;
        }
        TRY(auto row, row_of(kind, r));
        if (!r.ok()) break;
        records += kind == Row::key;
        CHECK(take(std::move(row)));
    }
    return bad("it has no end");
}

Result<std::uint64_t> check_key_set(View content, const keys::MacKey& mac) {
    return read_key_set(content, mac, [](KeySetRow&&) { return Result<void>{}; });
}

}  // namespace muniment::strongroom

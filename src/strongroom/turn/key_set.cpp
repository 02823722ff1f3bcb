// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/key_set.hpp"

namespace muniment::strongroom {
namespace {

constexpr std::string_view magic = "MUNIKEYS";
constexpr std::uint8_t format = 1;
constexpr std::size_t row_bytes_max = 64 * 1024, gate_row_bytes_max = 1024 * 1024,
                      mac_bytes = 32;  // a wall or group may name thousands
enum class Row : std::uint8_t { single = 1, key = 2, gate = 3, document = 4, end = 5 };

void put(Writer& w, std::string_view name, const storage::SingleRow& row) {
    w.u8(static_cast<std::uint8_t>(Row::single)).str(name).u64(row.number).str(row.value);
}
void put(Writer& w, const storage::KeyRow& row) {
    w.u8(static_cast<std::uint8_t>(Row::key))
        .u8(static_cast<std::uint8_t>(row.kind))
        .raw(row.owner)
        .u64(row.number)
        .str(row.sealed);
}
void put(Writer& w, const storage::GateRow& row) {
    w.u8(static_cast<std::uint8_t>(Row::gate)).u16(row.kind).raw(row.row).raw(row.owner).u64(row.revision).str(row.sealed);
}
void put(Writer& w, const storage::DocumentRow& row) {
    w.u8(static_cast<std::uint8_t>(Row::document)).raw(View(row.matter)).raw(View(row.document)).u8(row.folder ? 1 : 0);
    w.u8(static_cast<std::uint8_t>(row.state))
        .u64(row.number)
        .u32(row.versions)
        .u64(row.generation)
        .u64(row.revision)
        .raw(View(row.parent));
    w.str(row.tag).str(row.secret).str(row.list);
}

Result<void> put_single(Writer& w, storage::RecordReader& reader, std::string_view name) {
    TRY(auto row, reader.single(name));
    if (!row) return fail(Problem::corrupt, "a head that belongs into the key set is missing");
    put(w, name, *row);
    return {};
}

}  // namespace

std::string key_set_name(const keys::Mark& mark) { return to_hex(mark) + ".keys"; }

Result<Bytes> collect_key_set(storage::RecordReader& reader, const std::vector<MatterId>& matters, const keys::MacKey& mac) {
    Writer w;
    w.raw(magic).u8(format);
    for (std::string_view name : {"firm", "key-head", "gate-head"}) CHECK(put_single(w, reader, name));
    std::uint64_t records = 0;
    CHECK(reader.for_each_key([&](const storage::KeyRow& row) {
        put(w, row);
        ++records;
        return true;
    }));
    CHECK(reader.for_each_gate_row([&](const storage::GateRow& row) {
        put(w, row);
        return true;
    }));
    for (const auto& matter : matters) {
        CHECK(reader.for_each_document(matter, [&](const storage::DocumentRow& row) {
            put(w, row);
            return true;
        }));
    }
    w.u8(static_cast<std::uint8_t>(Row::end)).u64(records);
    auto sum = crypto::hmac_sha256(mac.expose(), {w.written()});
    w.raw(sum);
    return std::move(w).take();
}

Result<std::uint64_t> check_key_set(View content, const keys::MacKey& mac) {
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
        switch (static_cast<Row>(r.u8())) {
            case Row::single: r.str(row_bytes_max), r.u64(), r.str(row_bytes_max); break;
            case Row::key: r.u8(), r.raw(16), r.u64(), r.str(row_bytes_max), ++records; break;
            case Row::gate: r.u16(), r.raw(40), r.str(gate_row_bytes_max); break;
            case Row::document:
                r.raw(16 + 16 + 1 + 1 + 8 + 4 + 8 + 8 + 16), r.str(row_bytes_max), r.str(row_bytes_max), r.str(row_bytes_max);
                break;
            case Row::end: {
                auto said = r.u64();
                CHECK(r.done("a key set"));
                if (said != records) return bad("it does not hold as many records as it says");
                return records;
            }
            default: return bad("it holds a row of an unknown kind");
        }
    }
    return bad("it has no end");
}

}  // namespace muniment::strongroom

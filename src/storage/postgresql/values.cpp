// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/values.hpp"

#include <charconv>

namespace muniment::storage::postgresql {
namespace {

// The numbers of PostgreSQL's own types: fixed, src/include/catalog/pg_type.dat.
constexpr Oid bytea = 17, int8 = 20, int2 = 21, int4 = 23, text_type = 25, uuid = 2950, name_type = 19;
constexpr Oid bytea_array = 1001, int8_array = 1016, uuid_array = 2951;

}  // namespace

void Parameters::add_raw(Oid type, View value) {
    types_.push_back(type);
    lengths_.push_back(static_cast<int>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}
void Parameters::add(View value) { add_raw(bytea, value); }
void Parameters::add(std::string_view value) { add_raw(text_type, view(value)); }
void Parameters::add(const Id16& value) { add_raw(uuid, value); }
void Parameters::add_number(std::int64_t value) {
    Writer w;
    w.i64(value);
    add_raw(int8, w.written());
}

// An array as it is sent: dimensions, a flag for NULLs, the type of its elements; for the one dimension its length and first
// index.
Column::Column(Of of, std::size_t rows) : array_(of == Of::numbers ? int8_array : of == Of::bytes ? bytea_array : uuid_array) {
    Oid element = of == Of::numbers ? int8 : of == Of::bytes ? bytea : uuid;
    content_.u32(1).u32(0).u32(element).u32(static_cast<std::uint32_t>(rows)).u32(1);
}
void Column::add(std::uint64_t number) { content_.u32(8).u64(number); }
void Column::add(View bytes) { content_.str(bytes); }
void Column::into(Parameters& parameters) && { parameters.add_raw(array_, content_.written()); }

std::string_view Answer::state() const {
    const char* state = PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE);
    return state != nullptr ? state : "";
}

std::int64_t Answer::changed() const {
    std::string_view said = PQcmdTuples(result_.get());
    std::int64_t count = 0;
    std::from_chars(said.data(), said.data() + said.size(), count);
    return count;
}

/// The bytes of the next column, which must be of the type, in binary, and there.
View Row::column(Oid type, Oid or_type, Oid or_other) {
    int at = column_++;
    Oid found = at < PQnfields(answer_) ? PQftype(answer_, at) : 0;
    if (found == 0 || (found != type && found != or_type && found != or_other) || PQfformat(answer_, at) != 1 ||
        PQgetisnull(answer_, row_, at) != 0) {
        sound_ = false;
        return {};
    }
    return {reinterpret_cast<const std::uint8_t*>(PQgetvalue(answer_, row_, at)),
            static_cast<std::size_t>(PQgetlength(answer_, row_, at))};
}

std::int64_t Row::column_number() {
    Reader r(column(int8, int4, int2));
    switch (r.rest().size()) {
        case 8:
            return r.i64();
        case 4:
            return static_cast<std::int32_t>(r.u32());
        case 2:
            return static_cast<std::int16_t>(r.u16());
        default:
            return sound_ = false, 0;
    }
}

Id16 Row::id() {
    Id16 out{};
    auto value = column(uuid);
    if (value.size() != out.size()) return sound_ = false, out;
    std::ranges::copy(value, out.begin());
    return out;
}

Bytes Row::blob() { return muniment::bytes(column(bytea)); }
std::string Row::text() { return muniment::string(column(text_type, name_type)); }

Result<void> Row::sound() const {
    if (!sound_) return fail(Problem::corrupt, "a row of the database does not have its form");
    return {};
}

}  // namespace muniment::storage::postgresql

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/crypto.hpp"
#include "storage/moving/former.hpp"
#include "storage/moving/moving.hpp"
#include "storage/postgresql/store.hpp"
#include "storage/sql/every_row.hpp"
#include "storage/sqlite/database.hpp"

namespace muniment::storage {
namespace {

using namespace sql;

constexpr std::string_view marker = "moving";          ///< a single row of a place that is not whole yet
constexpr std::size_t batch_rows = 1'000;              // of one transaction: some 50 ms, and less than a large body of bytes
constexpr std::size_t batch_bytes = 4 * limits::MiB;

Result<std::unique_ptr<Records>> open_place(const RowPlace& place) {
    return place.postgresql.empty() ? open_sqlite(place.sqlite) : open_postgresql(place.postgresql, place.tests);
}

/// Over a connection of its own, beside the Records that holds the place.
Result<void> read_place(const RowPlace& place, const std::function<Result<void>(AnyRow)>& take) {
    if (place.postgresql.empty()) {
        TRY(auto database, sqlite::Database::open(place.sqlite, sqlite::Database::Mode::read));
        return for_each_row(sqlite::Source(*database), take);
    }
    TRY(auto settings, postgresql::Settings::from(place.postgresql, place.tests));
    postgresql::Session session(settings, 0);
    return for_each_row(postgresql::Source<postgresql::Session>(session), take);
}

struct Spelling {
    Writer w;
    void operator()(const KeyRow& r) { w.u8(static_cast<std::uint8_t>(r.kind)).raw(r.owner).u64(r.number).str(r.sealed); }
    void operator()(const GateRow& r) { w.u16(r.kind).raw(r.row).raw(r.owner).u64(r.revision).str(r.sealed); }
    void operator()(const FieldRow& r) { w.u16(r.kind).raw(r.owner).raw(r.row).u64(r.revision).str(r.sealed); }
    void operator()(const DocumentRow& r) {
        w.raw(r.matter.bytes).raw(r.document.bytes).u8(r.folder).u8(static_cast<std::uint8_t>(r.state)).u64(r.number).u32(r.versions);
        w.u64(r.generation).u64(r.revision).raw(r.parent.bytes).str(r.tag).str(r.secret).str(r.list);
    }
    void operator()(const VersionRow& r) { w.raw(r.document.bytes).u32(r.version).u64(r.revision).str(r.sealed); }
    void operator()(const PartRow& r) {
        w.raw(r.document.bytes).u32(r.version).u32(r.part).raw(r.object.bytes).u64(r.plain_length).raw(r.place.pack.bytes);
        w.u64(r.place.offset).u64(r.place.length).str(r.wrapped_key);
    }
    void operator()(const PackRow& r) { w.raw(r.pack.bytes).u8(static_cast<std::uint8_t>(r.state)); }
    void operator()(const EntryRow& r) {
        w.u64(r.sequence).str(r.leaf).u8(static_cast<std::uint8_t>(r.owner_kind)).raw(r.owner).str(r.detail);
    }
    void operator()(const TileRow& r) { w.u8(r.level).u64(r.index).str(r.hashes); }
    void operator()(const CheckpointRow& r) { w.u64(r.size).str(r.note); }
    void operator()(const AboutRow& r) { w.raw(r.subject).u64(r.sequence); }
    void operator()(const RememberedRow& r) { w.str(r.key).u64(r.row.number).str(r.row.value); }
    void operator()(const NamedSingle& r) { w.str(r.name).u64(r.row.number).str(r.row.value); }
};

Bytes spelled(const AnyRow& row) {
    Spelling spelling;
    spelling.w.u8(static_cast<std::uint8_t>(row.index()));
    std::visit(spelling, row);
    return std::move(spelling.w).take();
}

/// Counts rows and adds up their hashes, which tells two places apart in whatever order they give them.
class Sum {
  public:
    void add(View row) {
        auto hash = crypto::sha256(row);
        for (std::size_t i = 0; i < hash.size(); ++i) sum_[i] ^= hash[i];
        ++rows_;
    }
    friend bool operator==(const Sum&, const Sum&) = default;
    const Hash& hash() const { return sum_; }
    std::uint64_t rows() const { return rows_; }

  private:
    Hash sum_{};
    std::uint64_t rows_ = 0;
};

struct Putting {
    RecordWriter& to;
    Result<void> operator()(const KeyRow& r) { return to.put_key(r); }
    Result<void> operator()(const GateRow& r) { return to.put_gate_row(r); }
    Result<void> operator()(const FieldRow& r) { return to.put_field(r); }
    Result<void> operator()(const DocumentRow& r) { return to.put_document(r); }
    Result<void> operator()(const VersionRow& r) { return to.put_version(r); }
    Result<void> operator()(const PartRow& r) { return to.put_part(r); }
    Result<void> operator()(const PackRow& r) { return to.put_pack(r); }
    Result<void> operator()(const EntryRow& r) {
        TRY(auto next, to.entry_count());
        if (r.sequence < next) return {};                  // from before it was cut off
        TRY(auto sequence, to.append_entry(r));
        if (sequence != r.sequence) return fail(Problem::corrupt, "the log has a hole before entry " + std::to_string(r.sequence));
        return {};
    }
    Result<void> operator()(const TileRow& r) { return to.put_tile(r); }
    Result<void> operator()(const CheckpointRow& r) { return to.put_checkpoint(r); }
    Result<void> operator()(const AboutRow& r) { return to.index_entry(r.subject, r.sequence); }
    Result<void> operator()(const RememberedRow& r) { return to.remember(r.key, r.row); }
    Result<void> operator()(const NamedSingle& r) { return to.put_single(r.name, r.row); }
};

class RowMove {
  public:
    RowMove(Records& to, Carried& moved, const MoveProgress& progress) : to_(to), moved_(moved), progress_(progress) {}

    Result<void> take(AnyRow row, std::size_t bytes) {
        moved_.bytes += bytes;
        bytes_ += bytes;
        if (std::holds_alternative<NamedSingle>(row)) {
            singles_.push_back(std::move(row));
            return {};
        }
        waiting_.push_back(std::move(row));
        return waiting_.size() < batch_rows && bytes_ < batch_bytes ? Result<void>{} : put(waiting_);
    }
    /// The single rows come with the last of the rest, in one transaction: before it the place is no firm, after it, it is.
    Result<void> finish() {
        CHECK(put(waiting_));
        singles_.emplace_back(NamedSingle{std::string(marker), {}});
        return put(singles_);
    }

  private:
    Result<void> put(std::vector<AnyRow>& rows) {
        CHECK(to_.commit([&](RecordWriter& writer) -> Result<void> {
            Putting putting{writer};
            for (const auto& row : rows) {
                const auto* single = std::get_if<NamedSingle>(&row);
                if (single != nullptr && single->name == marker) CHECK(writer.drop_single(marker));
                else CHECK(std::visit(putting, row));
            }
            return {};
        }));
        moved_.rows += rows.size();
        rows.clear();
        bytes_ = 0;
        return progress_ && !progress_(moved_) ? stopped() : Result<void>{};
    }

    Records& to_;
    Carried& moved_;
    const MoveProgress& progress_;
    std::vector<AnyRow> waiting_, singles_;
    std::size_t bytes_ = 0;
};

Result<Sum> sum_of(const RowPlace& place) {
    Sum sum;
    CHECK(read_place(place, [&](const AnyRow& row) -> Result<void> {
        sum.add(spelled(row));
        return {};
    }));
    return sum;
}

enum class Target : std::uint8_t { to_be_filled, whole };

/// It is empty, or holds what a move of these very rows left.
Result<Target> claim(const RowPlace& place, Records& to, const Sum& state) {
    TRY(auto begun, to.single(marker));
    if (begun && begun->value == bytes(View(state.hash()))) return Target::to_be_filled;
    auto empty = read_place(place, [](const AnyRow&) -> Result<void> { return fail(Problem::already_done); });
    if (!empty && empty.error().problem != Problem::already_done) return std::unexpected<Error>(empty.error());
    if (!empty && !begun) {
        TRY(auto there, sum_of(place));
        if (there == state) return Target::whole;          // it was cut off after the last row
    }
    if (!empty)
        return fail(Problem::already_done,
                    begun ? "a move from another state of the rows was begun there; empty that database first, or use another one"
                          : "there are rows in that database already; use an empty one");
    CHECK(to.commit([&](RecordWriter& writer) { return writer.put_single(marker, {1, bytes(View(state.hash()))}); }));
    return Target::to_be_filled;
}

std::string former(std::string_view head) { return "former/" + std::string(head); }

/// The heads, without which nothing opens, from some names to others; nothing is done where they are not there.
Result<void> rename_heads(Records& records, const std::function<std::pair<std::string, std::string>(std::string_view)>& names) {
    return records.commit([&](RecordWriter& writer) -> Result<void> {
        for (auto head : postgresql::growing_singles) {
            auto [from, to] = names(head);
            TRY(auto row, writer.single(from));
            if (!row) continue;
            CHECK(writer.put_single(to, *row));
            CHECK(writer.drop_single(from));
        }
        return {};
    });
}

}  // namespace

Result<Carried> move_rows(const RowPlace& from, const RowPlace& to, const MoveProgress& progress) {
    TRY(auto source, open_place(from));
    TRY(auto whole, source->single("key-head"));
    if (!whole) return fail(Problem::not_found, "there are no rows of a firm in the database to move from");
    TRY(auto target, open_place(to));
    TRY(auto state, sum_of(from));
    TRY(auto found, claim(to, *target, state));
    if (found == Target::whole) return Carried{.rows = state.rows()};
    Carried moved;
    RowMove move(*target, moved, progress);
    CHECK(read_place(from, [&](AnyRow row) -> Result<void> {
        auto bytes = spelled(row).size();
        return move.take(std::move(row), bytes);
    }));
    CHECK(move.finish());
    --moved.rows;                                          // the marker
    TRY(auto arrived, sum_of(to));
    if (arrived != state)
        return fail(Problem::corrupt, "the new database does not give back what was written to it; the former one is as it was");
    return moved;
}

Result<std::string> leave_rows(const RowPlace& place) {
    if (place.postgresql.empty()) return rename_former(place.sqlite);
    TRY(auto records, open_place(place));
    CHECK(rename_heads(*records, [](std::string_view head) { return std::pair(std::string(head), former(head)); }));
    return std::string("the schema muniment, whose heads are called former/…");
}

Result<void> return_to_rows(const RowPlace& place) {
    if (place.postgresql.empty()) return rename_back(place.sqlite);
    TRY(auto records, open_place(place));
    TRY(auto whole, records->single("key-head"));
    if (whole) return {};
    return rename_heads(*records, [](std::string_view head) { return std::pair(former(head), std::string(head)); });
}

}  // namespace muniment::storage

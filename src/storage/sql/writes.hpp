// SPDX-License-Identifier: Apache-2.0
// The statements that write, in the SQL that SQLite and PostgreSQL both speak. The hot path (entries and what is found by them)
// is each driver's own.
//
// The driver's Source gives beside what reads.hpp asks: write(sql, values…), change(sql, values…), which counts the rows that it
// changed, and `looks_first`: whether a refused statement would end the whole transaction, so that nothing may be tried.
#pragma once
#include <algorithm>

#include "storage/forwarding.hpp"
#include "storage/sql/reads.hpp"

namespace muniment::storage::sql {

template <class Source>
class Writes : public ForwardsReads<RecordWriter, Writes<Source>> {
  public:
    explicit Writes(Source source) : source_(source), reads_(source) {}
    template <class F>
    auto reading(F f) {
        return f(static_cast<RecordReader&>(reads_));
    }

    Result<void> put_single(std::string_view name, const SingleRow& row) override {
        return source_.write(
            "INSERT INTO singles (name, number, value) VALUES ($1, $2, $3)"
            " ON CONFLICT (name) DO UPDATE SET number = excluded.number, value = excluded.value",
            name, row.number, row.value);
    }
    Result<void> drop_single(std::string_view name) override {
        return source_.write("DELETE FROM singles WHERE name = $1", name);
    }

    Result<void> put_key(const KeyRow& row) override {
        return source_.write(
            "INSERT INTO key_records (kind, owner, number, sealed) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (kind, owner) DO UPDATE SET number = excluded.number, sealed = excluded.sealed",
            row.kind, row.owner, row.number, row.sealed);
    }
    Result<void> drop_key(OwnerKind kind, const Id16& owner) override {
        return source_.write("DELETE FROM key_records WHERE kind = $1 AND owner = $2", kind, owner);
    }

    Result<void> put_gate_row(const GateRow& row) override {
        return source_.write(
            "INSERT INTO gate_rows (kind, row, owner, revision, sealed) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (kind, row) DO UPDATE SET owner = excluded.owner, revision = excluded.revision,"
            " sealed = excluded.sealed",
            row.kind, row.row, row.owner, row.revision, row.sealed);
    }
    Result<void> drop_gate_row(std::uint16_t kind, const Id16& row) override {
        return source_.write("DELETE FROM gate_rows WHERE kind = $1 AND row = $2", kind, row);
    }

    Result<void> put_field(const FieldRow& row) override {
        return source_.write(
            "INSERT INTO fields (kind, owner, row, revision, sealed) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (kind, owner, row) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed",
            row.kind, row.owner, row.row, row.revision, row.sealed);
    }
    Result<void> drop_field(std::uint16_t kind, const Id16& owner, const Id16& row) override {
        return source_.write("DELETE FROM fields WHERE kind = $1 AND owner = $2 AND row = $3", kind, owner, row);
    }

    // Only its own place is written over: another document whose tag or number is the same must not silently go.
    Result<void> put_document(const DocumentRow& row) override {
        if constexpr (Source::looks_first) CHECK(free_for(row));
        auto done = source_.write(
            "INSERT INTO documents (matter, document, folder, state, number, versions, generation, revision, parent, tag, secret,"
            " list) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (matter, document) DO UPDATE SET"
            " folder = excluded.folder, state = excluded.state, number = excluded.number, versions = excluded.versions,"
            " generation = excluded.generation, revision = excluded.revision, parent = excluded.parent, tag = excluded.tag,"
            " secret = excluded.secret, list = excluded.list",
            row.matter, row.document, row.folder, row.state, row.number, row.versions, row.generation, row.revision, row.parent,
            row.tag, row.secret, row.list);
        if (done || done.error().problem != Problem::conflict) return done;
        CHECK(free_for(row));
        return done;
    }
    Result<void> drop_document(const MatterId& matter, const DocumentId& document) override {
        return source_.write("DELETE FROM documents WHERE matter = $1 AND document = $2", matter, document);
    }

    Result<void> add_version(const VersionRow& row) override {
        TRY(auto there, reads_.version(row.document, row.version));
        if (there) return already_there(row.document, row.version);
        return put_version(row);
    }
    Result<void> add_part(const PartRow& row) override {
        TRY(auto there, reads_.parts(row.document, row.version));
        if (std::ranges::find(there, row.part, &PartRow::part) != there.end()) return already_there(row.document, row.version);
        return put_part(row);
    }
    Result<void> put_version(const VersionRow& row) override {
        return source_.write(
            "INSERT INTO versions (document, version, revision, sealed) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (document, version) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed",
            row.document, row.version, row.revision, row.sealed);
    }
    Result<void> drop_version(const DocumentId& document, std::uint32_t version) override {
        CHECK(source_.write("DELETE FROM parts WHERE document = $1 AND version = $2", document, version));
        return source_.write("DELETE FROM versions WHERE document = $1 AND version = $2", document, version);
    }
    Result<void> put_part(const PartRow& row) override {
        return source_.write(
            "INSERT INTO parts (document, version, part, object, plain_length, pack, \"offset\", length, wrapped_key)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (document, version, part) DO UPDATE SET"
            " object = excluded.object, plain_length = excluded.plain_length, pack = excluded.pack,"
            " \"offset\" = excluded.\"offset\", length = excluded.length, wrapped_key = excluded.wrapped_key",
            row.document, row.version, row.part, row.object, row.plain_length, row.place.pack, row.place.offset, row.place.length,
            row.wrapped_key);
    }
    Result<void> put_pack(const PackRow& row) override {
        return source_.write(
            "INSERT INTO packs (pack, state) VALUES ($1, $2) ON CONFLICT (pack) DO UPDATE SET"
            " state = excluded.state",
            row.pack, row.state);
    }
    Result<void> drop_pack(const PackId& pack) override { return source_.write("DELETE FROM packs WHERE pack = $1", pack); }

    Result<void> replace_detail(std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail) override {
        TRY(auto changed, source_.change("UPDATE entries SET owner_kind = $1, owner = $2, detail = $3 WHERE sequence = $4", kind,
                                         owner, detail, sequence));
        if (changed == 0) return fail(Problem::not_found, "entry " + std::to_string(sequence));
        return {};
    }
    Result<void> put_tile(const TileRow& row) override {
        return source_.write(
            "INSERT INTO tiles (level, tile, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, tile) DO UPDATE SET"
            " hashes = excluded.hashes",
            row.level, row.index, row.hashes);
    }
    Result<void> put_checkpoint(const CheckpointRow& row) override {
        return source_.write(
            "INSERT INTO checkpoints (size, note) VALUES ($1, $2) ON CONFLICT (size) DO UPDATE SET"
            " note = excluded.note",
            row.size, row.note);
    }

    Result<void> remember(View key, const SingleRow& row) override {
        return source_.write(
            "INSERT INTO remembered (key, number, value) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET"
            " number = excluded.number, value = excluded.value",
            key, row.number, row.value);
    }
    Result<void> forget_before(std::int64_t us) override { return source_.write("DELETE FROM remembered WHERE number < $1", us); }

  protected:
    Source source_;

  private:
    /// `name_taken` or `conflict` where another document of the matter has this one's tag or number.
    Result<void> free_for(const DocumentRow& row) {
        TRY(auto other,
            source_.one(just_number,
                        "SELECT 2 FROM documents WHERE $1 = 1 AND matter = $2 AND tag = $3 AND state = 1 AND document <> $4"
                        " UNION ALL SELECT 1 FROM documents WHERE matter = $2 AND number = $5 AND number <> 0 AND document <> $4"
                        " LIMIT 1",
                        row.state, row.matter, row.tag, row.document, row.number));
        if (!other) return {};
        if (*other == 2) return fail(Problem::name_taken);
        return fail(Problem::conflict, "number " + std::to_string(row.number) + " of the matter is another document's");
    }

    Reads<Source> reads_;
};

}  // namespace muniment::storage::sql

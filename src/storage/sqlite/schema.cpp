// SPDX-License-Identifier: Apache-2.0
// The steps that were released. In a file of their own, so that a test can build the program of a later day (tests/upgrade/).
#include "storage/sqlite/migrations.hpp"

namespace muniment::storage::sqlite {
namespace {

// Rows whose key is natural lie clustered by it. `entries` has no second index: random index pages in the durable path cost
// four fifths of the commits per second (measured), so what is looked up otherwise is in `about`, written behind.
constexpr const char* schema_1 = R"sql(
CREATE TABLE singles (name TEXT PRIMARY KEY, number INTEGER NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE key_records (kind INTEGER NOT NULL, owner BLOB NOT NULL, number INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (kind, owner)) STRICT, WITHOUT ROWID;
CREATE TABLE gate_rows (kind INTEGER NOT NULL, row BLOB NOT NULL, owner BLOB NOT NULL, revision INTEGER NOT NULL,
    sealed BLOB NOT NULL, PRIMARY KEY (kind, row)) STRICT, WITHOUT ROWID;
CREATE TABLE fields (kind INTEGER NOT NULL, owner BLOB NOT NULL, row BLOB NOT NULL, revision INTEGER NOT NULL,
    sealed BLOB NOT NULL, PRIMARY KEY (kind, owner, row)) STRICT, WITHOUT ROWID;
CREATE INDEX fields_of_owner ON fields (owner, kind, row);

CREATE TABLE documents (matter BLOB NOT NULL, document BLOB NOT NULL, folder INTEGER NOT NULL, state INTEGER NOT NULL,
    number INTEGER NOT NULL, versions INTEGER NOT NULL, generation INTEGER NOT NULL, revision INTEGER NOT NULL,
    parent BLOB NOT NULL, tag BLOB NOT NULL, secret BLOB NOT NULL, list BLOB NOT NULL,
    PRIMARY KEY (matter, document)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX documents_live_tag ON documents (matter, tag) WHERE state = 1;
CREATE UNIQUE INDEX documents_number ON documents (matter, number) WHERE number <> 0;
CREATE TABLE versions (document BLOB NOT NULL, version INTEGER NOT NULL, revision INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (document, version)) STRICT, WITHOUT ROWID;
CREATE TABLE parts (document BLOB NOT NULL, version INTEGER NOT NULL, part INTEGER NOT NULL, object BLOB NOT NULL,
    plain_length INTEGER NOT NULL, pack BLOB NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    wrapped_key BLOB NOT NULL, PRIMARY KEY (document, version, part)) STRICT, WITHOUT ROWID;
CREATE INDEX parts_in_pack ON parts (pack, offset);
CREATE TABLE packs (pack BLOB PRIMARY KEY, state INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE entries (sequence INTEGER PRIMARY KEY, leaf BLOB NOT NULL, owner_kind INTEGER NOT NULL, owner BLOB NOT NULL,
    detail BLOB NOT NULL) STRICT;
CREATE TABLE tiles (level INTEGER NOT NULL, tile INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (level, tile)) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
CREATE TABLE about (subject BLOB NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (subject, sequence)) STRICT, WITHOUT ROWID;

CREATE TABLE remembered (key BLOB PRIMARY KEY, number INTEGER NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX remembered_by_time ON remembered (number);
)sql";

constexpr Migration steps_released[] = {{1, schema_1, 1, "the first"}};

}  // namespace

std::span<const Migration> migrations() { return steps_released; }

}  // namespace muniment::storage::sqlite

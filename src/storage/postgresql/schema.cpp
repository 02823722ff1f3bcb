// SPDX-License-Identifier: Apache-2.0
// The steps that were released. In a file of their own, so that a test can build the program of a later day (tests/upgrade/).
#include "storage/postgresql/migrations.hpp"

namespace muniment::storage::postgresql {
namespace {

// The same tables as SQLite's (docs/formats/records.md), in PostgreSQL's types, and what several nodes need.
// `entries` has no second index here either. What is sealed does not get smaller, so nobody is to try (STORAGE EXTERNAL).
constexpr const char* schema_1 = R"sql(
CREATE TABLE singles (name text PRIMARY KEY, number bigint NOT NULL, value bytea NOT NULL);
CREATE TABLE key_records (kind smallint NOT NULL, owner uuid NOT NULL, number bigint NOT NULL, sealed bytea NOT NULL,
    PRIMARY KEY (kind, owner));
CREATE TABLE gate_rows (kind integer NOT NULL, row uuid NOT NULL, owner uuid NOT NULL, revision bigint NOT NULL,
    sealed bytea NOT NULL, PRIMARY KEY (kind, row));
CREATE TABLE fields (kind integer NOT NULL, owner uuid NOT NULL, row uuid NOT NULL, revision bigint NOT NULL,
    sealed bytea NOT NULL, PRIMARY KEY (kind, owner, row));
CREATE INDEX fields_of_owner ON fields (owner, kind, row);

CREATE TABLE documents (matter uuid NOT NULL, document uuid NOT NULL, folder smallint NOT NULL, state smallint NOT NULL,
    number bigint NOT NULL, versions bigint NOT NULL, generation bigint NOT NULL, revision bigint NOT NULL, parent uuid NOT NULL,
    tag bytea NOT NULL, secret bytea NOT NULL, list bytea NOT NULL, PRIMARY KEY (matter, document));
CREATE UNIQUE INDEX documents_live_tag ON documents (matter, tag) WHERE state = 1;
CREATE UNIQUE INDEX documents_number ON documents (matter, number) WHERE number <> 0;
CREATE TABLE versions (document uuid NOT NULL, version bigint NOT NULL, revision bigint NOT NULL, sealed bytea NOT NULL,
    PRIMARY KEY (document, version));
CREATE TABLE parts (document uuid NOT NULL, version bigint NOT NULL, part bigint NOT NULL, object uuid NOT NULL,
    plain_length bigint NOT NULL, pack uuid NOT NULL, "offset" bigint NOT NULL, length bigint NOT NULL,
    wrapped_key bytea NOT NULL, PRIMARY KEY (document, version, part));
CREATE INDEX parts_in_pack ON parts (pack, "offset");
CREATE TABLE packs (pack uuid PRIMARY KEY, state smallint NOT NULL);

CREATE TABLE entries (sequence bigint PRIMARY KEY, leaf bytea NOT NULL, owner_kind smallint NOT NULL, owner uuid NOT NULL,
    detail bytea NOT NULL);
CREATE TABLE tiles (level smallint NOT NULL, tile bigint NOT NULL, hashes bytea NOT NULL, PRIMARY KEY (level, tile));
ALTER TABLE tiles ALTER hashes SET STORAGE EXTERNAL;
CREATE TABLE checkpoints (size bigint PRIMARY KEY, note bytea NOT NULL);
CREATE TABLE about (subject uuid NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (subject, sequence));

CREATE TABLE remembered (key bytea PRIMARY KEY, number bigint NOT NULL, value bytea NOT NULL);
CREATE INDEX remembered_by_time ON remembered (number);

CREATE TABLE writers (writer uuid PRIMARY KEY, commits bigint NOT NULL, batch bigint NOT NULL);
CREATE TABLE nodes (node uuid PRIMARY KEY, name text NOT NULL, since bigint NOT NULL, until bigint NOT NULL, ended smallint NOT NULL,
    alone smallint NOT NULL, mark bytea NOT NULL, knows bigint NOT NULL DEFAULT 1);
CREATE TABLE open_packs (pack uuid PRIMARY KEY, node uuid NOT NULL);
)sql";

constexpr Migration steps_released[] = {{1, schema_1, 1, "the first"}};

}  // namespace

std::span<const Migration> migrations() { return steps_released; }

}  // namespace muniment::storage::postgresql

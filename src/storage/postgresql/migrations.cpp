// SPDX-License-Identifier: Apache-2.0
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
    alone smallint NOT NULL, mark bytea NOT NULL);
CREATE TABLE open_packs (pack uuid PRIMARY KEY, node uuid NOT NULL);
)sql";

constexpr Migration steps_released[] = {{1, schema_1}};
static_assert(std::size(steps_released) == schema_version);

/// 0: there is no schema of ours yet.
Result<std::int64_t> version_of(Connection& connection, const Settings& settings) {
    auto table = Parameters::of(std::string_view(settings.schema));
    TRY(auto there, connection.ask({"SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'muniment_schema'", table}));
    if (there.rows() == 0) return 0;
    TRY(auto found, connection.ask({"SELECT version FROM muniment_schema"}));
    if (found.rows() != 1) return fail(Problem::corrupt, "the database does not say which schema it has");
    Row row(found, 0);
    auto version = row.number<std::int64_t>();
    CHECK(row.sound());
    return version;
}

}  // namespace

std::span<const Migration> migrations() { return steps_released; }

Result<void> migrate(Connection& connection, const Settings& settings, std::span<const Migration> steps) {
    TRY(auto version, version_of(connection, settings));
    if (version > steps.back().version)
        return fail(Problem::too_new,
                    "schema " + std::to_string(version) + ", this program knows " + std::to_string(steps.back().version));
    if (version == 0)
        CHECK(
            connection.run("CREATE SCHEMA IF NOT EXISTS \"" + settings.schema +
                           "\"; CREATE TABLE muniment_schema (version bigint NOT NULL); INSERT INTO muniment_schema VALUES (0)"));
    // One call is one transaction.
    for (const auto& step : steps)
        if (step.version > version)
            CHECK(
                connection.run(std::string(step.sql) + "; UPDATE muniment_schema SET version = " + std::to_string(step.version)));
    return {};
}

}  // namespace muniment::storage::postgresql

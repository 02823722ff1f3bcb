// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/document_rows.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;
using keys::Place;

constexpr std::uint8_t format = 1;
constexpr std::uint8_t list_format = 2, version_format = 2;
constexpr std::size_t type_bytes_max = 256;

Id16 version_id(std::uint32_t version) {
    Id16 id{};
    for (int i = 0; i < 4; ++i) id[12 + i] = static_cast<std::uint8_t>(version >> (8 * (3 - i)));
    return id;
}

/// The columns that stand in the clear beside it: whoever edits one of them there does not edit this copy.
Bytes clear_columns(const storage::DocumentRow& row) {
    Writer w;
    w.u8(row.folder ? 1 : 0).u8(static_cast<std::uint8_t>(row.state)).u64(row.number).u32(row.versions).u64(row.revision);
    w.raw(View(row.parent));
    return std::move(w).take();
}

Bytes encode(const ListEntry& entry, const storage::DocumentRow& row) {
    Writer w;
    w.u8(list_format).str(entry.name).u64(entry.size).i64(entry.modified.us).i64(entry.added.us).str(entry.handling_class);
    w.raw(clear_columns(row));
    return std::move(w).take();
}

Bytes encode(const VersionFacts& f) {
    Writer w;
    w.u8(version_format).str(f.name).str(f.path).i64(f.modified.us).i64(f.added.us).u64(f.size).str(f.claimed_type).str(f.found_type);
    w.raw(f.sha256).raw(View(f.who)).str(f.source).str(f.comment).str(f.handling_class);
    w.u32(f.parts.count).raw(f.parts.chain);
    return std::move(w).take();
}

Result<VersionFacts> decode_version(View content) {
    Reader r(content);
    if (r.u8() != version_format) return fail(Problem::too_new, "a version");
    VersionFacts f;
    f.name = string(r.str(limits::name_bytes_max));
    f.path = string(r.str(limits::path_bytes_max));
    f.modified = {r.i64()};
    f.added = {r.i64()};
    f.size = r.u64();
    f.claimed_type = string(r.str(type_bytes_max));
    f.found_type = string(r.str(type_bytes_max));
    f.sha256 = r.array<32>();
    f.who = {r.array<16>()};
    f.source = string(r.str(limits::name_bytes_max));
    f.comment = string(r.str(limits::comment_bytes_max));
    f.handling_class = string(r.str(limits::name_bytes_max));
    f.parts.count = r.u32();
    f.parts.chain = r.array<32>();
    CHECK(r.done("a version"));
    return f;
}

}  // namespace

void PartsMark::add(const ObjectId& object, std::uint64_t plain_length) {
    Writer length;
    length.u64(plain_length);
    chain = crypto::sha256({View(chain), View(object), View(length.written())});
    ++count;
}

OpenDocument DocumentRows::make(const DocumentId& id) const {
    auto secret = keys::DocumentSecret::random();
    auto key = keys::document_key(keys_->matter, secret, firm_, id);
    OpenDocument document{
        {.matter = matter_, .document = id, .generation = keys_->generation}, std::move(secret), std::move(key)};
    seal_secret(document);
    return document;
}

void DocumentRows::seal_secret(OpenDocument& document) const {
    document.row.generation = keys_->generation;
    document.row.secret = keys::seal(keys::seal_key(keys_->page, "secrets", firm_), firm_,
                                     document_place(Kind::document_secret, document.row.document, keys_->generation),
                                     document.secret.expose());
}

/// Between a turn's commit and the taking of its keys a row is ahead of us: that is no damage.
Result<void> DocumentRows::not_newer(const storage::DocumentRow& row) const {
    if (row.generation > keys_->generation) return fail(Problem::unavailable, "the matter was given a new page key meanwhile");
    return {};
}

Result<OpenDocument> DocumentRows::open(const storage::DocumentRow& row) const {
    CHECK(open_list(row));
    TRY(auto bytes, keys::open_secret(keys::seal_key(keys_->page, "secrets", firm_), firm_,
                                      document_place(Kind::document_secret, row.document, row.generation), row.secret));
    TRY(auto secret, keys::DocumentSecret::from(std::move(bytes)));
    auto key = keys::document_key(keys_->matter, secret, firm_, row.document);
    return OpenDocument{row, std::move(secret), std::move(key)};
}

Result<OpenDocument> DocumentRows::open_unfiled(const DocumentId& id, View sealed_secret) const {
    TRY(auto bytes, keys::open_secret(keys::seal_key(keys_->page, "secrets", firm_), firm_,
                                      document_place(Kind::document_secret, id, keys_->generation), sealed_secret));
    TRY(auto secret, keys::DocumentSecret::from(std::move(bytes)));
    auto key = keys::document_key(keys_->matter, secret, firm_, id);
    storage::DocumentRow row{.matter = matter_, .document = id, .generation = keys_->generation, .secret = muniment::bytes(sealed_secret)};
    return OpenDocument{std::move(row), std::move(secret), std::move(key)};
}

const keys::SealKey& DocumentRows::list_key() const {
    if (!list_key_) list_key_ = keys::seal_key(keys_->page, "list", firm_);
    return *list_key_;
}

void DocumentRows::seal_list(storage::DocumentRow& row, const ListEntry& entry) const {
    row.list =
        keys::seal_field(list_key(), firm_, document_place(Kind::document_list, row.document, row.generation), encode(entry, row));
}

Result<ListEntry> DocumentRows::open_list(const storage::DocumentRow& row) const {
    CHECK(not_newer(row));
    TRY(auto content,
        keys::open_field(list_key(), firm_, document_place(Kind::document_list, row.document, row.generation), row.list));
    Reader r(content);
    if (r.u8() != list_format) return fail(Problem::too_new, "a list row");
    ListEntry entry;
    entry.name = string(r.str(limits::name_bytes_max));
    entry.size = r.u64();
    entry.modified = {r.i64()};
    entry.added = {r.i64()};
    entry.handling_class = string(r.str(limits::name_bytes_max));
    auto columns = clear_columns(row);
    auto sealed_columns = r.raw(columns.size());
    bool same = std::ranges::equal(sealed_columns, columns);
    CHECK(r.done("a list row"));
    if (!same) return fail(Problem::corrupt, "the row of document " + row.document.text() + " was changed beside its seal");
    return entry;
}

Bytes DocumentRows::tag(const DocumentId& folder, std::string_view name) const {
    auto key = keys::mac_key(keys_->page, "tags", firm_);
    auto full = crypto::hmac_sha256(key.expose(), {View(folder), view(fold_name(name))});
    return Bytes(full.begin(), full.begin() + 16);
}

Bytes DocumentRows::seal_version(const OpenDocument& document, std::uint32_t version, std::uint64_t revision,
                                 const VersionFacts& facts) const {
    Place place{Kind::document_version, document.row.document.bytes, version_id(version), revision};
    return keys::seal_field(keys::seal_key(document.key, "fields", firm_), firm_, place, encode(facts));
}

Result<VersionFacts> DocumentRows::open_version(const OpenDocument& document, const storage::VersionRow& row) const {
    Place place{Kind::document_version, document.row.document.bytes, version_id(row.version), row.revision};
    TRY(auto content, keys::open_field(keys::seal_key(document.key, "fields", firm_), firm_, place, row.sealed));
    return decode_version(content);
}

Bytes DocumentRows::wrap(const OpenDocument& document, const ObjectId& object, std::uint32_t version,
                         const keys::ObjectKey& key) const {
    Place place{Kind::object_key, document.row.document.bytes, object.bytes, version};
    return keys::seal(keys::seal_key(document.key, "objects", firm_), firm_, place, key.expose());
}

Result<keys::ObjectKey> DocumentRows::unwrap(const OpenDocument& document, const storage::PartRow& part) const {
    Place place{Kind::object_key, document.row.document.bytes, part.object.bytes, part.version};
    TRY(auto secret, keys::open_secret(keys::seal_key(document.key, "objects", firm_), firm_, place, part.wrapped_key));
    return keys::ObjectKey::from(std::move(secret));
}

Bytes DocumentRows::seal_checkout(const OpenDocument& document, std::uint64_t revision, const Checkout& checkout) const {
    Place place{Kind::document_checkout, document.row.document.bytes, document.row.document.bytes, revision};
    Writer w;
    w.u8(format).raw(View(checkout.who)).i64(checkout.since.us).i64(checkout.until.us).str(checkout.note);
    return keys::seal_field(keys::seal_key(document.key, "fields", firm_), firm_, place, w.written());
}

Result<Checkout> DocumentRows::open_checkout(const OpenDocument& document, const storage::FieldRow& row) const {
    Place place{Kind::document_checkout, row.owner, row.row, row.revision};
    TRY(auto content, keys::open_field(keys::seal_key(document.key, "fields", firm_), firm_, place, row.sealed));
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a check-out");
    Checkout checkout;
    checkout.who = {r.array<16>()};
    checkout.since = {r.i64()};
    checkout.until = {r.i64()};
    checkout.note = string(r.str(limits::comment_bytes_max));
    CHECK(r.done("a check-out"));
    return checkout;
}

audit::DetailOwner DocumentRows::details(const OpenDocument& document) const {
    return {storage::OwnerKind::document, document.row.document.bytes, keys::seal_key(document.key, "details", firm_)};
}

}  // namespace muniment::strongroom

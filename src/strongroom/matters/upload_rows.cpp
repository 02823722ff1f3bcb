// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/upload_rows.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;

constexpr std::uint8_t format = 1, state_open = 1, state_filed = 2;
constexpr std::size_t text_bytes_max = 4'096, sealed_secret_bytes_max = 256, first_bytes_max = 512, hash_state_bytes_max = 96;

keys::Place place_of(const UploadInPieces& upload) {
    return {Kind::upload, upload.matter.bytes, upload.id.bytes, upload.revision};
}

keys::SealKey seal_key(const DocumentRows& rows) { return keys::seal_key(rows.keys().page, "uploads", rows.firm()); }

void write_open(Writer& w, const UploadInPieces& u) {
    const auto& a = u.about;
    w.u64(u.if_revision).raw(View(a.folder)).str(a.name).str(a.path).str(a.claimed_type).str(a.comment).str(a.handling_class);
    w.u8(a.modified ? 1 : 0).i64(a.modified.value_or(Instant{}).us).u8(a.sha256 ? 1 : 0).raw(a.sha256.value_or(Hash{}));
    w.str(u.secret).u32(u.content.parts.count).raw(u.content.parts.chain).u64(u.content.size);
    w.str(u.content.hash_state).str(u.content.first_bytes);
}

void read_open(Reader& r, UploadInPieces& u) {
    u.if_revision = r.u64();
    auto& a = u.about;
    a.folder = {r.array<16>()};
    for (auto* text : {&a.name, &a.path, &a.claimed_type, &a.comment, &a.handling_class}) *text = string(r.str(text_bytes_max));
    bool has_modified = r.u8() != 0;
    Instant modified{r.i64()};
    if (has_modified) a.modified = modified;
    bool has_sha256 = r.u8() != 0;
    auto sha256 = r.array<32>();
    if (has_sha256) a.sha256 = sha256;
    a.size = u.size;
    u.secret = bytes(r.str(sealed_secret_bytes_max));
    u.content.parts.count = r.u32();
    u.content.parts.chain = r.array<32>();
    u.content.size = r.u64();
    u.content.hash_state = bytes(r.str(hash_state_bytes_max));
    u.content.first_bytes = bytes(r.str(first_bytes_max));
}

}  // namespace

Instant UploadInPieces::expires() const {
    auto idle = moved + limits::upload_kept_idle;
    return filed ? idle : std::min(idle, begun + limits::upload_kept_max);
}

storage::FieldRow seal_upload(const DocumentRows& rows, const UploadInPieces& u) {
    Writer w;
    w.u8(format).u8(u.filed ? state_filed : state_open).raw(View(u.who)).i64(u.begun.us).i64(u.moved.us).u64(u.size);
    w.raw(View(u.document)).u32(u.version);
    if (!u.filed) write_open(w, u);
    Writer column;
    column.u64(rows.keys().generation).raw(keys::seal_field(seal_key(rows), rows.firm(), place_of(u), w.written()));
    return {static_cast<std::uint16_t>(Kind::upload), u.matter.bytes, u.id.bytes, u.revision, std::move(column).take()};
}

Result<UploadInPieces> open_upload(const DocumentRows& rows, const storage::FieldRow& row) {
    UploadInPieces u{.id = {row.row}, .matter = rows.matter(), .revision = row.revision};
    Reader column(row.sealed);
    if (column.u64() > rows.keys().generation) return fail(Problem::unavailable, "the matter was given a new page key meanwhile");
    TRY(auto content, keys::open_field(seal_key(rows), rows.firm(), place_of(u), column.rest()));
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "an upload");
    u.filed = r.u8() == state_filed;
    u.who = {r.array<16>()};
    u.begun = {r.i64()};
    u.moved = {r.i64()};
    u.size = r.u64();
    u.document = {r.array<16>()};
    u.version = r.u32();
    if (!u.filed) read_open(r, u);
    CHECK(r.done("an upload"));
    return u;
}

Result<std::vector<UploadInPieces>> uploads_in(storage::RecordReader& reader, const DocumentRows& rows) {
    std::vector<UploadInPieces> found;
    CHECK(reader.for_each_field_of(rows.matter().bytes, [&](const storage::FieldRow& row) {
        if (row.kind != static_cast<std::uint16_t>(Kind::upload)) return true;
        auto upload = open_upload(rows, row);
        if (upload) found.push_back(std::move(*upload));
        else journal(Level::warning, "upload.damaged", {{"upload", UploadId{row.row}}});
        return true;
    }));
    return found;
}

Result<void> end_uploads_of_in(storage::RecordWriter& writer, const DocumentRows& rows, const DocumentId& document) {
    TRY(auto uploads, uploads_in(writer, rows));
    for (auto& upload : uploads) {
        if (upload.filed || upload.document != document) continue;
        upload.end();
        CHECK(writer.put_field(seal_upload(rows, upload)));
    }
    return {};
}

Result<void> renew_uploads_in(storage::RecordWriter& writer, const DocumentRows& before, const DocumentRows& after) {
    TRY(auto uploads, uploads_in(writer, before));
    for (auto& upload : uploads) {
        if (!upload.secret.empty()) {
            auto document = before.open_unfiled(upload.document, upload.secret);
            if (!document) {
                journal(Level::warning, "upload.damaged", {{"upload", upload.id}});
                continue;
            }
            after.seal_secret(*document);
            upload.secret = std::move(document->row.secret);
        }
        CHECK(writer.put_field(seal_upload(after, upload)));
    }
    return {};
}

}  // namespace muniment::strongroom

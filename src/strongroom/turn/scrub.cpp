// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/scrub.hpp"

#include <algorithm>
#include <thread>

namespace muniment::strongroom {
namespace {

constexpr std::string_view name = "scrubbed";
constexpr std::uint64_t entries_each = 20'000;
constexpr std::size_t papers_each = 500;
constexpr int looks_max = 8;   // the log may go on while it is heard to the end
constexpr std::size_t suspects_max = 10'000;

keys::Place place_of(const FirmId& firm, std::uint64_t number) { return {keys::Kind::scrub, firm.bytes, firm.bytes, number}; }

std::string_view text_of(storage::OwnerKind kind) {
    switch (kind) {
        case storage::OwnerKind::person: return "person";
        case storage::OwnerKind::client: return "client";
        case storage::OwnerKind::matter: return "matter";
        default: return "owner";
    }
}

Result<void> check_version(storage::RecordReader& reader, const DocumentRows& rows, const OpenDocument& document,
                           const storage::VersionRow& version) {
    TRY(auto facts, rows.open_version(document, version));
    TRY(auto parts, reader.parts(version.document, version.version));
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].part != i) return fail(Problem::corrupt, "a part of document " + version.document.text() + " is missing");
        CHECK(rows.unwrap(document, parts[i]));
        size += parts[i].plain_length;
    }
    if (size != facts.size) return fail(Problem::corrupt, "the parts of document " + version.document.text() + " are not its whole");
    return {};
}

}  // namespace

Result<void> check_paper(storage::RecordReader& reader, const DocumentRows& rows, const storage::DocumentRow& row,
                         const LogSays::Paper* said, std::uint64_t* versions) {
    TRY(auto document, rows.open(row));
    if (row.folder) return {};
    std::vector<storage::VersionRow> stored;
    CHECK(reader.for_each_version(row.document, [&](const auto& version) { return stored.push_back(version), true; }));
    std::uint64_t there = 0;
    bool newest = false;
    for (const auto& version : stored) {
        CHECK(check_version(reader, rows, document, version));
        if (version.version >= 1 && version.version <= 64) there |= std::uint64_t{1} << (version.version - 1);
        newest |= version.version == row.versions;
    }
    if (!newest || (said && (said->versions & ~there) != 0))
        return fail(Problem::corrupt, "a version of document " + row.document.text() + " is missing");
    if (versions) *versions += stored.size();
    return {};
}

Result<void> Scrub::run() {
    for (;;) {
        TRY(bool done, step());
        if (done) return {};
    }
}

Result<bool> Scrub::step() {
    switch (stage_) {
        case Stage::log: {
            TRY(bool all, says_.hear(gate_.records(), entries_each));
            if (all) stage_ = Stage::records;
            break;
        }
        case Stage::records:
            CHECK(check_owners());
            CHECK(check_names());
            matters_ = gate_.ring().matters();
            stage_ = Stage::matters;
            break;
        case Stage::matters:
            if (papers_.empty() && matters_.empty()) stage_ = Stage::settle;
            else CHECK(next_papers());
            break;
        case Stage::settle:
            CHECK(settle());
            CHECK(finish());
            stage_ = Stage::done;
            break;
        case Stage::done: break;
    }
    return stage_ == Stage::done;
}

void Scrub::found(std::string what) {
    if (report_.wrong.size() < ScrubReport::named_max) report_.wrong.push_back(std::move(what));
    ++report_.wrong_count;
}

/// Records open and count as the head says, and are those that the log speaks of.
Result<void> Scrub::check_owners() {
    auto& ring = gate_.ring();
    auto checked = ring.check_records(gate_.records());
    // A record that was committed just now is taken into the ring a moment later.
    for (int i = 0; i < looks_max && !checked && checked.error().problem == Problem::corrupt; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        checked = ring.check_records(gate_.records());
    }
    if (!checked) {
        if (checked.error().problem != Problem::corrupt) return checked;
        found(checked.error().detail);
    }
    for (const auto& [kind, id] : says_.owners()) {
        TRY(auto row, gate_.records().key(kind, id));
        ++report_.records;
        if (!row) found("the key of " + std::string(text_of(kind)) + " " + to_uuid_text(id) + " is missing");
    }
    return {};
}

Result<void> Scrub::next_papers() {
    auto& records = gate_.records();
    if (papers_.empty()) {
        matter_ = matters_.back();
        matters_.pop_back();
        return records.for_each_document(matter_, [&](const auto& row) { return papers_.push_back(row.document), true; });
    }
    auto keys = gate_.ring().matter(matter_);
    if (!keys) return papers_.clear(), Result<void>{};   // its record is reported already
    DocumentRows rows(gate_.ring().firm(), matter_, *keys);
    for (std::size_t n = 0; n < papers_each && !papers_.empty(); ++n) {
        auto id = papers_.back();
        papers_.pop_back();
        ++report_.documents;
        auto said = says_.papers().find(id);
        auto* paper = said == says_.papers().end() ? nullptr : &said->second;
        TRY(auto row, records.document(matter_, id));
        if (!row) continue;   // moved meanwhile; settle() asks where it is
        auto checked = check_paper(records, rows, *row, paper, &report_.versions);
        if (!checked && checked.error().problem != Problem::corrupt && checked.error().problem != Problem::unavailable) return checked;
        if (checked && paper && paper->matter == matter_) paper->found = true;
        else if (!checked && suspects_.size() < suspects_max) suspects_.push_back(id);
        if ((!paper || !paper->lies_in(matter_)) && strays_.size() < suspects_max) strays_.emplace_back(matter_, id);
    }
    return {};
}

Result<void> Scrub::settle() {
    for (const auto& [id, paper] : says_.papers()) {
        if (paper.there && !paper.found && suspects_.size() < suspects_max) suspects_.push_back(id);
    }
    std::ranges::sort(suspects_);
    suspects_.erase(std::ranges::unique(suspects_).begin(), suspects_.end());
    for (const auto& id : suspects_) CHECK(look_again(id));
    for (const auto& [matter, id] : strays_) CHECK(look_again_for_stray(matter, id));
    return {};
}

/// In one transaction, so that rows and log are of one moment.
Result<void> Scrub::look_again(const DocumentId& id) {
    std::optional<std::string> wrong;
    CHECK(gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        wrong.reset();
        CHECK(hear_to_the_end(writer));
        const auto* said = says_.paper(id);
        if (said && !said->there) return {};
        if (!said || said->matter.is_nil()) return wrong = "document " + id.text() + " is damaged", Result<void>{};
        TRY(auto row, writer.document(said->matter, id));
        if (!row) return wrong = "document " + id.text() + " is missing", Result<void>{};
        auto keys = gate_.ring().matter(said->matter);
        if (!keys) return wrong = "document " + id.text() + " has lost the keys of its matter", Result<void>{};
        auto checked = check_paper(writer, DocumentRows(gate_.ring().firm(), said->matter, *keys), *row, said);
        if (!checked && checked.error().problem == Problem::corrupt) wrong = checked.error().detail;
        else if (!checked) return checked;
        return {};
    }));
    if (wrong) found(*wrong);
    return {};
}

/// A row in a matter where the log does not put the paper: whoever can write to the database put a former one back, and the turn would
/// seal it anew as if it were one of the firm's.
Result<void> Scrub::look_again_for_stray(const MatterId& matter, const DocumentId& id) {
    bool stray = false;
    CHECK(gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(hear_to_the_end(writer));
        const auto* said = says_.paper(id);
        TRY(auto row, writer.document(matter, id));
        stray = row && (!said || !said->lies_in(matter));
        return {};
    }));
    if (stray) found("document " + id.text() + " lies in a matter where the record does not put it");
    return {};
}

/// Names are under keys of their owners and of the firm: that those which the log speaks of are there, and are what it says.
Result<void> Scrub::check_names() {
    std::vector<audit::RowMark> wrong;
    for (auto kind : {keys::Kind::firm_profile, keys::Kind::person_profile, keys::Kind::client_profile, keys::Kind::matter_profile,
                      keys::Kind::wall_memo, keys::Kind::group_profile}) {
        auto number = static_cast<std::uint16_t>(kind);
        std::map<Id16, Hash> there;
        CHECK(gate_.records().for_each_field(number, [&](const storage::FieldRow& row) {
            there.emplace(row.row, crypto::sha256(row.sealed));
            return true;
        }));
        for (const auto& [place, mark] : says_.names()) {
            auto at = there.find(mark.row);
            bool stands = mark.kind != number || (at != there.end() && at->second == mark.sealed);
            if (!stands && wrong.size() < suspects_max) wrong.push_back(mark);
        }
    }
    for (const auto& mark : wrong) CHECK(look_again_for_name(mark.kind, mark.row));
    return {};
}

Result<void> Scrub::look_again_for_name(std::uint16_t kind, const Id16& row) {
    bool missing = false;
    CHECK(gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(hear_to_the_end(writer));
        auto said = says_.names().find({kind, row});
        missing = said != says_.names().end();
        if (!missing) return {};
        return writer.for_each_field(kind, [&](const storage::FieldRow& each) {
            if (each.row == row) missing = crypto::sha256(each.sealed) != said->second.sealed;
            return missing;
        });
    }));
    if (!missing) return {};
    auto what = std::string(keys::label(static_cast<keys::Kind>(kind)));
    found("the " + what + " of " + to_uuid_text(row) + " is missing or not the last");
    return {};
}

Result<void> Scrub::hear_to_the_end(storage::RecordReader& reader) {
    for (int i = 0; i < looks_max; ++i) {
        TRY(bool all, says_.hear(reader, entries_each));
        if (all) break;
    }
    return {};
}

Result<void> Scrub::finish() {
    if (!report_.sound()) return {};
    const auto& firm = gate_.ring().firm();
    auto now = static_cast<std::uint64_t>(gate_.clock().now().us);
    Writer w;
    w.u8(1).u64(report_.records).u64(report_.documents).u64(report_.versions);
    auto sealed = keys::seal(gate_.ring().gate_seal(), firm, place_of(firm, now), w.written());
    return gate_.records().commit([&](storage::RecordWriter& writer) { return writer.put_single(name, {now, sealed}); });
}

Result<void> Scrub::verdict() const {
    if (report_.sound()) return {};
    std::string named;
    for (std::size_t i = 0; i < report_.wrong.size() && i < 3; ++i) named += (i ? "; " : "") + report_.wrong[i];
    if (report_.wrong_count > 3) named += "; and " + std::to_string(report_.wrong_count - 3) + " more";
    return fail(Problem::corrupt, named + ". Nothing was turned; `muniment keys mend` brings back what a key set holds");
}

Result<std::optional<Instant>> last_scrub(access::Gate& gate) {
    TRY(auto row, gate.records().single(name));
    if (!row) return std::optional<Instant>{};
    const auto& firm = gate.ring().firm();
    auto opened = keys::open(gate.ring().gate_seal(), firm, place_of(firm, row->number), row->value);
    if (!opened) return std::optional<Instant>{};
    return std::optional(Instant{static_cast<std::int64_t>(row->number)});
}

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
// Keys, names and the log. The gate is in restored_gate.cpp, papers are in restored_papers.cpp.
#include "strongroom/turn/restore.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "audit/watch.hpp"
#include "strongroom/turn/known_log.hpp"
#include "strongroom/turn/restored_gate.hpp"
#include "strongroom/turn/restored_papers.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;
using storage::RecordWriter;

audit::Log::Former former_of(const audit::OfLine& known, View note) {
    return {known.number, known.checkpoint.size, known.checkpoint.root, bytes(note)};
}

class Restore {
  public:
    Restore(const Places& places, const FirmId& firm, RestoreAs as, const std::vector<HeldEpoch>& held, std::optional<LoadedSet> set)
        : places_(places), firm_(firm), as_(as), held_(held), set_(std::move(set)) {}

    Result<RestoreReport> run() {
        CHECK(choose_epoch());
        CHECK(hear());
        if (set_) report_.key_set = set_->place;
        auto before = report_;
        CHECK(places_.records.commit([&](RecordWriter& writer) -> Result<void> {
            report_ = before;
            return run_in(writer);
        }));
        return report_;
    }

  private:
    Result<void> choose_epoch();
    Result<void> hear();
    Result<void> run_in(RecordWriter& writer);
    Result<void> records_in(RecordWriter& writer);
    Result<void> names_in(RecordWriter& writer, Said& said);
    Result<bool> name_opens(const storage::FieldRow& row) const;
    Result<bool> is_owned(RecordWriter& writer, const storage::FieldRow& row) const;
    Result<void> log_in(RecordWriter& writer);
    Result<void> measure_log_in(RecordWriter& writer);

    const Places& places_;
    FirmId firm_;
    RestoreAs as_;
    const std::vector<HeldEpoch>& held_;
    std::optional<LoadedSet> set_;
    const HeldEpoch* epoch_ = nullptr;
    std::uint64_t epoch_number_ = 1, head_number_ = 0;
    bool set_is_newer_ = false;              ///< than the log that stands here
    LogSays says_;
    std::optional<audit::Log::Former> own_;           ///< the newest checkpoint that stands here
    std::vector<audit::Log::Former> others_;          ///< what others know and this log does not contain
    std::uint64_t log_size_ = 0, log_was_ = 0;        ///< entries; and as sealed heads say that there once were
    bool length_is_told_ = true;                      ///< by the heads of the database: whoever cuts the log can break them as well
    std::shared_ptr<keys::Ring> ring_;
    RestoreReport report_;
};

/// That of the newer of the two heads, the database's and the key set's. Both are sealed under keys that only slots hold.
Result<void> Restore::choose_epoch() {
    auto needed = keys::Ring::needed_mark(places_.records);
    auto own = needed ? std::ranges::find(held_, *needed, &HeldEpoch::mark) : held_.end();
    std::optional<keys::Head> head;
    if (own != held_.end()) {
        TRY(auto row, places_.records.single("key-head"));
        if (auto opened = keys::Ring::open_head(*row, firm_, own->key)) head = *opened;
        epoch_ = &*own;
        epoch_number_ = head ? head->epoch : own->number;
        head_number_ = row->number;
    }
    if (set_ && (!epoch_ || set_->head.epoch > epoch_number_)) {
        epoch_ = &*std::ranges::find(held_, set_->mark, &HeldEpoch::mark);
        epoch_number_ = set_->head.epoch;
    }
    if (head) log_was_ = head->log_size;
    length_is_told_ = head.has_value();
    if (set_) head_number_ = std::max(head_number_, set_->head.number);
    if (!epoch_) return fail(Problem::keyless, "no slot in reach has the key of this database or of a key set");
    return {};
}

Result<void> Restore::hear() {
    for (bool all = false; !all;) {
        TRY(all, says_.hear(places_.records, 1'000'000));
    }
    auto line = lineage_known(places_.records, places_.copies, held_, firm_);
    TRY(auto own, places_.records.newest_checkpoint());
    if (own && line) {
        if (auto opened = line->open(own->note)) own_ = former_of(*opened, own->note);
    }
    if (set_ && set_->checkpoint) {
        auto known = said_by(set_->checkpoint->note);
        set_is_newer_ = !known || !log_contains(places_.records, line ? &*line : nullptr, *known);
        if (known && set_is_newer_) others_.push_back(former_of(*known, set_->checkpoint->note));
    }
    for (auto* slot : places_.slots) {
        auto seen = keys::read_seen(*slot);
        if (!line || !seen || !*seen) continue;
        auto judged = judge(places_.records, *line, **seen);
        if (judged.is == SeenIs::newer) others_.push_back(former_of(*judged.checkpoint, (*seen)->checkpoint));
    }
    return {};
}

/// Before anything is written that heads and log would tell of.
Result<void> Restore::measure_log_in(RecordWriter& writer) {
    TRY(log_size_, writer.entry_count());
    access::GateRows rows(*ring_);
    TRY(auto here, writer.single("gate-head"));
    auto head = here ? rows.open_head(*here) : Result<access::GateHead>(fail(Problem::wall_shut));
    if (head) log_was_ = std::max(log_was_, head->log_size);
    else length_is_told_ = false;
    if (!set_) return {};
    log_was_ = std::max(log_was_, set_->head.log_size);
    if (auto copied = rows.open_head(set_->singles["gate-head"])) log_was_ = std::max(log_was_, copied->log_size);
    return {};
}

Result<void> Restore::run_in(RecordWriter& writer) {
    CHECK(records_in(writer));
    CHECK(measure_log_in(writer));
    Said said(writer, *ring_, places_.clock);
    RestoredGate gate(writer, *ring_, set_ ? &*set_ : nullptr, set_is_newer_, says_, said);
    CHECK(gate.run());
    CHECK(names_in(writer, said));
    RestoredPapers papers(writer, places_.packs, *ring_, set_ ? &*set_ : nullptr, set_is_newer_ ? nullptr : &says_, said);
    CHECK(papers.run());
    report_.papers = papers.papers();
    report_.versions = papers.versions();
    if (as_ == RestoreAs::older) CHECK(gate.end_sessions());
    report_.gate = gate.replaced();
    report_.gate_changes_lost = gate.lost();
    report_.sessions_ended = gate.sessions_ended();
    report_.credentials_ended = gate.credentials_ended();
    for (auto name : {"turn", "scrubbed"}) CHECK(writer.drop_single(name));
    CHECK(said.finish());
    return log_in(writer);
}

/// Of each owner the record that opens, from the key set or the database; the newer of two.
Result<void> Restore::records_in(RecordWriter& writer) {
    if (set_) CHECK(writer.put_single("firm", set_->singles["firm"]));
    std::map<std::pair<storage::OwnerKind, Id16>, storage::KeyRow> chosen;
    auto offer = [&](const storage::KeyRow& row) {
        if (!keys::Ring::open_record(row, firm_, epoch_->key)) return;
        auto& best = chosen[{row.kind, row.owner}];
        if (best.sealed.empty() || row.number > best.number) best = row;
    };
    auto there = chosen;
    CHECK(writer.for_each_key([&](const storage::KeyRow& row) { return there.emplace(std::pair(row.kind, row.owner), row), true; }));
    for (const auto& [owner, row] : there) offer(row);
    if (set_) std::ranges::for_each(set_->records, offer);
    for (const auto& [owner, row] : there) {
        if (!chosen.contains(owner)) CHECK(writer.drop_key(row.kind, row.owner));
    }
    for (const auto& [owner, row] : chosen) {
        if (auto at = there.find(owner); at != there.end() && at->second == row) continue;
        CHECK(writer.put_key(row));
        ++report_.records;
    }
    TRY(ring_, keys::Ring::rebuild_in(writer, firm_, epoch_->key.clone(), epoch_number_, head_number_ + 1));
    return {};
}

/// Whose name it is has a key, or stands in the gate's rows.
Result<bool> Restore::is_owned(RecordWriter& writer, const storage::FieldRow& row) const {
    auto in_gate = [&](Kind kind) -> Result<bool> {
        TRY(auto found, writer.gate_row(static_cast<std::uint16_t>(kind), row.row));
        return found.has_value();
    };
    switch (static_cast<Kind>(row.kind)) {
        case Kind::person_profile: return ring_->person({row.owner}).has_value();
        case Kind::client_profile: return ring_->client({row.owner}).has_value();
        case Kind::matter_profile: return ring_->matter({row.owner}) ? in_gate(Kind::gate_matter) : Result<bool>(false);
        case Kind::wall_memo: return in_gate(Kind::gate_wall);
        case Kind::group_profile: return in_gate(Kind::gate_group);
        default: return true;
    }
}

Result<bool> Restore::name_opens(const storage::FieldRow& row) const {
    auto kind = static_cast<Kind>(row.kind);
    auto key = ring_->firm_fields();
    if (kind == Kind::person_profile) {
        TRY(auto owner, ring_->person({row.owner}));
        key = keys::seal_key(*owner, "fields", firm_);
    } else if (kind == Kind::client_profile) {
        TRY(auto owner, ring_->client({row.owner}));
        key = keys::seal_key(*owner, "fields", firm_);
    } else if (kind == Kind::matter_profile) {
        TRY(auto owner, ring_->matter({row.owner}));
        key = keys::seal_key(owner->matter, "fields", firm_);
    }
    return keys::open(key, firm_, {kind, row.owner, row.row, row.revision}, row.sealed).has_value();
}

/// A name that stands here and opens stays, unless the key set has a newer one. One whose owner is gone is nobody's any more.
Result<void> Restore::names_in(RecordWriter& writer, Said& said) {
    if (set_) {
        for (const auto& row : set_->fields) {
            TRY(bool owned, is_owned(writer, row));
            if (!owned) continue;
            TRY(auto there, writer.field(row.kind, row.owner, row.row));
            TRY(bool stays, there && there->revision >= row.revision ? name_opens(*there) : Result<bool>(false));
            if (stays) continue;
            CHECK(writer.put_field(row));
            // The log's own key is no row that the log speaks of.
            if (row.kind != static_cast<std::uint16_t>(Kind::firm_log_key)) CHECK(said.wrote(row));
            ++report_.names;
        }
    }
    for (auto kind : {Kind::person_profile, Kind::client_profile, Kind::matter_profile}) {
        std::vector<storage::FieldRow> rows;
        CHECK(writer.for_each_field(static_cast<std::uint16_t>(kind), [&](const auto& row) { return rows.push_back(row), true; }));
        for (const auto& row : rows) {
            TRY(bool owned, is_owned(writer, row));
            if (owned) continue;
            CHECK(writer.drop_field(row.kind, row.owner, row.row));
            CHECK(said.dropped(row.kind, row.row, row.revision));
        }
    }
    return {};
}

Result<void> Restore::log_in(RecordWriter& writer) {
    TRY(auto tree, writer.single(audit::tree_row));
    if (!tree) CHECK(writer.put_single(audit::tree_row, audit::TreeHead{0, audit::empty_root()}.row()));
    auto formers = others_;
    TRY(auto line, audit::Log::lineage_in(writer, *ring_));
    // Cut off behind all that anybody has seen: only what was sealed by itself remembers how long the log was.
    bool told = std::ranges::any_of(others_, [&](const auto& each) { return each.number >= line.number && each.size >= log_was_; });
    if (log_size_ < log_was_ && !told) formers.push_back({line.number, log_was_, {}, {}});
    if (formers.empty() && as_ == RestoreAs::mended && length_is_told_) return {};
    if (formers.empty() && own_) formers.push_back(*own_);
    return begin_anew_in(writer, *ring_, places_.clock, std::move(formers), report_);
}

}  // namespace

Result<void> begin_anew_in(RecordWriter& writer, const keys::Ring& ring, const Clock& clock, std::vector<audit::Log::Former> formers,
                           BegunAnew& report) {
    TRY(report.entries_kept, writer.entry_count());
    report.log_begun_anew = true;
    report.former_size = 0;
    for (const auto& former : formers) report.former_size = std::max(report.former_size, former.size);
    return audit::Log::begin_anew_in(writer, ring, clock, std::move(formers));
}

Result<RestoreReport> restore(const Places& places, const keys::RootKey& root, const FirmId& firm, RestoreAs as) {
    auto held = epochs_held(places.slots, root, firm);
    TRY(auto set, newest_key_set(places.copies, held, firm));
    return Restore(places, firm, as, held, std::move(set)).run();
}

}  // namespace muniment::strongroom

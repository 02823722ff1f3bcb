// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/restored_gate.hpp"

#include <algorithm>

namespace muniment::strongroom {
namespace {

using keys::Kind;
using storage::GateRow;

constexpr std::string_view head_name = "gate-head";

Result<void> look_only(const access::GateRows::Loaded&) { return {}; }

const GateRow* in(const std::vector<GateRow>& rows, std::uint16_t kind, const Id16& row) {
    auto at = std::ranges::find_if(rows, [&](const GateRow& each) { return each.kind == kind && each.row == row; });
    return at == rows.end() ? nullptr : &*at;
}

}  // namespace

Result<void> RestoredGate::run() {
    auto fits = rows_.load(writer_, look_only);
    if (fits && !set_is_newer_) return {};
    if (!fits && fits.error().problem != Problem::wall_shut) return std::unexpected(fits.error());
    Rows here;
    CHECK(writer_.for_each_gate_row([&](const GateRow& row) { return here.push_back(row), true; }));
    CHECK(write(here, set_is_newer_ ? by_set(here) : by_log(here)));
    replaced_ = true;
    CHECK(rows_.load(writer_, look_only));
    CHECK(end_sessions());
    return opens_something_ ? end_credentials() : Result<void>{};
}

/// Of each row that the log speaks of, the one that it names last. What it does not speak of was never the firm's.
RestoredGate::Rows RestoredGate::by_log(const Rows& here) {
    Rows chosen;
    for (const auto& [place, mark] : says_.gate()) {
        auto is_named = [&](const GateRow* row) {
            return row && crypto::sha256(row->sealed) == mark.sealed && row->revision == mark.revision && rows_.opens(*row);
        };
        const auto* row = in(here, mark.kind, mark.row);
        if (!is_named(row)) row = set_ ? in(set_->gate, mark.kind, mark.row) : nullptr;
        if (is_named(row)) {
            chosen.push_back(*row);
            continue;
        }
        auto kind = static_cast<Kind>(mark.kind);
        if (kind == Kind::gate_session) continue;   // all of them end
        ++lost_;
        opens_something_ |= kind == Kind::gate_wall || kind == Kind::gate_group;
    }
    return chosen;
}

bool RestoredGate::ended_here(const GateRow& row) const {
    if (static_cast<Kind>(row.kind) != Kind::gate_person) return false;
    auto content = rows_.opens(row);
    access::Facts facts;
    return content && access::decode_into(facts, Kind::gate_person, *content) && !facts.people.empty() && !facts.people.front().active;
}

/// Those of the key set. Log and set went different ways, or this database is an older one, and nothing here says which: so what only
/// this database forbids stays forbidden, and what only it permits is not permitted.
RestoredGate::Rows RestoredGate::by_set(const Rows& here) const {
    Rows chosen = set_->gate;
    for (auto& row : chosen) {
        if (const auto* own = in(here, row.kind, row.row); own && ended_here(*own)) row = *own;
    }
    for (const auto& row : here) {
        bool wall = static_cast<Kind>(row.kind) == Kind::gate_wall || static_cast<Kind>(row.kind) == Kind::gate_group;
        if (wall && !in(chosen, row.kind, row.row) && rows_.opens(row)) chosen.push_back(row);
    }
    return chosen;
}

/// Above whatever the log or either head has seen: no row of before can be taken for one of after.
Result<std::uint64_t> RestoredGate::next_number(const Rows& chosen) const {
    std::uint64_t number = 0;
    for (const auto& row : chosen) number = std::max(number, row.revision);
    for (const auto& [place, mark] : says_.gate()) number = std::max(number, mark.revision);
    TRY(auto own, writer_.single(head_name));
    if (own && rows_.open_head(*own)) number = std::max(number, own->number);
    if (set_) number = std::max(number, set_->singles.at(std::string(head_name)).number);
    return number + 1;
}

Result<std::uint64_t> RestoredGate::next_revision() const {
    std::uint64_t revision = 1;
    auto look = [&](const storage::SingleRow& row) {
        if (auto head = rows_.open_head(row)) revision = std::max(revision, head->policy_revision);
    };
    TRY(auto own, writer_.single(head_name));
    if (own) look(*own);
    if (set_) look(set_->singles.at(std::string(head_name)));
    return revision + 1;
}

Result<void> RestoredGate::write(const Rows& here, const Rows& chosen) {
    TRY(auto number, next_number(chosen));
    TRY(auto revision, next_revision());
    for (const auto& row : here) {
        CHECK(writer_.drop_gate_row(row.kind, row.row));
        bool named = says_.gate().contains({row.kind, row.row});
        if (named && !in(chosen, row.kind, row.row)) CHECK(said_.dropped(row.kind, row.row, number));
    }
    for (const auto& [place, mark] : says_.gate()) {
        bool gone = !in(here, mark.kind, mark.row) && !in(chosen, mark.kind, mark.row);
        if (gone) CHECK(said_.dropped(mark.kind, mark.row, number));
    }
    for (const auto& row : chosen) {
        CHECK(writer_.put_gate_row(row));
        auto at = says_.gate().find({row.kind, row.row});
        if (at == says_.gate().end() || at->second.sealed != crypto::sha256(row.sealed)) CHECK(said_.wrote(row));
    }
    CHECK(rows_.rebuild_in(writer_, chosen, number, revision));
    return set_is_newer_ ? count_later_changes(set_->singles.at(std::string(head_name)).number) : Result<void>{};
}

/// What the log here tells of people, teams and walls since the key set is not in its rows, and must be made again by people.
Result<void> RestoredGate::count_later_changes(std::uint64_t number) {
    TRY(auto entries, writer_.entry_count());
    return writer_.for_each_entry(0, entries, [&](const storage::EntryRow& entry) {
        auto leaf = audit::Leaf::decode(entry.leaf);
        lost_ += leaf && std::ranges::any_of(leaf->rows, [&](const audit::RowMark& mark) {
            auto kind = static_cast<Kind>(mark.kind);
            return kind >= Kind::gate_person && kind <= Kind::gate_client && kind != Kind::gate_session && mark.revision > number;
        });
        return true;
    });
}

/// Rows of a kind go, but those of these people.
Result<void> RestoredGate::end(Kind kind, const std::set<PersonId>& but, std::uint64_t& count) {
    Rows found;
    CHECK(writer_.for_each_gate_row([&](const GateRow& row) {
        if (row.kind == static_cast<std::uint16_t>(kind) && !but.contains(PersonId{row.owner})) found.push_back(row);
        return true;
    }));
    for (const auto& row : found) {
        auto draft = said_.draft(audit::Action::session_ended);
        CHECK(rows_.drop_in(writer_, draft, {kind, row.owner, row.row}));
        CHECK(said_.dropped(row.kind, row.row, draft.leaf().rows.back().revision));
        ++count;
    }
    return {};
}

Result<void> RestoredGate::end_sessions() { return end(Kind::gate_session, {}, sessions_ended_); }

Result<void> RestoredGate::end_credentials() {
    access::Facts facts;
    CHECK(rows_.load(writer_, [&](const auto& row) { return access::decode_into(facts, row.place.kind, row.content); }));
    std::set<PersonId> administrators;
    for (const auto& person : facts.people)
        if (person.active && person.roles.has(access::FirmRole::administrator)) administrators.insert(person.id);
    return end(Kind::gate_credential, administrators, credentials_ended_);
}

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "app/serving.hpp"

#include "app/jobs.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/verification.hpp"

namespace muniment::app {

Serving::Serving(Home home, Stores stores, const config::Settings& settings)
    : home_(std::move(home)), stores_(std::move(stores)), door_(this),
      checkup_(home_.folder, settings, [this] { return see_itself(); }) {}

std::shared_ptr<OpenFirm> Serving::firm() const {
    std::lock_guard lock(mutex_);
    return firm_;
}

Result<std::shared_ptr<OpenFirm>> Serving::open_firm() const {
    auto open = firm();
    if (!open) return fail(Problem::locked);
    return open;
}

bool Serving::may_change_packs() const {
    auto open = firm();
    return open && open->slots().may_touch();
}

bool Serving::is_open() const { return firm() != nullptr; }

std::optional<std::string> Serving::is_no_firm() const {
    auto open = firm();
    if (!open || !open->slots().is_copy()) return std::nullopt;
    return strongroom::text_of(strongroom::Diagnosis{strongroom::Standing::copy, "", 0});
}

Result<void> Serving::unlock_itself(const std::optional<AcceptedLoss>& accepted) {
    TRY(auto roots, roots_by_key_file(home_));
    return unlock(std::move(roots), accepted);
}

Result<void> Serving::unlock(std::vector<keys::RootKey> roots, const std::optional<AcceptedLoss>& accepted) {
    std::lock_guard lock(opening_);
    return unlock_under_lock(std::move(roots), accepted);
}

Result<void> Serving::unlock_under_lock(std::vector<keys::RootKey> roots, const std::optional<AcceptedLoss>& accepted) {
    for (auto& root : roots)
        if (OpenFirm::opens_a_slot(stores_, root)) return open_with(std::move(root), accepted);
    // None does: opening says why.
    return open_with(std::move(roots.front()), accepted);
}

Result<void> Serving::open_with(keys::RootKey root, const std::optional<AcceptedLoss>& accepted,
                                const std::vector<keys::ShareBox::Used>* shares) {
    if (is_open()) return fail(Problem::already_done, "the strongroom is open");
    {
        std::lock_guard lock(mutex_);
        if (!former_.expired()) return fail(Problem::busy, "requests from before the lock have not ended yet");
    }
    CHECK(join_anew());   // a node that was locked for long may have been taken for gone
    works_by_a_key_ = true;
    auto opened = OpenFirm::open(stores_, std::move(root), clock_, clock_alarm_, accepted);
    // Who gave them cannot be known before the door is open; where each share came from can, and is in the record before that.
    if (opened && shares) {
        if (auto recorded = (*opened)->record_shares(*shares, box_.refused()); !recorded) opened = std::unexpected(recorded.error());
    }
    {
        std::lock_guard lock(mutex_);
        refused_ = opened ? std::nullopt : std::optional(opened.error());
    }
    if (!opened) {
        if (works_by_nothing()) works_by_a_key_ = false;
        door_.shut(opened.error());
        return std::unexpected(opened.error());
    }
    const auto& found = (*opened)->recovered();
    if (found.packs > 0)
        journal(Level::info, "start.recovered",
                {{"packs", found.packs}, {"checked", found.checked}, {"dropped", found.dropped}, {"damaged", found.damaged}});
    box_.clear();
    {
        std::lock_guard lock(mutex_);
        firm_ = std::move(*opened);
        firm_->begin_jobs(jobs_of(*firm_, home_), tell_of_jobs(*firm_));
        firm_->looked_after_by(checkup_);
        door_.open(std::shared_ptr<server::House>(firm_, const_cast<server::House*>(&firm_->house())));
    }
    if (auto kept = keep_present_methods(); !kept) journal(Level::warning, "unlock.files-not-tidied", {{"problem", kept.error().problem}});
    return {};
}

Serving::~Serving() {
    lock();
    // A step of a job may still be reading, and uses what is destroyed next.
    while (!former_.expired()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

std::size_t Serving::lock() {
    std::shared_ptr<OpenFirm> closing;
    {
        // Nobody opens it meanwhile, and this node does not come back by itself afterwards.
        std::lock_guard opening(opening_);
        comes_back_ = false;
        comes_back_with_.reset();
        box_.clear();
        std::lock_guard lock(mutex_);
        closing = std::exchange(firm_, nullptr);
        if (closing) former_ = closing;
        door_.shut();
    }
    if (!closing) return former_.expired() ? 0 : 1;
    // Nothing is admitted any more, and transfers under way end at their next step; the last of them to leave wipes the keys.
    closing->end_jobs();
    closing->stop_cleanly();
    closing->gate().close();
    closing.reset();
    for (auto waited = Duration::zero(); !former_.expired() && waited < limits::drain_wait; waited += std::chrono::milliseconds(20)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    // Only now does nobody append any more.
    if (auto closed = stores_.packs->close(); !closed)
        journal(Level::warning, "stop.pack-not-closed", {{"problem", closed.error().problem}});
    if (former_.expired()) {
        look_at_mark();
        return 0;
    }
    journal(Level::warning, "lock.requests-still-under-way");
    return static_cast<std::size_t>(former_.use_count());
}

void Serving::check() {
    auto open = firm();
    if (!open) return;
    if (auto checked = open->check(); !checked) journal(Level::error, "check.failed", {{"problem", checked.error().problem}});
    open.reset();
    if (auto kept = keep_present_methods(); !kept) journal(Level::warning, "unlock.files-not-tidied", {{"problem", kept.error().problem}});
}

void Serving::look() {
    auto open = firm();
    clock_alarm_.look(open ? &open->log() : nullptr);
    look_at_room();
    open.reset();
    look_at_nodes();
}

void Serving::look_at_room() {
    auto warn = [](storage::RoomWarnings& warnings, const std::optional<storage::Room>& room, Literal place) {
        if (!room) return;
        if (auto step = warnings.look(*room))
            journal(*step == storage::RoomWarnings::steps.back() ? Level::error : Level::warning, "disk.room",
                    {{"of", place}, {"percent", room->percent()}, {"free_bytes", room->free_bytes}});
    };
    auto records = stores_.records->room();
    warn(room_of_records_, records, "records");
    warn(room_of_packs_, stores_.packs->room(), "packs");
    bool reserve = records && records->free_bytes < limits::disk_reserve_bytes;
    if (reserve == std::exchange(in_reserve_, reserve)) return;
    if (reserve) journal(Level::error, "disk.reserve-begun", {{"free_bytes", records->free_bytes}});
    else journal(Level::info, "disk.reserve-left");
}

// ---- recovery shares ----

Result<server::Unlocking::Taken> Serving::take_share(std::string_view words, const std::string& source) {
    if (is_open()) return fail(Problem::already_done, "the strongroom is open");
    TRY(auto parsed, access::Source::parse(source));
    CHECK(throttle_.attempt(parsed, view("share"), clock_.steady()));
    return give_share(words, {.source = source, .network = to_hex(parsed.bytes)});
}

Result<server::Unlocking::Taken> Serving::give_share(std::string_view words, const keys::ShareBox::Giver& giver) {
    std::lock_guard lock(opening_);
    if (is_open()) return fail(Problem::already_done, "the strongroom is open");
    Taken taken;
    TRY(taken.standing, box_.add(words, giver, clock_));
    if (taken.standing.missing > 0) return taken;
    TRY(auto opened, box_.open([&](const keys::RootKey& root) { return OpenFirm::opens_a_slot(stores_, root).has_value(); }));
    if (!opened) return taken;
    auto used = std::move(opened->shares);
    CHECK(open_with(std::move(opened->root), {}, &used));
    taken.open = true;
    return taken;
}

/// Where nothing is left over from a turn, unlock files and share sets of other root keys are of no use to anybody honest.
Result<void> Serving::keep_present_methods() {
    std::lock_guard lock(methods_);
    auto open = firm();
    if (!open || !open->settled()) return {};
    return keep_present(*open);
}

Result<void> Serving::keep_present(OpenFirm& open) {
    TRY(auto root, open.root_mark());
    CHECK(keep_only(home_, root));
    if (std::erase_if(home_.shares, [&](const ShareSet& set) { return set.root != short_mark(root); }) > 0) CHECK(home_.save());
    return {};
}

std::optional<std::string> Serving::would_lose() {
    auto open = firm();
    if (!open || !open->slots().key_is_only_here()) return std::nullopt;
    static_cast<void>(open->check());   // gives slots that are empty their key again
    if (!open->slots().key_is_only_here()) return std::nullopt;
    return "no slot in reach holds the key of the firm: it is in this process alone, and stopping loses everything. Bring a slot into "
           "reach (muniment keys status)";
}

}  // namespace muniment::app

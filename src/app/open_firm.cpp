// SPDX-License-Identifier: Apache-2.0
#include "app/open_firm.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "app/migrated.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/strongroom.hpp"
#include "strongroom/turn/token.hpp"

namespace muniment::app {
namespace {

/// The key that the database's head needs, from the first slot that has it.
Result<keys::EpochKey> epoch_from_slots(Stores& stores, const keys::RootKey& root, const FirmId& firm) {
    TRY(auto needed, keys::Ring::needed_mark(*stores.records));
    Error last(Problem::unavailable, "no slot has the key for this database");
    for (auto* slot : stores.slot_list()) {
        auto epoch = keys::get_epoch(*slot, root, firm, needed);
        if (epoch) return epoch;
        if (epoch.error().problem != Problem::not_found) last = epoch.error();
    }
    return std::unexpected(last);
}

void alarm(audit::Log& log, const keys::Ring& ring, const Error& why) {
    audit::Leaf leaf{.action = audit::Action::door_shut, .outcome = audit::Outcome::refused};
    audit::Draft draft(std::move(leaf), bytes("{}"), {storage::OwnerKind::firm, ring.firm().bytes, ring.firm_details()});
    if (!log.record(std::move(draft))) journal(Level::error, "gate.alarm-not-recorded");
    journal(Level::error, "gate.shut", {{"problem", why.problem}});
}

}  // namespace

OpenFirm::~OpenFirm() {
    if (auto* nodes = stores_.records->nodes()) nodes->no_longer_followed_by(this);
    if (log_) log_->confirm_with({});
}

Result<void> OpenFirm::opens_a_slot(Stores& stores, const keys::RootKey& root) {
    TRY(auto id, strongroom::firm_in(*stores.records));
    CHECK(epoch_from_slots(stores, root, id));
    return {};
}

Result<std::shared_ptr<OpenFirm>> OpenFirm::open(Stores& stores, keys::RootKey root, const Clock& clock,
                                                 audit::ClockAlarm& clock_alarm, const std::optional<AcceptedLoss>& accepted,
                                                  audit::LogSettings log) {
    std::shared_ptr<OpenFirm> firm(new OpenFirm(stores));
    auto& records = *stores.records;
    TRY(auto id, strongroom::firm_in(records));
    // Before anything is written or signed: an older copy of the database, a damaged one, or another one, is only looked at.
    TRY(firm->standing_, strongroom::diagnose(records, stores.slot_list(), stores.key_set_list(), root, id));
    if (auto refused = strongroom::refusal(firm->standing_)) return std::unexpected(*refused);
    TRY(auto epoch, epoch_from_slots(stores, root, id));
    auto* nodes = records.nodes();
    // Before anything hangs on the key: whoever turns the epoch waits for us from here on.
    if (nodes) {
        firm->others_ended_ = nodes->others_ended();
        CHECK(nodes->works_by(keys::mark_of(epoch, id)));
    }
    TRY(firm->ring_, keys::Ring::open(records, id, std::move(epoch)));
    TRY(firm->log_, audit::Log::open(records, firm->ring_, clock, log));
    clock_alarm.opened(*firm->log_);
    auto gate = access::Gate::open(records, firm->ring_, *firm->log_, clock);
    if (!gate) {
        // The alarm is in the record before anything else happens; nobody is let in.
        alarm(*firm->log_, *firm->ring_, gate.error());
        return std::unexpected(gate.error());
    }
    firm->gate_ = std::move(*gate);
    TRY(firm->name_, strongroom::firm_name(records, *firm->ring_));
    TRY(firm->people_, access::People::open(*firm->gate_));
    TRY(firm->groups_, access::Groups::open(*firm->gate_));
    TRY(firm->sign_in_, access::SignIn::open(*firm->gate_, *firm->people_, firm->name_));
    TRY(firm->register_, strongroom::Register::open(*firm->gate_));
    TRY(firm->papers_, strongroom::Papers::open(*firm->gate_));
    if (accepted) CHECK(strongroom::accept_loss(*firm->gate_, *stores.packs, accepted->pack, accepted->reason));
    TRY(firm->recovered_, strongroom::recover(*firm->gate_, *firm->papers_, *stores.packs));
    firm->uploads_ = std::make_unique<strongroom::OpenUploads>(*firm->gate_, *firm->papers_, *stores.packs);
    firm->slots_ = std::make_unique<strongroom::SlotWatch>(records, stores.slot_list(), firm->ring_, *firm->log_);
    firm->slots_->keep_root(std::move(root));
    CHECK(firm->slots_->look());
    CHECK(firm->inherit_token());
    firm->log_->confirm_with([slots = firm->slots_.get()] { return slots->nothing_newer(); });
    if (nodes) {
        // What moved while all this was being opened is followed now.
        nodes->followed_by(firm.get());
        CHECK(nodes->catch_up());
    }
    // A clean stop lets the first of two copies go on at once: it says so in the slots before the other looks.
    if (firm->slots_->may_touch()) {
        CHECK(firm->slots_->check());
        auto recovered = strongroom::Turn(*firm->gate_, *firm->slots_, stores.key_set_list()).recover(*firm->slots_->root());
        if (!recovered) journal(Level::warning, "turn.not-finished", {{"problem", recovered.error().problem}});
    }
    firm->gate_->take_nothing_in(firm->slots_->is_copy());
    firm->house_.reset(new server::House{*firm->gate_, *firm->sign_in_, *firm->people_, *firm->groups_, *firm->register_, *firm->papers_,
                                         *firm->uploads_, *stores.packs, *firm->log_, firm->name_});
    CHECK(record_migration(records, *firm->log_));
    audit::Leaf leaf{.action = audit::Action::strongroom_unlocked, .outcome = audit::Outcome::done};
    CHECK(firm->log_->record({std::move(leaf), bytes("{}"), {storage::OwnerKind::firm, id.bytes, firm->ring_->firm_details()}}));
    return firm;
}

/// Where no other process has the database open, whoever was at a turn has ended.
Result<void> OpenFirm::inherit_token() {
    TRY(auto others, storage::other_nodes(*stores_.records));
    return others.empty() ? strongroom::TurnToken::inherit(*stores_.records) : Result<void>{};
}

Result<void> OpenFirm::follow(storage::RecordReader& reader, const storage::Moved& moved) {
    if (moved.keys) {
        auto owners = ring_->follow_in(reader);
        if (!owners) {
            if (owners.error().problem == Problem::turned_elsewhere) {
                outdated_ = true;
                gate_->close();   // what is under way ends at its next step
            }
            return std::unexpected<Error>(owners.error());
        }
        to_follow_.insert(to_follow_.end(), owners->begin(), owners->end());
    }
    if (moved.gate) {
        std::vector<access::Session> sessions;
        CHECK(gate_->follow_in(reader, [&](const access::GateRows::Loaded& row) -> Result<void> {
            TRY(auto session, access::SignIn::session_in(row));
            if (session) sessions.push_back(std::move(*session));
            return {};
        }));
        sign_in_->follow(sessions);
        CHECK(groups_->follow_in(reader));
    }
    CHECK(people_->follow_in(reader, to_follow_));
    CHECK(register_->follow_in(reader, to_follow_));
    to_follow_.clear();
    return {};
}

Result<void> OpenFirm::look_at_others() {
    auto* nodes = stores_.records->nodes();
    if (!nodes) return {};
    // A batch, though an empty one: it holds what this node has seen against the database, and remembers what is there now.
    CHECK(stores_.records->commit([](storage::RecordWriter&) { return Result<void>{}; }));
    log_->look_on();
    auto ended = nodes->others_ended();
    if (ended == others_ended_) return {};
    CHECK(inherit_token());
    TRY(auto found, strongroom::recover(*gate_, *papers_, *stores_.packs));
    others_ended_ = ended;
    journal(Level::info, "node.others-taken-over",
            {{"packs", found.packs}, {"checked", found.checked}, {"dropped", found.dropped}, {"damaged", found.damaged}});
    return {};
}

Result<void> OpenFirm::claim(const Home& home) {
    CHECK(write_private_file(home.log_key(), log_->verifier_key() + "\n", true));
    return slots_->claim();
}

Result<void> OpenFirm::check() {
    std::unique_lock lock(turning_, std::try_to_lock);
    if (!lock) return {};   // a turn or a renewal is under way, which may take long; the next check looks
    auto checked = check_under_lock();
    may_work_ = checked && !slots_->is_copy();
    return checked;
}

Result<void> OpenFirm::check_under_lock() {
    if (auto inspected = gate_->inspect(); !inspected) {
        // Nothing is wrong with the rows: this node may only not go by what it knows.
        if (inspected.error().problem == Problem::lease_lost || inspected.error().problem == Problem::turned_elsewhere) return inspected;
        // The alarm is in the record; and slots are told nothing by a database that does not fit.
        alarm(*log_, *ring_, inspected.error());
        return inspected;
    }
    auto checked = slots_->check();
    gate_->take_nothing_in(slots_->is_copy());
    CHECK(std::move(checked));
    if (const auto* root = slots_->root()) {
        CHECK(strongroom::Turn(*gate_, *slots_, stores_.key_set_list()).recover(*root));
    }
    return {};
}

Result<bool> OpenFirm::scrub_some() {
    std::unique_lock lock(turning_, std::try_to_lock);
    if (!lock) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));   // a turn may take long
        return true;
    }
    if (!scrub_) scrub_.emplace(*gate_);
    auto done = scrub_->step();
    if (done && !*done) return true;
    if (done) scrubbed_ = Scrubbed{gate_->clock().now(), scrub_->report()};
    auto verdict = done ? scrub_->verdict() : Result<void>(std::unexpected(done.error()));
    scrub_.reset();
    CHECK(std::move(verdict));
    if (const auto* root = slots_->root()) CHECK(strongroom::Turn(*gate_, *slots_, stores_.key_set_list()).renew_key_set(*root));
    return false;
}

void OpenFirm::begin_jobs(std::vector<duties::Job> jobs, duties::JobRunner::Tell tell) {
    may_work_ = !slots_->is_copy();
    duties::JobRunner::Pace pace;
    pace.may = [this] { return may_work_.load(); };
    jobs_ = std::make_unique<duties::JobRunner>(weak_from_this(), *gate_, std::move(jobs), std::move(tell), std::move(pace));
    house_->jobs = jobs_.get();
}

void OpenFirm::end_jobs() {
    if (jobs_) jobs_->stop(Duration::zero());
}

std::optional<OpenFirm::Scrubbed> OpenFirm::scrubbed() {
    std::lock_guard lock(turning_);
    return scrubbed_;
}

Result<strongroom::TurnReport> OpenFirm::turn(const keys::RootKey* next_root) {
    std::lock_guard lock(turning_);
    const auto* root = slots_->root();
    if (!root) return fail(Problem::locked);
    return strongroom::Turn(*gate_, *slots_, stores_.key_set_list()).run(*root, {.next_root = next_root});
}

Result<OpenFirm::Renewed> OpenFirm::renew() {
    std::lock_guard lock(turning_);
    const auto* root = slots_->root();
    if (!root) return fail(Problem::locked);
    // The turn at the end is what makes the former keys worthless: where it could not be done, nothing is begun.
    strongroom::Turn turn(*gate_, *slots_, stores_.key_set_list());
    CHECK(turn.may_run(*root));
    strongroom::Renewal renewal(*gate_);
    Renewed renewed;
    TRY(static_cast<strongroom::RenewalReport&>(renewed), renewal.run());
    TRY(renewed.turn, turn.run(*root));
    CHECK(renewal.finish());
    return renewed;
}

bool OpenFirm::settled() {
    std::lock_guard lock(turning_);
    auto needed = keys::Ring::needed_mark(gate_->records());
    auto token = gate_->records().single(strongroom::turn_token);
    if (!needed || *needed != ring_->mark() || !token || *token) return false;
    return std::ranges::all_of(slots_->report(), [](const auto& slot) { return slot.other_epochs == 0; });
}

Result<keys::RootKey> OpenFirm::root_copy() {
    std::lock_guard lock(turning_);
    const auto* root = slots_->root();
    if (!root) return fail(Problem::locked);
    return root->clone();
}

Result<keys::Mark> OpenFirm::root_mark() {
    TRY(auto root, root_copy());
    return keys::mark_of(root, ring_->firm());
}

Result<void> OpenFirm::record(audit::Action action, audit::Outcome outcome, const boost::json::object& words) {
    audit::Leaf leaf{.action = action, .outcome = outcome};
    CHECK(log_->record({std::move(leaf), bytes(boost::json::serialize(words)),
                        {storage::OwnerKind::firm, ring_->firm().bytes, ring_->firm_details()}}));
    return {};
}

Result<void> OpenFirm::record_shares(const std::vector<keys::ShareBox::Used>& used, const std::map<std::string, std::uint64_t>& refused) {
    for (const auto& share : used) {
        CHECK(record(audit::Action::share_given, audit::Outcome::done,
                     {{"holder", share.holder}, {"set", share.set}, {"source", share.source}, {"given", to_rfc3339(share.at)}}));
    }
    for (const auto& [source, count] : refused)
        CHECK(record(audit::Action::share_given, audit::Outcome::refused, {{"source", source}, {"count", count}}));
    return {};
}

Result<void> OpenFirm::record_method(std::string_view method, std::string_view change) {
    return record(audit::Action::unlock_method_changed, audit::Outcome::done, {{"method", method}, {"change", change}});
}

void OpenFirm::stop_cleanly() {
    audit::Leaf leaf{.action = audit::Action::strongroom_locked, .outcome = audit::Outcome::done};
    auto written = log_->record({std::move(leaf), bytes("{}"), {storage::OwnerKind::firm, ring_->firm().bytes, ring_->firm_details()}});
    if (!written || !log_->checkpoint_now() || !slots_->stop_cleanly()) journal(Level::warning, "stop.not-clean");
}

}  // namespace muniment::app

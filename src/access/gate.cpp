// SPDX-License-Identifier: Apache-2.0
#include "access/gate.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/safeguards.hpp"

namespace muniment::access {
namespace {

/// How often a decision is made anew because the policy moved between deciding and committing.
constexpr int tries_max = 8;
constexpr std::size_t openings_max = 65'536;
/// Entries since the gate's head was sealed, after which an inspection seals it anew: each must be read to hold the head against it.
constexpr std::uint64_t log_tail_max = 4'096;
/// How long an answer of the file system counts: what all workers can write meanwhile is a part of the reserve.
constexpr Duration room_counts_for = std::chrono::milliseconds(50);

Bytes words(const Ruling& ruling, const Decision& decision) {
    boost::json::object said{{"permission", name(ruling.permission)},
                             {"reason", static_cast<int>(decision.reason)},
                             {"source", ruling.who.origin().source},
                             {"revision", ruling.revision}};
    if (decision.wall) said["wall"] = decision.wall->text();
    if (decision.group) said["group"] = decision.group->text();
    return bytes(boost::json::serialize(said));
}

/// What stands under one entry: the same action on the same subjects.
Id16 digest(audit::Action action, const std::vector<audit::Subject>& subjects) {
    Writer w;
    w.u16(static_cast<std::uint16_t>(action));
    for (const auto& s : subjects) w.u8(static_cast<std::uint8_t>(s.kind)).raw(s.id).u64(s.number);
    auto hash = crypto::sha256(w.written());
    Id16 id;
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

bool knows(const Policy& policy, const Person& person) { return policy.person(person.id) != nullptr; }
bool knows(const Policy& policy, const Group& group) { return policy.group(group.id) != nullptr; }
bool knows(const Policy& policy, const Matter& matter) { return policy.matter(matter.id) != nullptr; }
bool knows(const Policy& policy, const Wall& wall) { return policy.wall(wall.id) != nullptr; }
bool knows(const Policy& policy, const Grant& grant) {
    const auto* card = policy.matter_card(grant.matter);
    return card && std::ranges::find(card->team, grant.grantee, &Grant::grantee) != card->team.end();
}

}  // namespace

Gate::Gate(storage::Records& records, std::shared_ptr<keys::Ring> ring, audit::Log& log, const Clock& clock, Policy policy)
    : records_(records),
      ring_(std::move(ring)),
      log_(log),
      clock_(clock),
      rows_(*ring_),
      policy_(std::move(policy)),
      answers_(records_, *ring_, clock_),
      afterwards_(log),
      room_looked_at_((clock.steady() - room_counts_for).count()) {}

Result<void> Gate::found_in(storage::RecordWriter& writer, const keys::Ring& ring) { return GateRows(ring).found_in(writer); }

Result<std::unique_ptr<Gate>> Gate::open(storage::Records& records, std::shared_ptr<keys::Ring> ring, audit::Log& log,
                                         const Clock& clock) {
    Facts facts;
    TRY(auto head, GateRows(*ring).load(
                       records, [&](const GateRows::Loaded& row) { return decode_into(facts, row.place.kind, row.content); }));
    return std::unique_ptr<Gate>(new Gate(records, std::move(ring), log, clock, Policy::build(facts, head.policy_revision)));
}

Principal Principal::with_idempotency(std::string_view key, std::shared_ptr<const Hash> request) const {
    Principal same = *this;
    same.origin_.repeatable = {crypto::sha256({View(person_), view(key)}), std::move(request)};
    return same;
}

Result<void> Gate::inspect() {
    // No change of the policy may be under way between reading the rows and comparing them with it. Credentials and sessions come
    // and go without that lock: only within a transaction do rows and head stand still for each other.
    std::lock_guard lock(changing_);
    std::optional<Error> misfit;
    CHECK(records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
        Facts facts;
        misfit.reset();
        auto head =
            rows_.load(writer, [&](const GateRows::Loaded& row) { return decode_into(facts, row.place.kind, row.content); });
        if (!head) {
            misfit = head.error();
        } else if (head->policy_revision != policy()->revision() || Policy::build(facts, head->policy_revision) != *policy()) {
            misfit = Error(Problem::wall_shut, "the rows that the gate reads are not those that it decides by");
        } else {
            TRY(auto entries, writer.entry_count());
            if (entries - head->log_size > log_tail_max) return rows_.renew_in(writer);
        }
        return {};
    }));
    if (!misfit) return {};
    state_ = State::shut;
    return std::unexpected(*misfit);
}

Result<void> Gate::follow_in(storage::RecordReader& reader, const std::function<Result<void>(const GateRows::Loaded&)>& also) {
    Facts facts;
    TRY(auto head, rows_.load(reader, [&](const GateRows::Loaded& row) -> Result<void> {
            CHECK(decode_into(facts, row.place.kind, row.content));
            return also(row);
        }));
    if (head.policy_revision < policy()->revision())
        return fail(Problem::wall_shut, "the policy in the database is older than the one that is decided by");
    if (head.policy_revision > policy()->revision()) policy_.publish(Policy::build(facts, head.policy_revision));
    return {};
}

Result<void> Gate::not_shut() const {
    switch (state_) {
        case State::open: return {};
        case State::closed: return fail(Problem::locked);
        case State::shut: break;
    }
    return fail(Problem::wall_shut, "an inspection found rows that do not fit");
}

Result<void> Gate::takes_changes() const {
    CHECK(not_shut());
    return copy_ ? fail(Problem::only_a_copy) : Result<void>{};
}

Result<void> Gate::room_left() const {
    auto now = clock_.steady().count();
    if (now - room_looked_at_.load(std::memory_order_relaxed) >= room_counts_for.count()) {
        auto room = records_.room();
        in_reserve_.store(room && room->free_bytes < limits::disk_reserve_bytes, std::memory_order_relaxed);
        room_looked_at_.store(now, std::memory_order_relaxed);
    }
    if (!in_reserve_.load(std::memory_order_relaxed)) return {};
    return fail(Problem::no_room, "less than " + std::to_string(limits::disk_reserve_bytes / limits::MiB) +
                                      " MiB are left, which are kept for signing in and for shutting somebody out");
}

Ruling Gate::ruling_on(const Principal& who, Permission permission, Subject subject, bool own) const {
    return {who, permission, std::move(subject), policy()->revision(), own};
}

Decision Gate::decide_now(const Ruling& ruling, const Policy& policy) const {
    const auto* person = policy.person(ruling.who.person());
    // The sessions of a person end when their revision moves, and with them whatever is still under way in one.
    if (person && person->revision != ruling.who.person_revision()) return {.permitted = false, .reason = Reason::not_active};
    if (!ruling.own) return decide(policy, ruling.who.person(), ruling.permission, ruling.subject, clock_.now());
    bool stands = person && person->active && (!person->until || clock_.now() < *person->until);
    return {.permitted = stands, .reason = stands ? Reason::role_grants : Reason::not_active};
}

Decision Gate::ask(const PersonId& who, Permission what, const Subject& subject) const {
    return decide(*policy(), who, what, subject, clock_.now());
}

audit::Draft Gate::draft(const Principal& who, audit::Action action, audit::Outcome outcome, std::vector<audit::Subject> subjects,
                         Bytes said) const {
    audit::Leaf leaf{.id = EntryId::fresh(clock_.now()), .at = clock_.now(), .action = action, .outcome = outcome,
                     .person = who.person(), .session = who.session(), .request = who.origin().request,
                     .subjects = std::move(subjects)};
    return audit::Draft(std::move(leaf), std::move(said), {storage::OwnerKind::firm, ring_->firm().bytes, ring_->firm_details()});
}

Error Gate::refuse(const Ruling& ruling, const Decision& decision, audit::Action action, std::vector<audit::Subject> subjects) {
    auto written = log_.record(draft(ruling.who, action, audit::Outcome::refused, std::move(subjects), words(ruling, decision)));
    if (!written) return written.error();
    // Who may not even see the matter, or stands behind a wall from the client, is not told that it exists.
    bool walled = decision.reason == Reason::wall_forbids;
    bool hidden = ruling.subject.matter && !ask(ruling.who.person(), Permission::matter_view, ruling.subject).permitted;
    return Error(hidden || walled || decision.reason == Reason::unknown_matter ? Problem::not_found : Problem::denied);
}

std::shared_ptr<const audit::Durable> Gate::standing(const OpeningKey& key, std::uint64_t revision) const {
    std::lock_guard lock(openings_mutex_);
    auto at = openings_.find(key);
    if (at == openings_.end() || at->second.revision != revision || at->second.until <= clock_.steady()) return nullptr;
    return at->second.proof;
}

void Gate::stands(const OpeningKey& key, std::shared_ptr<const audit::Durable> proof, std::uint64_t revision) {
    auto now = clock_.steady();
    std::lock_guard lock(openings_mutex_);
    if (openings_.size() >= openings_max) {
        std::erase_if(openings_, [&](const auto& each) { return each.second.until <= now || each.second.revision != revision; });
        if (openings_.size() >= openings_max) openings_.clear();
    }
    openings_[key] = {std::move(proof), revision, now + limits::opening_valid};
}

Result<std::shared_ptr<const audit::Durable>> Gate::admit_reading(Ruling& ruling, audit::Action action,
                                                                  std::vector<audit::Subject> subjects, Opening opening) {
    CHECK(not_shut());
    OpeningKey key{ruling.who.person(), ruling.who.session(), digest(action, subjects)};
    for (int tries = 0; tries < tries_max; ++tries) {
        auto policy = this->policy();
        ruling.revision = policy->revision();
        auto decision = decide_now(ruling, *policy);
        if (!decision.permitted) return std::unexpected(refuse(ruling, decision, action, std::move(subjects)));
        if (opening == Opening::may_stand) {
            if (auto proof = standing(key, ruling.revision)) return proof;
        }
        bool moved = false;
        auto entry = draft(ruling.who, action, audit::Outcome::permitted, subjects, words(ruling, decision));
        // Broken on purpose in the build that tests promise 3: the reading does not wait for its entry.
        if (broken(3)) {
            TRY(auto early, log_.record(std::move(entry)));
            return std::make_shared<const audit::Durable>(std::move(early));
        }
        auto written = log_.commit(std::move(entry),
                                   [&](storage::RecordWriter& writer, audit::Draft&) -> Result<void> {
                                       TRY(bool stands, GateRows::stands_at(writer, ruling.revision));
                                       moved = !stands;
                                       if (moved) return fail(Problem::stale, "the policy moved");
                                       return {};
                                   });
        if (written) {
            auto proof = std::make_shared<const audit::Durable>(std::move(*written));
            if (opening == Opening::may_stand) stands(key, proof, ruling.revision);
            return proof;
        }
        if (!moved) return std::unexpected(written.error());
    }
    return fail(Problem::busy, "who may do what is being changed faster than it can be decided");
}

Result<audit::Draft> Gate::admit_change(Ruling& ruling, audit::Action action, std::vector<audit::Subject> subjects) {
    CHECK(takes_changes());
    auto policy = this->policy();
    ruling.revision = policy->revision();
    auto decision = decide_now(ruling, *policy);
    if (!decision.permitted) return std::unexpected(refuse(ruling, decision, action, std::move(subjects)));
    return draft(ruling.who, action, audit::Outcome::done, std::move(subjects), words(ruling, decision));
}

/// What was permitted and did not come about because of how things stand: the answer tells something (that a name is taken, that a
/// wall is in the way), so it is an entry, and durable before it is given.
Error Gate::recorded(const Ruling& ruling, const audit::Leaf& leaf, Error error) {
    switch (error.problem) {
        case Problem::conflict:
        case Problem::name_taken:
        case Problem::not_found:
        case Problem::denied: break;
        default: return error;
    }
    auto said = bytes(
        boost::json::serialize(boost::json::object{{"problem", slug(error.problem)}, {"source", ruling.who.origin().source}}));
    auto written = log_.record(draft(ruling.who, leaf.action, audit::Outcome::refused, leaf.subjects, std::move(said)));
    return written ? error : written.error();
}

Result<audit::Durable> Gate::commit_change(Ruling& ruling, audit::Draft draft, audit::Log::Work work) {
    CHECK(takes_changes());
    // Decided again in the commit, by the policy of now: it may have moved since, and grants and people end by the clock as well.
    // A revision that the database has and is not published yet cannot be waited for here: that needs the committer's thread.
    auto leaf = draft.leaf();
    std::optional<Decision> refused;
    auto done = log_.commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        auto now = policy();
        TRY(bool current, GateRows::stands_at(writer, now->revision()));
        if (!current) return fail(Problem::busy, "who may do what is being changed at this moment");
        ruling.revision = now->revision();
        if (auto decision = decide_now(ruling, *now); !decision.permitted) {
            refused = decision;
            return fail(Problem::denied);
        }
        CHECK(work(writer, entry));
        return answers_.remember_in(writer, ruling.who, entry.leaf().subjects);
    });
    if (refused) return std::unexpected(refuse(ruling, *refused, leaf.action, leaf.subjects));
    if (!done) return std::unexpected(recorded(ruling, leaf, done.error()));
    return done;
}

Result<void> Gate::write_change(storage::RecordWriter& writer, audit::Draft& entry, const Policy& before,
                                const Change& change) const {
    const auto& firm = ring_->firm();
    return std::visit(
        [&]<class C>(const C& fact) -> Result<void> {
            if constexpr (requires { encode(fact); }) {
                // A row that was hidden while its successor is written would count twice, and its successor could be put back after
                // it was dropped: so what we decide by must be there, and what we do not know must not.
                auto place = place_of(firm, fact);
                TRY(auto former, writer.gate_row(static_cast<std::uint16_t>(place.kind), place.row));
                if (former.has_value() != knows(before, fact))
                    return fail(Problem::wall_shut, "a row that the gate decides by came or went");
                return rows_.put_in(writer, entry, place_of(firm, fact), encode(fact));
            } else if constexpr (std::is_same_v<C, DropGrant>) {
                return rows_.drop_in(writer, entry,
                                     place_of(firm, Grant{.matter = fact.matter, .grantee = fact.grantee, .until = {}}));
            } else if constexpr (std::is_same_v<C, Drop<PersonId>>) {
                return rows_.drop_in(writer, entry, place_of(firm, Person{.id = fact.id}));
            } else if constexpr (std::is_same_v<C, Drop<GroupId>>) {
                return rows_.drop_in(writer, entry, place_of(firm, Group{.id = fact.id}));
            } else if constexpr (std::is_same_v<C, Drop<WallId>>) {
                return rows_.drop_in(writer, entry, place_of(firm, Wall{.id = fact.id}));
            } else {
                return rows_.drop_in(writer, entry, place_of(firm, Matter{.id = fact.id}));
            }
        },
        change);
}

Result<audit::Durable> Gate::change_policy(Ruling& ruling, audit::Draft draft, const Edit& edit, audit::Log::Work work) {
    CHECK(takes_changes());
    std::lock_guard lock(changing_);
    auto leaf = draft.leaf();
    for (int tries = 0; tries < tries_max; ++tries) {
        auto before = policy();
        ruling.revision = before->revision();
        auto decision = decide_now(ruling, *before);
        if (!decision.permitted) return std::unexpected(refuse(ruling, decision, leaf.action, leaf.subjects));
        // Another node changed the policy in between; that was followed before the transaction that noticed.
        if (tries > 0) draft = this->draft(ruling.who, leaf.action, leaf.outcome, leaf.subjects, words(ruling, decision));
        auto changes = edit(*before);
        if (!changes) return std::unexpected(recorded(ruling, leaf, changes.error()));
        Policy after = *before;
        for (const auto& change : *changes) after = after.with(change);
        bool moved = false;
        auto write = [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
            auto advanced = rows_.advance_in(writer, before->revision());
            moved = !advanced && advanced.error().problem == Problem::stale;
            CHECK(std::move(advanced));
            for (const auto& change : *changes) CHECK(write_change(writer, entry, *before, change));
            if (work) CHECK(work(writer, entry));
            return answers_.remember_in(writer, ruling.who, entry.leaf().subjects);
        };
        auto done = log_.commit(std::move(draft), write);
        if (done) policy_.publish(after.at_revision(before->revision() + 1));
        if (done || !moved) return done;
    }
    return fail(Problem::busy, "who may do what is being changed faster than it can be decided");
}

void Gate::settle(const Principal& who) {
    if (!who.origin().repeatable) return;
    {
        std::lock_guard lock(settling_mutex_);
        settling_.push_back(who);
        if (settling_.size() > 1) return;                    // somebody is on the way already, and takes this one along
    }
    afterwards_.then([this] {
        std::vector<Principal> made;
        {
            std::lock_guard lock(settling_mutex_);
            made.swap(settling_);
        }
        return answers_.settle(made);
    });
}

Result<void> Gate::still(Ruling& ruling) const {
    CHECK(not_shut());
    CHECK(storage::catch_up(records_));
    auto now = policy();
    // Grants and people end by the clock as well, so the moment is asked even where nothing moved: a decision is under 1 µs.
    if (!decide_now(ruling, *now).permitted) return fail(Problem::denied, "what was permitted has been taken back meanwhile");
    if (session_stands_ && !session_stands_(ruling.who.session()))
        return fail(Problem::unauthenticated, "The session that this began in has ended meanwhile.");
    ruling.revision = now->revision();
    return {};
}

void Gate::note(const Principal& who, audit::Action action, audit::Outcome outcome, std::vector<audit::Subject> subjects) {
    afterwards_.record(draft(who, action, outcome, std::move(subjects), bytes("{}")));
}

}  // namespace muniment::access

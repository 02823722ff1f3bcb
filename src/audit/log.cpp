// SPDX-License-Identifier: Apache-2.0
#include "audit/log.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <span>
#include <thread>

#include "audit/lineage.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/safeguards.hpp"

namespace muniment::audit {
namespace {

keys::Place detail_place(const storage::EntryRow& row, const EntryId& entry) {
    return {keys::Kind::audit_detail, row.owner, entry.bytes, 0};
}

Result<LogKey> open_log_key(storage::RecordReader& reader, const keys::Ring& ring) {
    return LogKey::read(reader, ring.firm(), ring.firm_fields());
}

/// What all entries of logs that go on are about, so that they are found: "log-continued", and zeros.
constexpr Id16 continued_id{'l', 'o', 'g', '-', 'c', 'o', 'n', 't', 'i', 'n', 'u', 'e', 'd'};

/// Checkpoints as subjects of an entry: each root in two halves, each half with the size; then the number of the log that begins.
std::vector<Subject> subjects_of(const std::vector<Log::Former>& formers, std::uint64_t number) {
    std::vector<Subject> said;
    for (const auto& former : formers) {
        for (std::size_t half = 0; half < former.root.size(); half += 16) {
            said.push_back({SubjectKind::other, {}, former.size});
            std::copy_n(former.root.begin() + static_cast<std::ptrdiff_t>(half), 16, said.back().id.begin());
        }
    }
    said.push_back({SubjectKind::other, continued_id, number});
    return said;
}

/// What ended, in the words of the entry: the first as fields of their own, the others in a list.
boost::json::object in_words(const Log::Former& former) {
    return {{"former", text(former.note)}, {"size", former.size}, {"root", to_base64(former.root)}, {"former_log", former.number}};
}

}  // namespace

/// What becomes a row, with the hash of its leaf.
struct Log::Prepared {
    storage::EntryRow row;
    EntryId entry;
    Hash hash{};
};

Log::Log(storage::Records& records, std::shared_ptr<keys::Ring> ring, const Clock& clock, VerifierKey key, Duration turn_wait)
    : records_(records), ring_(std::move(ring)), clock_(clock), key_(std::move(key)), turn_wait_(turn_wait) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(storage::Records& records, std::shared_ptr<keys::Ring> ring, const Clock& clock,
                                       LogSettings settings) {
    TRY(auto opened, open_log_key(records, *ring));
    TRY(auto line, opened.lineage(ring->firm()));
    TRY(auto key, crypto::SigningKey::from_seed(std::move(opened.seed)));
    auto verifier = line.newest;
    Watch watch(verifier);
    TRY(auto head, watch.look(records));
    static_cast<void>(head);
    std::unique_ptr<Log> log(new Log(records, std::move(ring), clock, verifier, settings.turn_wait));
    log->sequencer_ = std::make_unique<Sequencer>(records, log->origin(), std::move(key), std::move(watch), settings);
    return log;
}

Result<void> Log::found_in(storage::RecordWriter& writer, const keys::Ring& ring) {
    CHECK((LogKey{1, crypto::SigningKey::random().seed().clone(), {}}.write(writer, ring.firm(), ring.firm_fields())));
    return writer.put_single(tree_row, TreeHead{0, empty_root()}.row());
}

Result<Lineage> Log::lineage_in(storage::RecordReader& reader, const keys::Ring& ring) {
    TRY(auto key, open_log_key(reader, ring));
    return key.lineage(ring.firm());
}

Result<void> Log::begin_anew_in(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock,
                                std::vector<Former> formers) {
    TRY(auto key, open_log_key(writer, ring));
    auto ended_by = [](const Former& each) { return EndedLog{each.number, each.size, each.root}; };
    std::ranges::sort(formers, std::greater{}, ended_by);
    formers.erase(std::ranges::unique(formers, {}, ended_by).begin(), formers.end());
    std::vector<EndedLog> ended;
    std::ranges::transform(formers, std::back_inserter(ended), ended_by);
    auto number = std::max(key.number, ended.empty() ? 0 : ended.front().number);
    if (number >= log_number_max) return fail(Problem::conflict, "the firm's logs have no number left for one that begins anew");
    key.number = ++number;
    key.end(std::move(ended));
    CHECK(key.write(writer, ring.firm(), ring.firm_fields()));
    TRY(auto kept, writer.entry_count());
    if (formers.size() > formers_named_max) formers.resize(formers_named_max);
    // Roots and sizes stand in the leaf itself: what was signed before stays seen, whoever holds which keys.
    CHECK(writer.index_entry(continued_id, kept));
    Leaf leaf{.action = Action::log_continued, .outcome = Outcome::done, .subjects = subjects_of(formers, number)};
    auto words = formers.empty() ? boost::json::object{} : in_words(formers.front());
    boost::json::array others;
    for (std::size_t i = 1; i < formers.size(); ++i) others.push_back(in_words(formers[i]));
    words["others"] = std::move(others);
    words["kept"] = kept;
    words["log"] = number;
    CHECK(append_founding_in(writer, ring, clock,
                             {std::move(leaf), bytes(boost::json::serialize(words)),
                              {storage::OwnerKind::firm, ring.firm().bytes, ring.firm_details()}}));
    // As open() will: what would not open is not to be committed.
    TRY(auto again, open_log_key(writer, ring));
    TRY(auto line, again.lineage(ring.firm()));
    CHECK(Watch(line.newest).look(writer));
    return {};
}

Result<Log::Prepared> Log::prepare(Draft& draft, const FirmId& firm, const Clock& clock) {
    if (draft.leaf_.at == Instant{}) draft.leaf_.at = clock.now();
    if (draft.leaf_.id.is_nil()) draft.leaf_.id = EntryId::fresh(draft.leaf_.at);
    Prepared prepared{.row = {}, .entry = draft.leaf_.id};
    CHECK(seal_detail(draft, firm, prepared.row));
    return prepared;
}

Result<void> Log::seal_detail(Draft& draft, const FirmId& firm, storage::EntryRow& row) {
    if (draft.words_.size() > limits::detail_bytes_max)
        return fail(Problem::too_large, "the words of an entry, " + std::to_string(draft.words_.size()) + " bytes");
    Detail detail{random_bytes<32>(), draft.words_};
    row.owner_kind = draft.owner_->kind;
    row.owner = draft.owner_->owner;
    row.detail = keys::seal(draft.owner_->key, firm, detail_place(row, draft.leaf_.id), detail.encode());
    draft.leaf_.commitment = detail.commitment();
    draft.retold_ = false;
    return {};
}

Result<void> Log::finish(const Draft& draft, Prepared& prepared) {
    if (draft.leaf_.subjects.size() > subjects_max) return fail(Problem::too_large, "an entry about too much");
    prepared.row.leaf = draft.leaf_.encode();
    prepared.hash = leaf_hash(prepared.row.leaf);
    return {};
}

/// The entry, and where its change wrote more rows than a leaf names, others behind it that name the rest: none goes unsaid.
Result<void> Log::append(storage::RecordWriter& writer, Draft& draft, Prepared& prepared, const FirmId& firm, const Clock& clock) {
    auto marks = std::exchange(draft.leaf_.rows, {});
    if (marks.size() > limits::rows_per_change_max) return fail(Problem::too_large, "a change of so many rows at once");
    auto rest = std::span(std::as_const(marks));
    auto take = [&](Leaf& leaf) {
        auto some = rest.first(std::min(rest.size(), row_marks_max));
        leaf.rows.assign(some.begin(), some.end());
        rest = rest.subspan(some.size());
    };
    take(draft.leaf_);
    CHECK(finish(draft, prepared));
    TRY(auto sequence, writer.append_entry(prepared.row));
    static_cast<void>(sequence);
    while (!rest.empty()) {
        Draft more(draft);
        more.leaf_.id = EntryId::fresh(draft.leaf_.at);
        more.leaf_.action = Action::rows_written;
        more.leaf_.subjects.resize(std::min(more.leaf_.subjects.size(), subjects_max - 1));
        more.add(Subject{SubjectKind::entry, draft.leaf_.id.bytes});
        more.say(bytes("{}"));
        take(more.leaf_);
        TRY(auto further, prepare(more, firm, clock));
        CHECK(finish(more, further));
        TRY(auto next, writer.append_entry(further.row));
        static_cast<void>(next);
    }
    return {};
}

Durable Log::written(const Prepared& prepared) {
    sequencer_->entry_written();
    return Durable(prepared.entry, prepared.hash);
}

Result<Durable> Log::record(Draft draft) {
    TRY(auto prepared, prepare(draft, ring_->firm(), clock_));
    if (draft.leaf_.rows.size() > row_marks_max) return fail(Problem::too_large, "an entry that names too many rows");
    CHECK(finish(draft, prepared));
    if constexpr (broken(3)) return record_too_late(std::move(prepared));
    CHECK(records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto sequence, writer.append_entry(prepared.row));
        static_cast<void>(sequence);
        return {};
    }));
    return written(prepared);
}

// The safeguard of promise 3 left out, for the scenario that must then fail: says that the entry is durable a second before it
// is. record() calls it only in a build with -DMUNIMENT_BREAK=3.
Durable Log::record_too_late(Prepared prepared) {
    Durable claimed(prepared.entry, prepared.hash);
    std::lock_guard held(late_mutex_);
    late_.emplace_back([this, prepared = std::move(prepared)] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        auto done = records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
            TRY(auto sequence, writer.append_entry(prepared.row));
            static_cast<void>(sequence);
            return {};
        });
        if (done) sequencer_->entry_written();
    });
    return claimed;
}

/// Between a turn's commit and the taking of its keys the database is ahead of us, for a moment. Waits for the end of it; false where
/// it does not come, as in a process that has not heard of the turn.
bool Log::follows_turn() const {
    constexpr auto step = std::chrono::milliseconds(2);
    for (auto waited = Duration::zero(); waited < turn_wait_; waited += step) {
        std::this_thread::sleep_for(step);
        auto needed = keys::Ring::needed_mark(records_);
        if (!needed) return false;
        if (*needed == ring_->mark()) return true;
    }
    return false;
}

Result<Durable> Log::commit(Draft draft, Work work) {
    constexpr int turns_met_max = 3;
    TRY(auto sealed, prepare(draft, ring_->firm(), clock_));
    for (int turns_met = 0;; ++turns_met) {
        Prepared prepared;
        bool met_turn = false;
        auto done = records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
            auto fence = ring_->fence_in(writer);
            met_turn = !fence && fence.error().problem == Problem::unavailable;
            CHECK(std::move(fence));
            Draft attempt(draft);
            CHECK(work(writer, attempt));
            prepared = sealed;
            // Rare: only where the work itself decided on the words, or made the key that seals them.
            if (attempt.retold_) CHECK(seal_detail(attempt, ring_->firm(), prepared.row));
            return append(writer, attempt, prepared, ring_->firm(), clock_);
        });
        if (done) return written(prepared);
        if (!met_turn || turns_met == turns_met_max || !follows_turn()) return std::unexpected<Error>(done.error());
    }
}

Result<void> Log::append_in(storage::RecordWriter& writer, Draft draft) {
    CHECK(append_founding_in(writer, *ring_, clock_, std::move(draft)));
    sequencer_->entry_written();
    return {};
}

Result<void> Log::append_founding_in(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock, Draft draft) {
    TRY(auto prepared, prepare(draft, ring.firm(), clock));
    return append(writer, draft, prepared, ring.firm(), clock);
}

Draft Log::own_draft(Action action, Outcome outcome, std::string_view words) const {
    auto now = clock_.now();
    Leaf leaf{.id = EntryId::fresh(now), .at = now, .action = action, .outcome = outcome};
    return Draft(std::move(leaf), bytes(words), {storage::OwnerKind::firm, ring_->firm().bytes, ring_->firm_details()});
}

Result<Instant> Log::newest_time() const {
    Result<Instant> newest;
    CHECK(records_.for_each_entry_backwards(UINT64_MAX, [&](const storage::EntryRow& row) {
        auto leaf = Leaf::decode(row.leaf);
        if (leaf) newest = leaf->at;
        else newest = fail(Problem::corrupt, "entry " + std::to_string(row.sequence) + " of the log does not decode");
        return false;
    }));
    return newest;
}

Result<std::uint64_t> Log::size() const { return records_.entry_count(); }

Result<storage::CheckpointRow> Log::checkpoint_now() { return sequencer_->checkpoint_now(); }

Result<std::vector<Log::Found>> Log::find(std::optional<Id16> subject, std::uint64_t below, std::size_t count) {
    std::vector<Found> found;
    Result<void> decoded;
    auto take = [&](const storage::EntryRow& row) {
        auto leaf = Leaf::decode(row.leaf);
        if (!leaf) {
            decoded = fail(Problem::corrupt, "entry " + std::to_string(row.sequence) + " of the log does not decode");
            return false;
        }
        found.push_back({row.sequence, *std::move(leaf), row});
        return found.size() < count;
    };
    if (count == 0) return found;
    if (!subject) {
        CHECK(records_.for_each_entry_backwards(below, take));
    } else {
        CHECK(sequencer_->index_all());
        TRY(auto sequences, records_.entries_about(*subject, below, count));
        for (auto sequence : sequences) CHECK(records_.for_each_entry(sequence, sequence + 1, take));
    }
    CHECK(decoded);
    return found;
}

Result<Bytes> Log::words_of(const Found& entry, const keys::SealKey& details_key) const {
    if (entry.row.detail.empty()) return fail(Problem::not_found, "the words of this entry were destroyed");
    TRY(auto opened, keys::open(details_key, ring_->firm(), detail_place(entry.row, entry.leaf.id), entry.row.detail));
    TRY(auto detail, Detail::decode(opened));
    if (detail.commitment() != entry.leaf.commitment)
        return fail(Problem::corrupt, "words that are not those of entry " + entry.leaf.id.text());
    return std::move(detail.words);
}

Result<Log::Inclusion> Log::prove(std::uint64_t sequence) {
    TRY(auto entries, records_.entry_count());
    if (sequence >= entries) return fail(Problem::not_found, "entry " + std::to_string(sequence));
    TRY(auto row, records_.newest_checkpoint());
    if (!row || row->size <= sequence) {
        TRY(row, checkpoint_now());
    }
    TRY(auto checkpoint, open_checkpoint(row->note, key_));
    Inclusion inclusion{sequence, checkpoint.size, {}, row->note};
    TRY(inclusion.path, prove_inclusion(sequence, checkpoint.size, stored_tiles(records_)));
    bool fits = false;
    CHECK(records_.for_each_entry(sequence, sequence + 1, [&](const storage::EntryRow& entry) {
        fits = verify_inclusion(leaf_hash(entry.leaf), sequence, checkpoint.size, inclusion.path, checkpoint.root);
        return false;
    }));
    if (!fits) return fail(Problem::corrupt, "entry " + std::to_string(sequence) + " of the log does not fit its tree");
    return inclusion;
}

}  // namespace muniment::audit

// SPDX-License-Identifier: Apache-2.0
#include "audit/sequencer.hpp"

#include <algorithm>

#include "audit/entry.hpp"
#include "base/limits.hpp"

namespace muniment::audit {
namespace {
constexpr std::string_view indexed_row = "indexed", holder_row = "sequencer";
}

Sequencer::Sequencer(storage::Records& records, std::string origin, crypto::SigningKey key, Watch watch, LogSettings settings)
    : records_(records), origin_(std::move(origin)), key_(std::move(key)), settings_(settings), watch_(std::move(watch)) {
    if (!settings_.start_sequencer) return;
    waiting_ = 1;                                          // what a crash left outside of the tree
    thread_ = std::thread([this] { run(); });
}

Sequencer::~Sequencer() {
    {
        std::lock_guard held(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Sequencer::entry_written() {
    auto waiting = waiting_.fetch_add(1) + 1;
    // Only these two cross a threshold that run() waits for; the others cost one atomic addition.
    if (waiting != 1 && waiting != settings_.integrate_batch) return;
    { std::lock_guard held(mutex_); }                      // run() is either before its look at waiting_, or asleep
    wake_.notify_one();
}

void Sequencer::run() {
    std::unique_lock held(mutex_);
    for (;;) {
        wake_.wait(held, [&] { return stopping_ || waiting_ > 0; });
        wake_.wait_for(held, settings_.checkpoint_every, [&] { return stopping_ || waiting_ >= settings_.integrate_batch; });
        if (stopping_) return;
        held.unlock();
        waiting_ = 0;
        auto done = round();
        held.lock();
        trouble_.reset();
        if (done) continue;
        trouble_ = done.error();
        waiting_.fetch_add(1);                             // try again after the next interval
        wake_.wait_for(held, settings_.checkpoint_every, [&] { return stopping_; });
    }
}

Result<void> Sequencer::round() {
    TRY(bool theirs, others_at_work());
    if (theirs) return {};
    TRY(auto signed_row, checkpoint_now());
    static_cast<void>(signed_row);
    // The index is written at random places, which would hold up writers: only where few of them are at work.
    while (waiting_ < settings_.integrate_batch / 4) {
        TRY(auto more, index_some());
        if (!more) break;
    }
    return {};
}

std::optional<Error> Sequencer::trouble() const {
    std::lock_guard held(mutex_);
    return trouble_;
}

void Sequencer::confirm_with(Confirm confirm) {
    std::lock_guard turn(tree_turn_);
    confirm_ = std::move(confirm);
}

Result<bool> Sequencer::others_at_work() {
    if (!records_.nodes()) return false;
    std::lock_guard turn(tree_turn_);
    TRY(auto holder, records_.single(holder_row));
    if (!holder || holder->value == bytes(View(self_))) return false;
    TRY(auto others, storage::other_nodes(records_));
    if (others.empty()) return false;                      // whoever it was is gone
    CHECK(watch_.look(records_));
    TRY(auto entries, records_.entry_count());
    auto covered = watch_.newest() ? watch_.newest()->size : 0;
    bool moved = std::exchange(covered_, covered) != covered;
    still_for_ = moved || covered >= entries ? 0 : still_for_ + 1;
    if (still_for_ > limits::sequencer_still_rounds) return false;
    if (covered < entries) waiting_.fetch_add(1);          // looks again after the next interval
    return true;
}

Result<void> Sequencer::take_over() {
    if (!records_.nodes()) return {};
    auto mine = bytes(View(self_));
    TRY(auto holder, records_.single(holder_row));
    if (holder && holder->value == mine) return {};
    if (confirm_) CHECK(confirm_());
    still_for_ = 0;
    return records_.commit([&](storage::RecordWriter& writer) { return writer.put_single(holder_row, {1, mine}); });
}

Result<storage::CheckpointRow> Sequencer::checkpoint_now() {
    std::lock_guard turn(tree_turn_);
    CHECK(take_over());
    for (;;) {
        TRY(auto more, extend());
        if (!more) return sign();
    }
}

Result<bool> Sequencer::extend() {
    TRY(auto head, TreeHead::read(records_));
    TRY(auto entries, records_.entry_count());
    if (entries <= head.size) return false;
    TRY(auto edge, stored_edge(records_, head));
    auto end = std::min<std::uint64_t>(entries, head.size + settings_.integrate_batch);
    std::vector<Tile> tiles;
    CHECK(records_.for_each_entry(head.size, end, [&](const storage::EntryRow& row) {
        if (row.sequence != edge.size()) return false;
        edge.append(leaf_hash(row.leaf), tiles);
        return true;
    }));
    if (edge.size() != end) return fail(Problem::corrupt, "entry " + std::to_string(edge.size()) + " of the log is missing");
    for (auto& tile : edge.partial_tiles()) tiles.push_back(std::move(tile));
    std::vector<storage::TileRow> rows;
    for (const auto& tile : tiles) rows.push_back(row_of(tile));
    TreeHead next{edge.size(), edge.root()};
    CHECK(records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto now, TreeHead::read(writer));
        if (now != head) return {};                        // another node was faster: the next round begins from its head
        for (const auto& row : rows) CHECK(writer.put_tile(row));
        return writer.put_single(tree_row, next.row());
    }));
    return true;
}

Result<storage::CheckpointRow> Sequencer::sign() {
    TRY(auto head, watch_.look(records_));
    TRY(auto stored, records_.newest_checkpoint());
    if (stored && stored->size >= head.size) return std::move(*stored);
    storage::CheckpointRow row{head.size, sign_checkpoint({origin_, head.size, head.root, {}}, key_)};
    CHECK(records_.commit([&](storage::RecordWriter& writer) -> Result<void> { return writer.put_checkpoint(row); }));
    TRY(auto seen, watch_.look(records_));
    static_cast<void>(seen);
    return row;
}

Result<void> Sequencer::index_all() {
    for (;;) {
        TRY(auto more, index_some());
        if (!more) return {};
    }
}

Result<bool> Sequencer::index_some() {
    std::lock_guard turn(index_turn_);
    TRY(auto progress, records_.single(indexed_row));
    TRY(auto entries, records_.entry_count());
    auto from = progress ? progress->number : 0;
    if (from >= entries) return false;
    // A backlog is taken in larger steps: fewer syncs, and more neighbours that share a page. Writers wait for one step at a time.
    auto step = std::clamp<std::uint64_t>((entries - from) / 16, limits::index_batch, 10 * limits::index_batch);
    auto end = std::min(entries, from + step);
    std::vector<std::pair<Id16, std::uint64_t>> about;
    CHECK(records_.for_each_entry(from, end, [&](const storage::EntryRow& row) {
        // A leaf that does not decode is about nothing; verify() is what names it.
        auto leaf = Leaf::decode(row.leaf);
        if (!leaf) return true;
        if (!leaf->person.is_nil()) about.emplace_back(leaf->person.bytes, row.sequence);
        for (const auto& subject : leaf->subjects) about.emplace_back(subject.id, row.sequence);
        return true;
    }));
    // In the index's own order: neighbours share a page.
    std::ranges::sort(about);
    about.erase(std::ranges::unique(about).begin(), about.end());
    CHECK(records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto now, writer.single(indexed_row));
        if ((now ? now->number : 0) != from) return {};    // another node was faster
        for (const auto& [subject, sequence] : about) CHECK(writer.index_entry(subject, sequence));
        return writer.put_single(indexed_row, {end, {}});
    }));
    return true;
}

}  // namespace muniment::audit

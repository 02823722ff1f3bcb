// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/token.hpp"

namespace muniment::strongroom {
namespace {

/// Of this process, as long as it lives; among several nodes the id of its lease, by which the others know whether it does.
Id16 this_process(storage::Records& records) {
    static const Id16 id = new_random_id();
    auto* nodes = records.nodes();
    return nodes ? nodes->self() : id;
}

bool is_of(const storage::SingleRow& row, const Id16& process) {
    return row.value.size() == 32 && std::equal(process.begin(), process.end(), row.value.begin() + 16);
}

bool holds(const std::optional<storage::SingleRow>& row, const Id16& token) {
    return row && row->value.size() == 32 && std::equal(token.begin(), token.end(), row->value.begin());
}

}  // namespace

Result<void> TurnToken::write_in(storage::RecordWriter& writer) const {
    Writer w;
    w.raw(token_).raw(this_process(*records_));
    return writer.put_single(turn_token, {static_cast<std::uint64_t>(clock_->now().us), std::move(w).take()});
}

Result<TurnToken> TurnToken::take(storage::Records& records, const Clock& clock) {
    TurnToken mine(records, clock);
    TRY(auto others, storage::other_nodes(records));
    bool shared = records.nodes() != nullptr;
    CHECK(records.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto row, writer.single(turn_token));
        bool ours = row && is_of(*row, this_process(records));
        // A node that is there no more is not waited for.
        bool lives = !shared || (row && std::ranges::any_of(others, [&](const auto& node) { return is_of(*row, node.node); }));
        if (row && !ours && lives) {
            auto age = clock.now() - Instant{static_cast<std::int64_t>(row->number)};
            // By a clock that is behind the other's it seems to come: then it is waited for as well.
            if (age < Duration(idle_max))
                return fail(Problem::busy, "another process is turning the epoch, or was until a moment ago");
        }
        return mine.write_in(writer);
    }));
    return mine;
}

Result<void> TurnToken::inherit(storage::Records& records) {
    TRY(bool there, lies_there(records));
    if (!there) return {};
    return records.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto row, writer.single(turn_token));
        if (!row || row->value.size() != 32) return {};
        std::ranges::copy(this_process(records), row->value.begin() + 16);
        return writer.put_single(turn_token, *row);
    });
}

Result<bool> TurnToken::lies_there(storage::RecordReader& reader) {
    TRY(auto row, reader.single(turn_token));
    return row.has_value();
}

Result<void> TurnToken::check_in(storage::RecordWriter& writer) const {
    TRY(auto row, writer.single(turn_token));
    if (!holds(row, token_)) return fail(Problem::stale, "another process took over the turn of the epoch");
    return write_in(writer);
}

Result<void> TurnToken::check() {
    return records_->commit([&](storage::RecordWriter& writer) { return check_in(writer); });
}

Result<void> TurnToken::release() {
    return records_->commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto row, writer.single(turn_token));
        return holds(row, token_) ? writer.drop_single(turn_token) : Result<void>{};
    });
}

}  // namespace muniment::strongroom

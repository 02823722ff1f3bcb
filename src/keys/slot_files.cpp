// SPDX-License-Identifier: Apache-2.0
#include "keys/slot_files.hpp"

#include "keys/sealed.hpp"

namespace muniment::keys {
namespace {

constexpr std::string_view epoch_ending = ".epoch";
constexpr std::uint8_t format = 1;

Place place_of(const FirmId& firm, const Mark& mark, std::uint64_t number) {
    Id16 row;
    std::copy_n(mark.begin(), row.size(), row.begin());
    return {Kind::epoch, firm.bytes, row, number};
}

Result<EpochKey> open_epoch(const RootKey& root, const FirmId& firm, const Mark& mark, View content) {
    Reader r(content);
    auto version = r.u8();
    auto number = r.u64();
    auto sealed = bytes(r.str(storage::slot_file_bytes_max));
    CHECK(r.done("an epoch file"));
    if (version != format) return fail(Problem::too_new, "an epoch file in a slot");
    TRY(auto secret, open_secret(seal_key(root, "slot", firm), firm, place_of(firm, mark, number), sealed));
    TRY(auto epoch, EpochKey::from(std::move(secret)));
    if (mark_of(epoch, firm) != mark) return fail(Problem::corrupt, "an epoch file whose name is another key's");
    return epoch;
}

template <class T>
Result<std::optional<T>> read_optional(storage::Slot& slot, std::string_view name, Result<T> (*decode)(View)) {
    auto content = slot.get(name);
    if (!content) {
        if (content.error().problem == Problem::not_found) return std::optional<T>{};
        return std::unexpected(content.error());
    }
    TRY(T value, decode(*content));
    return std::optional<T>(std::move(value));
}

Result<Seen> decode_seen(View content) {
    Reader r(content);
    Seen seen;
    auto version = r.u8();
    seen.head_mark = r.array<32>();
    seen.head_number = r.u64();
    seen.log_size = r.u64();
    seen.log_root = r.array<32>();
    seen.checkpoint = bytes(r.str(checkpoint_bytes_max));
    CHECK(r.done("what a slot has seen"));
    if (version != format) return fail(Problem::too_new, "what a slot has seen");
    return seen;
}

Result<Living> decode_living(View content) {
    Reader r(content);
    Living living;
    auto version = r.u8();
    living.current = r.array<16>();
    living.former = r.array<16>();
    auto stopped = r.u8();
    CHECK(r.done("a slot's living value"));
    if (version != format) return fail(Problem::too_new, "a slot's living value");
    if (stopped > 1) return fail(Problem::corrupt, "a slot's living value that no encoder writes");
    living.stopped_cleanly = stopped == 1;
    return living;
}

}  // namespace

std::string epoch_file_name(const Mark& mark) { return to_hex(mark) + std::string(epoch_ending); }

Result<void> put_epoch(storage::Slot& slot, const RootKey& root, const FirmId& firm, const EpochKey& epoch,
                       std::uint64_t number) {
    auto mark = mark_of(epoch, firm);
    auto name = epoch_file_name(mark);
    auto existing = slot.get(name);
    if (!existing) {
        if (existing.error().problem != Problem::not_found) return std::unexpected(existing.error());
        Writer w;
        w.u8(format).u64(number).str(seal(seal_key(root, "slot", firm), firm, place_of(firm, mark, number), epoch.expose()));
        CHECK(slot.put(name, w.written(), storage::Replace::no));
    }
    // Read back: a slot that accepted the key and does not give it again is no slot.
    TRY(auto content, slot.get(name));
    TRY(auto read_back, open_epoch(root, firm, mark, content));
    if (!read_back.equals(epoch)) return fail(Problem::corrupt, "a slot gave another epoch key than it was given");
    return {};
}

Result<EpochKey> get_epoch(storage::Slot& slot, const RootKey& root, const FirmId& firm, const Mark& mark) {
    TRY(auto content, slot.get(epoch_file_name(mark)));
    return open_epoch(root, firm, mark, content);
}

Result<std::uint64_t> epoch_number_in(storage::Slot& slot, const Mark& mark) {
    TRY(auto content, slot.get(epoch_file_name(mark)));
    Reader r(content);
    r.u8();
    auto number = r.u64();
    if (!r.ok()) return fail(Problem::corrupt, "an epoch file");
    return number;
}

Result<std::vector<Mark>> epochs_in(storage::Slot& slot) {
    TRY(auto names, slot.list());
    std::vector<Mark> marks;
    for (const auto& name : names) {
        if (!name.ends_with(epoch_ending)) continue;
        auto raw = from_hex(std::string_view(name).substr(0, name.size() - epoch_ending.size()));
        if (!raw || raw->size() != Mark{}.size()) continue;
        Mark mark;
        std::ranges::copy(*raw, mark.begin());
        marks.push_back(mark);
    }
    return marks;
}

Result<void> erase_epoch(storage::Slot& slot, const Mark& mark) { return slot.erase(epoch_file_name(mark)); }

Result<std::optional<Seen>> read_seen(storage::Slot& slot) { return read_optional<Seen>(slot, "seen", decode_seen); }

Result<void> write_seen(storage::Slot& slot, const Seen& seen) {
    if (seen.checkpoint.size() > checkpoint_bytes_max) return fail(Problem::too_large, "a checkpoint for a slot");
    Writer w;
    w.u8(format).raw(seen.head_mark).u64(seen.head_number).u64(seen.log_size).raw(seen.log_root).str(seen.checkpoint);
    return slot.put("seen", w.written(), storage::Replace::yes);
}

Result<std::optional<Living>> read_living(storage::Slot& slot) { return read_optional<Living>(slot, "living", decode_living); }

Result<void> write_living(storage::Slot& slot, const Living& living) {
    Writer w;
    w.u8(format).raw(living.current).raw(living.former).u8(living.stopped_cleanly ? 1 : 0);
    return slot.put("living", w.written(), storage::Replace::yes);
}

}  // namespace muniment::keys

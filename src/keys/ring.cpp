// SPDX-License-Identifier: Apache-2.0
#include "keys/ring.hpp"

#include <mutex>

#include "keys/slot_files.hpp"

namespace muniment::keys {

using storage::KeyRow;
using storage::OwnerKind;

namespace {

constexpr std::string_view head_name = "key-head";
constexpr std::uint8_t head_format = 1;

std::optional<Kind> record_kind(OwnerKind owner) {
    switch (owner) {
        case OwnerKind::firm: return Kind::firm_key;
        case OwnerKind::person: return Kind::person_key;
        case OwnerKind::client: return Kind::client_key;
        case OwnerKind::matter: return Kind::matter_key;
        case OwnerKind::month: return Kind::month_key;
        case OwnerKind::room:
        case OwnerKind::incident:
        case OwnerKind::report:
        case OwnerKind::document: break;
    }
    return std::nullopt;
}

Result<Place> place_of(const KeyRow& row) {
    auto kind = record_kind(row.kind);
    if (!kind) return fail(Problem::corrupt, "a key record of an unknown kind");
    return Place{*kind, row.owner, row.owner, row.number};
}

Hash hash_of(const MacKey& key, const KeyRow& row) {
    return row_hash(key, static_cast<std::uint16_t>(row.kind), row.owner, row.owner, row.number, row.sealed);
}

Bytes encode(const Head& head) {
    Writer w;
    w.u8(head_format).u64(head.epoch).u64(head.records.count).raw(head.records.sum).u64(head.log_size);
    return std::move(w).take();
}

Result<Head> decode(View content, std::uint64_t number) {
    Reader r(content);
    auto format = r.u8();
    Head head{.number = number, .epoch = r.u64(), .records = {}, .log_size = 0};
    head.records.count = r.u64();
    head.records.sum = r.array<32>();
    head.log_size = r.u64();
    CHECK(r.done("the key head"));
    if (format != head_format) return fail(Problem::too_new, "the key head");
    return head;
}

}  // namespace

crypto::Secret MatterKeys::encode() const {
    auto out = crypto::Secret::zeros(8 + 2 * 32);
    auto to = out.fill();
    for (std::size_t i = 0; i < 8; ++i) to[i] = static_cast<std::uint8_t>(generation >> (8 * (7 - i)));
    std::ranges::copy(matter.expose(), to.begin() + 8);
    std::ranges::copy(page.expose(), to.begin() + 40);
    return out;
}

Result<MatterKeys> MatterKeys::decode(const crypto::Secret& record) {
    if (record.size() != 72) return fail(Problem::corrupt, "a matter's key record of the wrong length");
    auto part = [&](std::size_t at) {
        auto secret = crypto::Secret::zeros(32);
        std::ranges::copy(record.expose().subspan(at, 32), secret.fill().begin());
        return secret;
    };
    Reader r(record.expose());
    auto generation = r.u64();
    return MatterKeys{MatterKey::from(part(8)).value(), PageKey::from(part(40)).value(), generation};
}

/// An epoch key and what is derived from it.
struct Ring::Epoch {
    EpochKey key;
    Mark mark;
    SealKey records, head;
    MacKey sums, tags;
    std::uint64_t number;

    Epoch(EpochKey epoch, const FirmId& firm, std::uint64_t epoch_number)
        : key(std::move(epoch)),
          mark(mark_of(key, firm)),
          records(seal_key(key, "records", firm)),
          head(seal_key(key, "head", firm)),
          sums(mac_key(key, "record-sum", firm)),
          tags(mac_key(key, "tags", firm)),
          number(epoch_number) {}
};

Result<Mark> Ring::needed_mark(storage::RecordReader& reader) {
    TRY(auto row, reader.single(head_name));
    if (!row) return fail(Problem::not_found, "there is no firm in this data folder");
    Reader r(row->value);
    auto mark = r.array<32>();
    if (!r.ok()) return fail(Problem::corrupt, "the key head");
    return mark;
}

namespace {
Result<Head> opened_head(const storage::SingleRow& row, const FirmId& firm, const SealKey& key, const Mark& expected) {
    Reader r(row.value);
    auto mark = r.array<32>();
    if (!r.ok()) return fail(Problem::corrupt, "the key head");
    if (mark != expected) return fail(Problem::unavailable, "the firm stands under another epoch than this process");
    TRY(auto content, keys::open(key, firm, {Kind::head, firm.bytes, firm.bytes, row.number}, r.rest()));
    return decode(content, row.number);
}
}  // namespace

Result<Head> Ring::head_in(storage::RecordReader& reader, const Epoch& epoch) const {
    TRY(auto row, reader.single(head_name));
    if (!row) return fail(Problem::corrupt, "the key head is missing");
    return opened_head(*row, firm_, epoch.head, epoch.mark);
}

Result<Head> Ring::open_head(const storage::SingleRow& row, const FirmId& firm, const EpochKey& epoch) {
    return opened_head(row, firm, seal_key(epoch, "head", firm), mark_of(epoch, firm));
}

Result<crypto::Secret> Ring::open_record(const KeyRow& row, const FirmId& firm, const EpochKey& epoch) {
    TRY(auto place, place_of(row));
    return open_secret(seal_key(epoch, "records", firm), firm, place, row.sealed);
}

Result<void> Ring::write_head_in(storage::RecordWriter& writer, const Epoch& epoch, const Head& head) const {
    auto sealed = keys::seal(epoch.head, firm_, {Kind::head, firm_.bytes, firm_.bytes, head.number}, encode(head));
    Writer w;
    w.raw(epoch.mark).raw(sealed);
    return writer.put_single(head_name, {head.number, std::move(w).take()});
}

Result<std::shared_ptr<Ring>> Ring::found_in(storage::RecordWriter& writer, const FirmId& firm, EpochKey epoch_key) {
    TRY(auto existing, writer.single(head_name));
    if (existing) return fail(Problem::already_done, "a firm was founded here");
    auto epoch = std::make_shared<const Epoch>(std::move(epoch_key), firm, 1);
    std::shared_ptr<Ring> ring(new Ring(firm, epoch));
    CHECK(ring->write_head_in(writer, *epoch, Head{}));
    auto record = crypto::Secret::random(32);
    CHECK(ring->add_in(writer, OwnerKind::firm, firm.bytes, record));
    CHECK(ring->keep(OwnerKind::firm, firm.bytes, record, 1));
    return ring;
}

Result<std::shared_ptr<Ring>> Ring::rebuild_in(storage::RecordWriter& writer, const FirmId& firm, EpochKey epoch_key,
                                               std::uint64_t epoch_number, std::uint64_t number) {
    auto epoch = std::make_shared<const Epoch>(std::move(epoch_key), firm, epoch_number);
    std::shared_ptr<Ring> ring(new Ring(firm, epoch));
    Head head{.number = number, .epoch = epoch_number, .records = {}};
    Result<void> outcome;
    CHECK(writer.for_each_key([&](const KeyRow& row) {
        outcome = [&]() -> Result<void> {
            TRY(auto place, place_of(row));
            TRY(auto record, keys::open_secret(epoch->records, firm, place, row.sealed));
            head.records.add(hash_of(epoch->sums, row));
            return ring->keep(row.kind, row.owner, record, row.number);
        }();
        return outcome.has_value();
    }));
    CHECK(std::move(outcome));
    if (!ring->keys_.firm) return fail(Problem::corrupt, "the firm's own key record is missing");
    TRY(head.log_size, writer.entry_count());
    CHECK(ring->write_head_in(writer, *epoch, head));
    return ring;
}

Result<void> Ring::open_records(storage::RecordReader& reader, const Epoch& epoch,
                                const std::function<Result<void>(const KeyRow&, crypto::Secret)>& take) const {
    TRY(auto head, head_in(reader, epoch));
    RowSum found;
    Result<void> outcome;
    CHECK(reader.for_each_key([&](const KeyRow& row) {
        outcome = [&]() -> Result<void> {
            TRY(auto place, place_of(row));
            TRY(auto record, keys::open_secret(epoch.records, firm_, place, row.sealed));
            found.add(hash_of(epoch.sums, row));
            return take(row, std::move(record));
        }();
        return outcome.has_value();
    }));
    CHECK(std::move(outcome));
    if (found != head.records) return fail(Problem::corrupt, "the key records do not count and hash as their head says");
    return {};
}

Result<std::shared_ptr<Ring>> Ring::open(storage::RecordReader& reader, const FirmId& firm, EpochKey epoch_key) {
    TRY(auto needed, needed_mark(reader));
    if (needed != mark_of(epoch_key, firm)) return fail(Problem::wrong_key, "the firm stands under another epoch key");
    Epoch first(epoch_key.clone(), firm, 0);
    std::shared_ptr<Ring> ring(new Ring(firm, nullptr));
    TRY(auto head, ring->head_in(reader, first));
    TRY(auto entries, reader.entry_count());
    if (entries < head.log_size) return fail(Problem::corrupt, "the log is shorter than it was when the key head was sealed");
    auto epoch = std::make_shared<const Epoch>(std::move(epoch_key), firm, head.epoch);
    ring->epoch_ = epoch;
    CHECK(ring->open_records(reader, *epoch, [&](const KeyRow& row, crypto::Secret record) {
        return ring->keep(row.kind, row.owner, record, row.number);
    }));
    if (!ring->keys_.firm) return fail(Problem::corrupt, "the firm's own key record is missing");
    return ring;
}

Result<void> Ring::keep(OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number) {
    std::unique_lock lock(mutex_);
    return keep_in(keys_, kind, owner, record, number);
}

Result<void> Ring::keep_in(Keys& keys, OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number) {
    keys.numbers[owner] = number;
    switch (kind) {
        case OwnerKind::firm: {
            TRY(auto key, FirmKey::from(record.clone()));
            keys.firm = std::make_shared<const FirmKey>(std::move(key));
            return {};
        }
        case OwnerKind::person: {
            TRY(auto key, PersonKey::from(record.clone()));
            keys.people[PersonId{owner}] = std::make_shared<const PersonKey>(std::move(key));
            return {};
        }
        case OwnerKind::client: {
            TRY(auto key, ClientKey::from(record.clone()));
            keys.clients[ClientId{owner}] = std::make_shared<const ClientKey>(std::move(key));
            return {};
        }
        case OwnerKind::matter: {
            TRY(auto opened, MatterKeys::decode(record));
            keys.matters[MatterId{owner}] = std::make_shared<const MatterKeys>(std::move(opened));
            return {};
        }
        case OwnerKind::month:
        case OwnerKind::room:
        case OwnerKind::incident:
        case OwnerKind::report:
        case OwnerKind::document: break;
    }
    return fail(Problem::corrupt, "a key record of a kind that this version does not know");
}

namespace {
bool same(const MatterKeys& a, const MatterKeys& b) {
    return a.generation == b.generation && crypto::equal(a.matter.expose(), b.matter.expose()) &&
           crypto::equal(a.page.expose(), b.page.expose());
}
template <class K>
bool same(const K& a, const K& b) {
    return crypto::equal(a.expose(), b.expose());
}

template <class Map, class Id>
bool carry_over(const Map& before, Map& found, const Id& id) {
    auto at = before.find(id);
    return at != before.end() && found.insert(*at).second;
}

/// What did not change keeps the keys that others hold already.
template <class Map>
void compare(OwnerKind kind, const Map& before, Map& after, std::vector<Ring::Owner>& moved) {
    for (auto& [id, keys] : after) {
        auto former = before.find(id);
        if (former != before.end() && same(*former->second, *keys)) keys = former->second;
        else moved.push_back({kind, id.bytes});
    }
}
}  // namespace

Result<std::vector<Ring::Owner>> Ring::follow_in(storage::RecordReader& reader) {
    TRY(auto needed, needed_mark(reader));
    if (needed != mark()) return fail(Problem::turned_elsewhere, "the firm stands under another epoch key");
    auto now = epoch();
    TRY(auto head, head_in(reader, *now));
    Keys before, found;
    {
        std::shared_lock lock(mutex_);
        before = keys_;
    }
    auto carried_over = [&](const KeyRow& row) {
        switch (row.kind) {
            case OwnerKind::firm: found.firm = before.firm; return true;
            case OwnerKind::person: return carry_over(before.people, found.people, PersonId{row.owner});
            case OwnerKind::client: return carry_over(before.clients, found.clients, ClientId{row.owner});
            case OwnerKind::matter: return carry_over(before.matters, found.matters, MatterId{row.owner});
            default: return false;
        }
    };
    RowSum sum;
    Result<void> outcome;
    CHECK(reader.for_each_key([&](const KeyRow& row) {
        outcome = [&]() -> Result<void> {
            sum.add(hash_of(now->sums, row));
            // The sum holds for every row as a whole, so one of a number that was opened before is that one.
            auto opened = before.numbers.find(row.owner);
            if (opened != before.numbers.end() && opened->second == row.number && carried_over(row)) {
                found.numbers[row.owner] = row.number;
                return {};
            }
            TRY(auto place, place_of(row));
            TRY(auto record, keys::open_secret(now->records, firm_, place, row.sealed));
            return keep_in(found, row.kind, row.owner, record, row.number);
        }();
        return outcome.has_value();
    }));
    CHECK(std::move(outcome));
    if (sum != head.records) return fail(Problem::corrupt, "the key records do not count and hash as their head says");
    if (!found.firm) return fail(Problem::corrupt, "the firm's own key record is missing");
    std::vector<Owner> moved;
    std::unique_lock lock(mutex_);
    if (!same(*found.firm, *keys_.firm)) return fail(Problem::turned_elsewhere, "the firm has another key");
    compare(OwnerKind::person, keys_.people, found.people, moved);
    compare(OwnerKind::client, keys_.clients, found.clients, moved);
    compare(OwnerKind::matter, keys_.matters, found.matters, moved);
    keys_ = std::move(found);
    return moved;
}

Result<void> Ring::add_in(storage::RecordWriter& writer, OwnerKind kind, const Id16& owner, const crypto::Secret& record) const {
    auto now = epoch();
    TRY(auto head, head_in(writer, *now));
    TRY(auto existing, writer.key(kind, owner));
    if (existing) return fail(Problem::already_done, "this owner has a key record");
    KeyRow row{kind, owner, 1, {}};
    TRY(auto place, place_of(row));
    row.sealed = keys::seal(now->records, firm_, place, record.expose());
    CHECK(writer.put_key(row));
    head.records.add(hash_of(now->sums, row));
    head.number += 1;
    TRY(head.log_size, writer.entry_count());
    return write_head_in(writer, *now, head);
}

Result<std::uint64_t> Ring::renew_in(storage::RecordWriter& writer, OwnerKind kind, const Id16& owner, const crypto::Secret& record) const {
    auto now = epoch();
    TRY(auto head, head_in(writer, *now));
    TRY(auto row, writer.key(kind, owner));
    if (!row) return fail(Problem::corrupt, "a key record that is to be renewed is missing");
    TRY(auto former, place_of(*row));
    CHECK(keys::open_secret(now->records, firm_, former, row->sealed));
    head.records.remove(hash_of(now->sums, *row));
    row->number += 1;
    TRY(auto place, place_of(*row));
    row->sealed = keys::seal(now->records, firm_, place, record.expose());
    CHECK(writer.put_key(*row));
    head.records.add(hash_of(now->sums, *row));
    head.number += 1;
    TRY(head.log_size, writer.entry_count());
    CHECK(write_head_in(writer, *now, head));
    return row->number;
}

void Ring::set_renewing(const MatterId& matter, bool renewing) {
    std::unique_lock lock(mutex_);
    if (renewing) renewing_.insert(matter);
    else renewing_.erase(matter);
}

bool Ring::is_renewing(const MatterId& matter) const {
    std::shared_lock lock(mutex_);
    return renewing_.contains(matter);
}

void Ring::took(OwnerKind kind, const Id16& owner, const crypto::Secret& record, std::uint64_t number) {
    std::unique_lock lock(mutex_);
    auto known = keys_.numbers.find(owner);
    if (known != keys_.numbers.end() && known->second >= number) return;
    require(keep_in(keys_, kind, owner, record, number).has_value(), "a key record that was just made is not kept");
}

Result<void> Ring::fence_in(storage::RecordReader& reader) const {
    TRY(auto needed, needed_mark(reader));
    if (needed != mark()) return fail(Problem::unavailable, "the firm stands under another epoch than this process");
    return {};
}

Result<void> Ring::turn_in(storage::RecordWriter& writer, const Turned& turned) const {
    auto now = epoch();
    Epoch next(turned.epoch.clone(), firm_, now->number + 1);
    TRY(auto head, head_in(writer, *now));
    std::vector<std::pair<KeyRow, crypto::Secret>> records;
    CHECK(open_records(writer, *now, [&](const KeyRow& row, crypto::Secret record) -> Result<void> {
        records.emplace_back(row, std::move(record));
        return {};
    }));
    RowSum sum;
    for (auto& [row, record] : records) {
        auto page = row.kind == OwnerKind::matter ? turned.new_pages.find(row.owner) : turned.new_pages.end();
        auto kept = page == turned.new_pages.end() ? std::move(record) : page->second.encode();
        row.number += 1;
        TRY(auto place, place_of(row));
        row.sealed = keys::seal(next.records, firm_, place, kept.expose());
        CHECK(writer.put_key(row));
        sum.add(hash_of(next.sums, row));
    }
    head.number += 1;
    head.epoch = next.number;
    head.records = sum;
    TRY(head.log_size, writer.entry_count());
    return write_head_in(writer, next, head);
}

void Ring::turned(Turned turned) {
    std::unique_lock lock(mutex_);
    epoch_ = std::make_shared<const Epoch>(std::move(turned.epoch), firm_, epoch_->number + 1);
    for (auto& [owner, number] : keys_.numbers) ++number;   // as turn_in() wrote them
    for (auto& [matter, keys] : turned.new_pages)
        keys_.matters[MatterId{matter}] = std::make_shared<const MatterKeys>(std::move(keys));
}

Result<void> Ring::place_epoch(storage::Slot& slot, const RootKey& root) const {
    auto now = epoch();
    return put_epoch(slot, root, firm_, now->key, now->number);
}

Result<void> Ring::check_records(storage::RecordReader& reader) const {
    auto now = epoch();
    std::size_t kept = 0;
    CHECK(open_records(reader, *now, [&](const KeyRow&, crypto::Secret) -> Result<void> {
        ++kept;
        return {};
    }));
    std::shared_lock lock(mutex_);
    if (kept != 1 + keys_.people.size() + keys_.clients.size() + keys_.matters.size()) {
        return fail(Problem::corrupt, "the database holds other key records than this process made and opened");
    }
    return {};
}

namespace {
template <class Map>
auto ids_in(const Map& map, std::shared_mutex& mutex) {
    std::shared_lock lock(mutex);
    std::vector<typename Map::key_type> ids;
    for (const auto& [id, keys] : map) ids.push_back(id);
    return ids;
}
}  // namespace

std::vector<MatterId> Ring::matters() const { return ids_in(keys_.matters, mutex_); }
std::vector<ClientId> Ring::clients() const { return ids_in(keys_.clients, mutex_); }
std::vector<PersonId> Ring::people() const { return ids_in(keys_.people, mutex_); }

std::shared_ptr<const Ring::Epoch> Ring::epoch() const {
    std::shared_lock lock(mutex_);
    return epoch_;
}
Mark Ring::mark() const { return epoch()->mark; }
std::uint64_t Ring::epoch_number() const { return epoch()->number; }
std::shared_ptr<const FirmKey> Ring::firm_key() const {
    std::shared_lock lock(mutex_);
    return keys_.firm;
}

namespace {
template <class Map, class Id>
auto find_in(const Map& map, const Id& id, std::shared_mutex& mutex) -> Result<typename Map::mapped_type> {
    std::shared_lock lock(mutex);
    auto at = map.find(id);
    if (at == map.end()) return fail(Problem::not_found, "no key record of " + id.text());
    return at->second;
}
}  // namespace

Result<std::shared_ptr<const PersonKey>> Ring::person(const PersonId& id) const { return find_in(keys_.people, id, mutex_); }
Result<std::shared_ptr<const ClientKey>> Ring::client(const ClientId& id) const { return find_in(keys_.clients, id, mutex_); }
Result<std::shared_ptr<const MatterKeys>> Ring::matter(const MatterId& id) const { return find_in(keys_.matters, id, mutex_); }

Id16 Ring::sign_in_tag(std::string_view folded_name) const {
    auto full = crypto::hmac_sha256(epoch()->tags.expose(), {view(folded_name)});
    Id16 tag;
    std::copy_n(full.begin(), tag.size(), tag.begin());
    return tag;
}

MacKey Ring::key_set_mac() const { return mac_key(epoch()->key, "key-set", firm_); }
SealKey Ring::firm_fields() const { return seal_key(*firm_key(), "fields", firm_); }
SealKey Ring::gate_seal() const { return seal_key(*firm_key(), "gate", firm_); }
SealKey Ring::firm_details() const { return seal_key(*firm_key(), "details", firm_); }
MacKey Ring::gate_mac() const { return mac_key(*firm_key(), "gate-sum", firm_); }

}  // namespace muniment::keys

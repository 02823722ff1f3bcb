// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/register.hpp"

#include <algorithm>
#include <mutex>

#include "base/limits.hpp"

namespace muniment::strongroom {

using access::Change;
using access::MatterState;
using access::Policy;

namespace {

constexpr std::uint8_t format = 1;

Bytes encode(const Profile& profile) {
    Writer w;
    w.u8(format).str(profile.name).str(profile.number).str(profile.note);
    return std::move(w).take();
}

Result<Profile> decode(View content) {
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a profile");
    Profile profile;
    profile.name = string(r.str(limits::name_bytes_max));
    profile.number = string(r.str(limits::name_bytes_max));
    profile.note = string(r.str(limits::comment_bytes_max));
    CHECK(r.done("a profile"));
    return profile;
}

Result<void> check(const Profile& profile) {
    CHECK(check_label(profile.name));
    if (!profile.number.empty()) CHECK(check_label(profile.number));
    if (character_count(profile.number) > limits::number_chars_max)
        return fail(Problem::bad_name, "a number has at most 32 characters");
    if (profile.note.size() > limits::comment_bytes_max) return fail(Problem::too_large, "the note");
    CHECK(check_utf8(view(profile.note)));
    if (encode(profile).size() > limits::profile_bytes_max) return fail(Problem::too_large, "name, number and note together");
    return {};
}

keys::Place profile_place(keys::Kind kind, const Id16& owner, std::uint64_t revision) { return {kind, owner, owner, revision}; }

/// Sealed under the owner's key, and named in the entry.
template <class K>
Result<void> write_profile(storage::RecordWriter& writer, audit::Draft& draft, const FirmId& firm, const K& key, keys::Kind kind,
                           const Id16& owner, const Profile& profile) {
    auto place = profile_place(kind, owner, 1);
    auto sealed = keys::seal_field(keys::seal_key(key, "fields", firm), firm, place, encode(profile));
    draft.add(audit::RowMark{static_cast<std::uint16_t>(kind), owner, 1, crypto::sha256(sealed)});
    return writer.put_field({static_cast<std::uint16_t>(kind), owner, owner, 1, std::move(sealed)});
}

std::string number_tag(const Profile& profile, bool is_matter) {
    return string(View(crypto::sha256({view(is_matter ? "m" : "c"), view(fold_name(profile.number))})));
}

}  // namespace

Result<std::unique_ptr<Register>> Register::open(access::Gate& gate) {
    TRY(auto collation, Collation::create("en"));
    std::unique_ptr<Register> opened(new Register(gate, std::move(collation)));
    CHECK(opened->load());
    return opened;
}

Result<void> Register::load() {
    for (auto kind : {keys::Kind::client_profile, keys::Kind::matter_profile}) {
        Result<void> outcome;
        CHECK(gate_.records().for_each_field(static_cast<std::uint16_t>(kind), [&](const storage::FieldRow& row) {
            outcome = take(row, kind == keys::Kind::matter_profile);
            return outcome.has_value();
        }));
        CHECK(std::move(outcome));
    }
    return {};
}

Result<void> Register::take(const storage::FieldRow& row, bool is_matter) {
    const auto& ring = gate_.ring();
    auto place = profile_place(is_matter ? keys::Kind::matter_profile : keys::Kind::client_profile, row.owner, row.revision);
    ClientId client{row.owner};
    std::optional<keys::SealKey> key;
    if (is_matter) {
        TRY(auto keys, ring.matter({row.owner}));
        key = keys::seal_key(keys->matter, "fields", ring.firm());
        auto policy = gate_.policy();
        const auto* fact = policy->matter({row.owner});
        if (!fact) return fail(Problem::corrupt, "a matter that the gate does not know");
        client = fact->client;
    } else {
        TRY(auto client_key, ring.client(client));
        key = keys::seal_key(*client_key, "fields", ring.firm());
    }
    TRY(auto content, keys::open_field(*key, ring.firm(), place, row.sealed));
    TRY(auto profile, decode(content));
    keep(row.owner, client, is_matter, profile);
    return {};
}

Result<void> Register::follow_in(storage::RecordReader& reader, const std::vector<keys::Ring::Owner>& moved) {
    for (const auto& owner : moved) {
        bool is_matter = owner.kind == storage::OwnerKind::matter;
        if (!is_matter && owner.kind != storage::OwnerKind::client) continue;
        auto kind = is_matter ? keys::Kind::matter_profile : keys::Kind::client_profile;
        TRY(auto row, reader.field(static_cast<std::uint16_t>(kind), owner.id, owner.id));
        if (row) CHECK(take(*row, is_matter));
    }
    return {};
}

void Register::keep(const Id16& id, ClientId client, bool is_matter, const Profile& profile) {
    auto encoded = encode(profile);
    Card card{client, crypto::Secret::take(encoded), collation_.key(profile.name), is_matter};
    std::unique_lock lock(mutex_);
    cards_[id] = std::move(card);
    if (!profile.number.empty()) by_number_[number_tag(profile, is_matter)] = id;
}

Result<void> Register::unique_number(const Profile& profile, bool is_matter) const {
    if (profile.number.empty()) return {};
    std::shared_lock lock(mutex_);
    if (by_number_.contains(number_tag(profile, is_matter))) return fail(Problem::name_taken, "The number is another's.");
    return {};
}

Profile Register::profile_of(const Id16& id) const {
    std::shared_lock lock(mutex_);
    auto at = cards_.find(id);
    if (at == cards_.end()) return {};
    auto profile = decode(at->second.profile.expose());
    return profile ? *profile : Profile{};
}

Result<ClientView> Register::add_client(Permit<AddClient> permit, const Profile& profile) {
    CHECK(check(profile));
    std::lock_guard adding(adding_);
    auto id = permit.action().client;
    auto record = crypto::Secret::random(32);
    TRY(auto key, keys::ClientKey::from(record.clone()));
    auto& ring = gate_.ring();
    CHECK(gate_.commit(std::move(permit), [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        CHECK(unique_number(profile, false));      // within the commit: that a number is taken is an answer, and recorded
        CHECK(ring.add_in(writer, storage::OwnerKind::client, id.bytes, record));
        return write_profile(writer, draft, ring.firm(), key, keys::Kind::client_profile, id.bytes, profile);
    }));
    ring.took(storage::OwnerKind::client, id.bytes, std::move(record));
    keep(id.bytes, id, false, profile);
    return ClientView{id, profile};
}

Result<MatterView> Register::open_matter(Permit<OpenMatter> permit, const Profile& profile) {
    CHECK(check(profile));
    std::lock_guard adding(adding_);
    auto [id, client] = std::pair(permit.action().matter, permit.action().client);
    auto lead = permit.who().person();
    auto& ring = gate_.ring();
    auto keys = keys::MatterKeys::random();
    auto record = keys.encode();
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        // The client before the number, in the same words behind a wall as where there is none: a number that is taken must not
        // tell of a matter to whoever may open one for no client.
        if (!ring.client(client) || access::wall_bars(policy, lead, client)) return fail(Problem::not_found);
        CHECK(unique_number(profile, true));
        return std::vector<Change>{access::Matter{.id = id, .client = client, .state = MatterState::open, .revision = 1},
                                   access::Grant{.matter = id, .grantee = lead, .role = access::TeamRole::lead, .until = {}}};
    };
    CHECK(gate_.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        CHECK(ring.add_in(writer, storage::OwnerKind::matter, id.bytes, record));
        return write_profile(writer, draft, ring.firm(), keys.matter, keys::Kind::matter_profile, id.bytes, profile);
    }));
    ring.took(storage::OwnerKind::matter, id.bytes, std::move(record));
    keep(id.bytes, client, true, profile);
    return view_of(id, *gate_.policy());
}

Result<void> Register::set_state(const MatterId& matter, MatterState to, std::uint64_t if_revision, const Policy& policy,
                                 std::vector<Change>& changes) const {
    const auto* fact = policy.matter(matter);
    if (!fact) return fail(Problem::not_found);
    if (fact->revision != if_revision) return fail(Problem::stale);
    if (fact->state == to) return fail(Problem::already_done, "the matter is in that state");
    auto changed = *fact;
    changed.state = to;
    changed.revision += 1;
    changes.push_back(changed);
    return {};
}

Result<void> Register::close_matter(Permit<CloseMatter> permit, std::uint64_t if_revision) {
    auto matter = permit.action().matter;
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        std::vector<Change> changes;
        CHECK(set_state(matter, MatterState::closed, if_revision, policy, changes));
        return changes;
    }));
    return {};
}

Result<void> Register::reopen_matter(Permit<ReopenMatter> permit, std::uint64_t if_revision) {
    auto matter = permit.action().matter;
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        std::vector<Change> changes;
        CHECK(set_state(matter, MatterState::open, if_revision, policy, changes));
        return changes;
    }));
    return {};
}

Result<std::vector<ClientView>> Register::clients(const Permit<ListClients>& permit) const {
    auto policy = gate_.policy();
    std::vector<std::pair<Bytes, ClientId>> found;
    {
        std::shared_lock lock(mutex_);
        for (const auto& [id, card] : cards_) {
            if (!card.is_matter && !access::wall_bars(*policy, permit.who().person(), ClientId{id}))
                found.emplace_back(card.sort_key, ClientId{id});
        }
    }
    std::ranges::sort(found);
    std::vector<ClientView> views;
    views.reserve(found.size());
    for (const auto& [key, id] : found) views.push_back({id, profile_of(id.bytes)});
    return views;
}

Result<std::vector<MatterView>> Register::matters(const Permit<ListMyMatters>& permit) const {
    auto policy = gate_.policy();
    return views_of(access::matters_visible(*policy, permit.who().person(), gate_.clock().now()), *policy);
}

Result<std::vector<MatterView>> Register::matters(const Permit<ListAllMatters>& permit) const {
    auto policy = gate_.policy();
    std::vector<MatterId> ids;
    policy->each_matter([&](const access::Matter& matter) {
        if (!access::wall_bars(*policy, permit.who().person(), matter.id)) ids.push_back(matter.id);
    });
    return views_of(std::move(ids), *policy);
}

std::vector<MatterView> Register::views_of(std::vector<MatterId> ids, const Policy& policy) const {
    std::vector<std::pair<Bytes, MatterView>> keyed;
    for (const auto& id : ids) {
        auto seen = view_of(id, policy);
        if (seen) keyed.emplace_back(collation_.key(seen->profile.name), std::move(*seen));
    }
    std::ranges::sort(keyed, {}, [](const auto& each) { return std::pair(each.first, each.second.id); });
    std::vector<MatterView> views;
    views.reserve(keyed.size());
    for (auto& each : keyed) views.push_back(std::move(each.second));
    return views;
}

Result<MatterView> Register::view(const Permit<ViewMatter>& permit) const {
    return view_of(permit.action().matter, *gate_.policy());
}

Result<MatterView> Register::view_of(const MatterId& matter, const Policy& policy) const {
    const auto* fact = policy.matter(matter);
    if (!fact) return fail(Problem::not_found);
    auto client = profile_of(fact->client.bytes);
    return MatterView{matter, fact->client, client.name, client.number, profile_of(matter.bytes), fact->state, fact->revision};
}

std::string Register::name_of(const MatterId& matter) const { return profile_of(matter.bytes).name; }

}  // namespace muniment::strongroom

// SPDX-License-Identifier: Apache-2.0
#include "access/people/people.hpp"

#include <mutex>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace muniment::access {
namespace {

constexpr std::uint8_t format = 1;

keys::Place profile_place(const PersonId& person, std::uint64_t revision) {
    return {keys::Kind::person_profile, person.bytes, person.bytes, revision};
}

Bytes profile(std::string_view sign_in, std::string_view name) {
    Writer w;
    w.u8(format).str(sign_in).str(name);
    return std::move(w).take();
}

Result<void> check(const NewPerson& person) {
    CHECK(check_label(person.sign_in));
    CHECK(check_label(person.name));
    return {};
}

/// Key record, profile and credential of a new person; gives the invitation's code, empty where they need none.
Result<std::string> write_person(storage::RecordWriter& writer, audit::Draft& draft, const keys::Ring& ring, const GateRows& rows,
                                 const PersonId& id, const crypto::Secret& key, const NewPerson& person, Instant now,
                                 const std::optional<Credential>& proven = {}) {
    CHECK(ring.add_in(writer, storage::OwnerKind::person, id.bytes, key));
    TRY(auto person_key, keys::PersonKey::from(key.clone()));
    auto place = profile_place(id, 1);
    auto sealed = keys::seal_field(keys::seal_key(person_key, "fields", ring.firm()), ring.firm(), place,
                                   profile(person.sign_in, person.name));
    draft.add(audit::RowMark{static_cast<std::uint16_t>(place.kind), place.row, 1, crypto::sha256(sealed)});
    CHECK(writer.put_field({static_cast<std::uint16_t>(place.kind), place.owner, place.row, 1, std::move(sealed)}));
    auto code = proven ? std::string() : new_invitation_code();
    Credential invited{.invitation = invitation_hash(code), .invitation_until = now + invitation_valid};
    CHECK(rows.put_in(writer, draft, credential_place(id), (proven ? *proven : invited).encode()));
    return code;
}

}  // namespace

Result<std::string> People::found_in(storage::RecordWriter& writer, audit::Draft& draft, const keys::Ring& ring,
                                     const PersonId& id, const NewPerson& first, Instant now,
                                     const std::optional<Credential>& proven) {
    CHECK(check(first));
    GateRows rows(ring);
    Person fact{.id = id, .revision = 1, .active = true, .roles = first.roles, .until = first.until};
    CHECK(rows.put_in(writer, draft, place_of(ring.firm(), fact), encode(fact)));
    return write_person(writer, draft, ring, rows, id, crypto::Secret::random(32), first, now, proven);
}

Result<std::unique_ptr<People>> People::open(Gate& gate) {
    std::unique_ptr<People> people(new People(gate));
    CHECK(people->load());
    return people;
}

Result<void> People::load() {
    Result<void> outcome;
    CHECK(gate_.records().for_each_field(static_cast<std::uint16_t>(keys::Kind::person_profile), [&](const storage::FieldRow& row) {
        outcome = take(row);
        return outcome.has_value();
    }));
    return outcome;
}

Result<void> People::take(const storage::FieldRow& row) {
    const auto& ring = gate_.ring();
    PersonId id{row.owner};
    TRY(auto key, ring.person(id));
    TRY(auto content, keys::open_field(keys::seal_key(*key, "fields", ring.firm()), ring.firm(), profile_place(id, row.revision),
                                       row.sealed));
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a person's profile");
    auto sign_in = string(r.str(limits::name_bytes_max));
    auto name = string(r.str(limits::name_bytes_max));
    CHECK(r.done("a person's profile"));
    keep(id, {std::move(sign_in), std::move(name)});
    return {};
}

Result<void> People::follow_in(storage::RecordReader& reader, const std::vector<keys::Ring::Owner>& moved) {
    for (const auto& owner : moved) {
        if (owner.kind != storage::OwnerKind::person) continue;
        TRY(auto row, reader.field(static_cast<std::uint16_t>(keys::Kind::person_profile), owner.id, owner.id));
        if (row) CHECK(take(*row));
    }
    return {};
}

void People::keep(const PersonId& person, Names names) {
    std::unique_lock lock(mutex_);
    by_sign_in_[fold_name(names.sign_in)] = person;
    names_[person] = std::move(names);
}

Result<People::Added> People::add(Permit<AddPerson> permit, const NewPerson& person) {
    CHECK(check(person));
    if (!person.roles.empty() && !gate_.ask(permit.who().person(), Permission::roles_assign, {}).permitted) {
        return fail(Problem::denied, "Giving roles needs the permission to.");
    }
    std::lock_guard adding(adding_);
    auto id = permit.action().person;
    auto now = gate_.clock().now();
    auto key = crypto::Secret::random(32);
    std::string code;
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        if (signs_in_as(person.sign_in)) return fail(Problem::name_taken, "Somebody signs in by that name.");
        if (policy.person(id)) return fail(Problem::already_done, "there is a person of that id");
        return std::vector<Change>{Person{.id = id, .revision = 1, .active = true, .roles = person.roles, .until = person.until}};
    };
    auto work = [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(code, write_person(writer, draft, gate_.ring(), gate_.rows(), id, key, person, now));
        return {};
    };
    CHECK(gate_.change(std::move(permit), edit, work));
    gate_.ring().took(storage::OwnerKind::person, id.bytes, std::move(key));
    keep(id, {person.sign_in, person.name});
    return Added{id, std::move(code)};
}

namespace {

Result<Person> person_in(const Policy& policy, const PersonId& id) {
    const auto* person = policy.person(id);
    if (!person) return fail(Problem::not_found);
    return *person;
}

Result<void> not_last_administrator(const Policy& policy, const Person& person) {
    bool others = false;
    policy.each_person(
        [&](const Person& p) { others |= p.id != person.id && p.active && !p.until && p.roles.has(FirmRole::administrator); });
    if (!others && person.roles.has(FirmRole::administrator)) {
        return fail(Problem::conflict, "this is the last administrator, and nobody could let anybody in afterwards");
    }
    return {};
}

}  // namespace

Result<void> People::change(Permit<ChangePerson> permit, std::uint64_t if_revision, FirmRoles roles,
                            std::optional<Instant> until) {
    auto id = permit.action().person;
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        TRY(auto person, person_in(policy, id));
        if (person.revision != if_revision) return fail(Problem::stale);
        if (!roles.has(FirmRole::administrator) || until) CHECK(not_last_administrator(policy, person));
        person.roles = roles;
        person.until = until;
        person.revision += 1;
        return std::vector<Change>{person};
    }));
    return {};
}

Result<std::string> People::invite_again(Permit<InviteAgain> permit) {
    auto id = permit.action().person;
    auto code = new_invitation_code();
    Credential credential{.invitation = invitation_hash(code), .invitation_until = gate_.clock().now() + invitation_valid};
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        TRY(auto person, person_in(policy, id));
        person.revision += 1;   // ends every session of theirs
        return std::vector<Change>{person};
    };
    CHECK(gate_.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) {
        return gate_.rows().put_in(writer, draft, credential_place(id), credential.encode());
    }));
    return code;
}

Result<void> People::end(Permit<EndPerson> permit) {
    auto id = permit.action().person;
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        TRY(auto person, person_in(policy, id));
        if (!person.active) return fail(Problem::already_done, "this person's access was ended");
        CHECK(not_last_administrator(policy, person));
        person.active = false;
        person.revision += 1;
        return std::vector<Change>{person};
    }));
    return {};
}

Result<std::vector<PersonView>> People::list(Permit<ListPeople>) const {
    std::vector<PersonView> all;
    gate_.policy()->each_person([&](const Person& person) {
        if (auto seen = view_of(person.id)) all.push_back(std::move(*seen));
    });
    std::ranges::sort(all, {}, [](const PersonView& p) { return std::pair(fold_name(p.name), p.id); });
    return all;
}

std::optional<PersonId> People::signs_in_as(std::string_view sign_in) const {
    auto folded = fold_name(sign_in);
    std::shared_lock lock(mutex_);
    auto at = by_sign_in_.find(folded);
    return at == by_sign_in_.end() ? std::nullopt : std::optional(at->second);
}

std::string People::name_of(const PersonId& person) const {
    std::shared_lock lock(mutex_);
    auto at = names_.find(person);
    return at == names_.end() ? "somebody unknown" : at->second.name;
}

std::optional<PersonView> People::view_of(const PersonId& person) const {
    auto policy = gate_.policy();
    const auto* fact = policy->person(person);
    std::shared_lock lock(mutex_);
    auto at = names_.find(person);
    if (!fact || at == names_.end()) return std::nullopt;
    return PersonView{person, at->second.sign_in, at->second.name, fact->roles, fact->active, fact->until, fact->revision};
}

}  // namespace muniment::access

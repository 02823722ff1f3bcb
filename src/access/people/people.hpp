// SPDX-License-Identifier: Apache-2.0
// People: who there is, what they are called, and the invitation by which they come in.
//
// A person's names lie under the person's own key; all are opened at unlock into memory (a firm has hundreds, not millions). Sign-in
// names are compared folded, so that "Anna" and "anna" are one, and never written anywhere in the clear.
#pragma once
#include <shared_mutex>

#include "access/authenticate/credential.hpp"
#include "access/gate.hpp"

namespace muniment::access {

struct NewPerson {
    std::string sign_in;              ///< what is typed at sign-in
    std::string name;                 ///< what colleagues read
    FirmRoles roles;
    std::optional<Instant> until = {};
};

struct PersonView {
    PersonId id;
    std::string sign_in, name;
    FirmRoles roles;
    bool active = true;
    std::optional<Instant> until;
    std::uint64_t revision = 0;
};

struct AddPerson {
    static constexpr auto permission = Permission::people_manage;
    static constexpr auto entry = audit::Action::person_added;
    static constexpr bool changes = true;
    PersonId person;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::person, person.bytes}}; }
};
struct ChangePerson {
    static constexpr auto permission = Permission::roles_assign;
    static constexpr auto entry = audit::Action::person_changed;
    static constexpr bool changes = true;
    PersonId person;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::person, person.bytes}}; }
};
/// A new invitation for somebody who lost password or second factor: the old ones end with it.
struct InviteAgain {
    static constexpr auto permission = Permission::people_manage;
    static constexpr auto entry = audit::Action::credential_changed;
    static constexpr bool changes = true;
    PersonId person;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::person, person.bytes}}; }
};
struct EndPerson {
    static constexpr auto permission = Permission::people_manage;
    static constexpr auto entry = audit::Action::person_ended;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    PersonId person;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::person, person.bytes}}; }
};
/// Colleagues' names: everybody who works here may read them.
struct ListPeople {
    static constexpr auto permission = Permission::people_manage;
    static constexpr auto entry = audit::Action::people_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    static constexpr bool own = true;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};

class People {
  public:
    static Result<std::unique_ptr<People>> open(Gate& gate);

    /// The first person, in the founding transaction. With a credential that was shown to work already they need no invitation; else
    /// gives its code, which is shown once.
    static Result<std::string> found_in(storage::RecordWriter& writer, audit::Draft& draft, const keys::Ring& ring,
                                        const PersonId& person, const NewPerson& first, Instant now,
                                        const std::optional<Credential>& proven = {});

    struct Added {
        PersonId person;
        std::string invitation;   ///< shown once, valid for invitation_valid
    };
    /// `name_taken` where somebody signs in by that name. Giving roles needs roles_assign besides.
    Result<Added> add(Permit<AddPerson> permit, const NewPerson& person);
    Result<void> change(Permit<ChangePerson> permit, std::uint64_t if_revision, FirmRoles roles, std::optional<Instant> until);
    Result<std::string> invite_again(Permit<InviteAgain> permit);
    /// Active no more; all sessions end with it. `conflict` for the last administrator.
    Result<void> end(Permit<EndPerson> permit);
    Result<std::vector<PersonView>> list(Permit<ListPeople> permit) const;

    /// In a transaction that finds that another node made these people, or gave them other keys: their names anew.
    Result<void> follow_in(storage::RecordReader& reader, const std::vector<keys::Ring::Owner>& moved);

    std::optional<PersonId> signs_in_as(std::string_view sign_in) const;
    std::string name_of(const PersonId& person) const;       ///< for sentences under somebody's permit
    std::optional<PersonView> view_of(const PersonId& person) const;

  private:
    struct Names {
        std::string sign_in, name;
    };
    explicit People(Gate& gate) : gate_(gate) {}
    Result<void> load();
    Result<void> take(const storage::FieldRow& row);
    void keep(const PersonId& person, Names names);

    Gate& gate_;
    std::mutex adding_;  // a sign-in name is looked up and taken without another taking it between
    mutable std::shared_mutex mutex_;
    std::unordered_map<PersonId, Names> names_;
    std::unordered_map<std::string, PersonId> by_sign_in_;    // folded
};

}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
// Accounts: listed, made, changed, ended, invited again.
#include "base/limits.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

access::FirmRoles roles_in(Fields& in) {
    access::FirmRoles roles;
    for (const auto& name : in.texts("roles", limits::field_name_chars_max)) {
        auto role = access::firm_role_from_name(name);
        if (role) roles.add(*role);
        else in.refuse("roles", "names a role that there is not");
    }
    return roles;
}

Result<access::NewPerson> parse_new_person(Fields& in) {
    access::NewPerson person{.sign_in = in.text("sign_in", limits::name_bytes_max),
                             .name = in.text("name", limits::name_bytes_max),
                             .roles = roles_in(in),
                             .until = in.time_if("until")};
    CHECK(in.done());
    return person;
}

/// What is left out stays as it is.
struct PersonChange {
    std::optional<access::FirmRoles> roles;
    bool changes_until = false;
    std::optional<Instant> until;
};

Result<PersonChange> parse_change(Fields& in) {
    if (in.empty()) return fail(Problem::malformed, "nothing is named that should change");
    PersonChange change;
    if (in.has("roles")) change.roles = roles_in(in);
    change.changes_until = in.has("until");
    change.until = in.time_or_null("until");
    CHECK(in.done());
    return change;
}

Result<access::PersonView> seen(const Call& call, const PersonId& id) {
    auto person = call.house.people.view_of(id);
    if (!person) return fail(Problem::not_found);
    return *std::move(person);
}

boost::json::object invitation(const Call& call, const std::string& code) {
    return {{"invitation", code}, {"invitation_until", to_rfc3339(call.house.gate.clock().now() + access::invitation_valid)}};
}

Result<Response> list_people(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, access::ListPeople{}, access::Opening::may_stand));
    TRY(auto all, call.house.people.list(std::move(permit)));
    return paging.page(all, [](const auto& p) { return p.id.bytes; }, [](const auto& p) { return json_of(p); });
}

Result<Response> add_person(const Call& call, Fields& in) {
    TRY(auto input, parse_new_person(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::person));
    auto& house = call.house;
    auto make = [&](const access::Principal& who) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, access::AddPerson{PersonId::fresh(house.gate.clock().now())}));
        TRY(auto added, house.people.add(std::move(permit), input));
        TRY(auto person, seen(call, added.person));
        auto said = invitation(call, added.invitation);
        said["person"] = json_of(person);
        return answer(201, std::move(said), person.revision);
    };
    // The invitation was shown once and is kept nowhere: whoever did not get it asks for a new one.
    auto show = [&](const Id16& id) -> Result<Response> {
        TRY([[maybe_unused]] auto permit, house.gate.admit(call.who, access::ListPeople{}, access::Opening::may_stand));
        TRY(auto person, seen(call, {id}));
        return answer(201, {{"person", json_of(person)}}, person.revision);
    };
    return once.answer(make, show);
}

Result<Response> change_person(const Call& call, Fields& in) {
    TRY(auto id, call.id<PersonId>("person"));
    TRY(auto revision, if_match(call.request));
    TRY(auto input, parse_change(in));
    TRY(auto permit, call.house.gate.admit(call.who, access::ChangePerson{id}));
    TRY(auto before, seen(call, id));
    auto roles = input.roles.value_or(before.roles);
    auto until = input.changes_until ? input.until : before.until;
    CHECK(call.house.people.change(std::move(permit), revision, roles, until));
    TRY(auto person, seen(call, id));
    return answer(200, json_of(person), person.revision);
}

Result<Response> end_person(const Call& call) {
    TRY(auto id, call.id<PersonId>("person"));
    TRY(auto permit, call.house.gate.admit(call.who, access::EndPerson{id}));
    auto ended = call.house.people.end(std::move(permit));
    if (!ended && ended.error().problem != Problem::already_done) return std::unexpected(ended.error());
    return no_content();
}

Result<Response> invite_again(const Call& call) {
    TRY(auto id, call.id<PersonId>("person"));
    TRY(auto permit, call.house.gate.admit(call.who, access::InviteAgain{id}));
    TRY(auto code, call.house.people.invite_again(std::move(permit)));
    return answer(200, invitation(call, code));
}

}  // namespace

std::vector<Route> people(House& house) {
    return {asking(house, Method::get, "/api/v1/people", "listPeople", list_people),
            telling(house, Method::post, "/api/v1/people", "addPerson", add_person),
            telling(house, Method::patch, "/api/v1/people/{person}", "changePerson", change_person),
            plain(house, Method::post, "/api/v1/people/{person}/end", "endPerson", end_person),
            plain(house, Method::post, "/api/v1/people/{person}/invitation", "inviteAgain", invite_again)};
}

}  // namespace muniment::server::routes

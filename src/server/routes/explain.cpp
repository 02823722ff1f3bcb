// SPDX-License-Identifier: Apache-2.0
// Why somebody may or may not do something in a matter, in sentences.
#include "base/limits.hpp"
#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::Permission;

namespace {

/// Of every matter but those behind a wall from who asks: that a wall stands is nothing for whom it keeps out. A matter's name is
/// said as name_for() allows.
struct ExplainAccess {
    static constexpr auto permission = Permission::access_explain;
    static constexpr auto entry = audit::Action::access_explained;
    static constexpr bool changes = false;
    PersonId person;
    MatterId matter;
    access::Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const {
        return {{audit::SubjectKind::person, person.bytes}, {audit::SubjectKind::matter, matter.bytes}};
    }
};

struct Question {
    PersonId person;
    MatterId matter;
    std::optional<Permission> permission;
};

Result<Question> parse_question(Fields& in) {
    Question question{in.id<PersonId>("person"), in.id<MatterId>("matter"), std::nullopt};
    if (auto name = in.text_if("permission", limits::field_name_chars_max)) {
        auto permission = access::permission_from_name(*name);
        if (permission) question.permission = *permission;
        else in.refuse("permission", "names a permission that there is not");
    }
    CHECK(in.done());
    return question;
}

access::NameOf names_for(const House& house, const PersonId& asker) {
    struct Names {
        const House& house;
        PersonId asker;
        std::string operator()(const PersonId& id) const { return house.people.name_of(id); }
        std::string operator()(const GroupId& id) const { return house.groups.name_of(id); }
        std::string operator()(const MatterId& id) const { return name_for(house, asker, id).value_or(id.text()); }
        std::string operator()(const ClientId& id) const { return id.text(); }
        std::string operator()(const WallId& id) const { return id.text(); }
    };
    return [names = Names{house, asker}](const access::Named& named) { return std::visit(names, named); };
}

/// For whoever puts it into words of another language.
std::string_view name_of(access::Reason reason) {
    using enum access::Reason;
    switch (reason) {
        case role_grants: return "role-grants";
        case team_grants: return "team-grants";
        case unknown_person: return "unknown-person";
        case not_active: return "not-active";
        case person_ended: return "person-ended";
        case unknown_matter: return "unknown-matter";
        case wall_forbids: return "wall-forbids";
        case no_role: return "no-role";
        case no_grant: return "no-grant";
        case grant_expired: return "grant-expired";
        case team_role_lacks: return "team-role-lacks";
        case matter_closed: return "matter-closed";
        case not_oneself: return "not-oneself";
    }
    return "no-role";
}

boost::json::object because(const access::Decision& decision, const access::NameOf& names) {
    boost::json::object said{{"reason", name_of(decision.reason)}};
    if (decision.firm_role) said["firm_role"] = access::name(*decision.firm_role);
    if (decision.team_role) said["team_role"] = access::name(*decision.team_role);
    if (decision.group) said["group"] = names(*decision.group);
    if (decision.wall) said["wall"] = decision.wall->text();
    return said;
}

Result<Response> explain_access(const Call& call, Fields& in) {
    TRY(auto question, parse_question(in));
    auto& gate = call.house.gate;
    TRY([[maybe_unused]] auto permit, gate.admit(call.who, ExplainAccess{question.person, question.matter}));
    auto policy = gate.policy();
    if (!policy->person(question.person)) return fail(Problem::not_found);

    auto names = names_for(call.house, call.who.person());
    const access::Subject subject{.matter = question.matter};
    auto said = [&](Permission permission) {
        auto decision = gate.ask(question.person, permission, subject);
        auto sentence = access::explain(decision, question.person, permission, subject, names);
        return boost::json::object{
            {"permitted", decision.permitted}, {"sentence", std::move(sentence)}, {"because", because(decision, names)}};
    };
    boost::json::array items;
    for (auto permission : access::all_permissions()) {
        bool wanted = question.permission ? permission == *question.permission : access::concerns_a_matter(permission);
        if (!wanted) continue;
        auto item = said(permission);
        item["permission"] = access::name(permission);
        items.push_back(std::move(item));
    }
    auto whole = said(question.permission.value_or(Permission::matter_view));
    whole["items"] = std::move(items);
    return answer(200, std::move(whole));
}

}  // namespace

std::vector<Route> explain(House& house) {
    return {telling(house, Method::post, "/api/v1/access/explain", "explainAccess", explain_access)};
}

}  // namespace muniment::server::routes

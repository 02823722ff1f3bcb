// SPDX-License-Identifier: Apache-2.0
#include "server/routes/render.hpp"

#include "server/etag.hpp"

namespace muniment::server::routes {

namespace json = boost::json;
using access::Permission;

namespace {

template <class I>
json::array texts_of(const std::vector<I>& ids) {
    json::array all;
    for (const auto& id : ids) all.push_back(json::value(id.text()));
    return all;
}

json::object json_of(const access::Wall::Side& side) {
    return {{"matters", texts_of(side.matters)}, {"clients", texts_of(side.clients)}, {"people", texts_of(side.people)},
            {"groups", texts_of(side.groups)}};
}

std::string_view name_of(audit::SubjectKind kind) {
    using enum audit::SubjectKind;
    switch (kind) {
        case person: return "person";
        case group: return "group";
        case client: return "client";
        case matter: return "matter";
        case wall: return "wall";
        case document: return "document";
        case session: return "session";
        case entry: return "entry";
        case other: return "other";
    }
    return "other";
}

/// Names of papers and clients are not looked up: reading the log must not need their keys.
json::object json_of(const House& house, const PersonId& asker, const audit::Subject& subject) {
    json::object said{{"kind", name_of(subject.kind)}, {"id", to_uuid_text(subject.id)}, {"number", subject.number}};
    if (subject.kind == audit::SubjectKind::person) said["name"] = house.people.name_of({subject.id});
    if (subject.kind == audit::SubjectKind::group) said["name"] = house.groups.name_of({subject.id});
    if (subject.kind == audit::SubjectKind::matter)
        if (auto name = name_for(house, asker, {subject.id})) said["name"] = *name;
    return said;
}

}  // namespace

Response answer(int status, const json::value& said, std::optional<std::uint64_t> revision) {
    Response response{.status = status, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(said)};
    if (revision) response.headers.add("ETag", ETag{.opaque = std::to_string(*revision)}.text());
    return response;
}

Response no_content() { return {.status = 204}; }

json::array names_of(access::FirmRoles roles) {
    json::array names;
    for (auto role : access::all_firm_roles())
        if (roles.has(role)) names.push_back(json::value(access::name(role)));
    return names;
}

json::object brief(const access::PersonView& person) {
    return {{"id", person.id.text()}, {"name", person.name}, {"sign_in", person.sign_in}, {"roles", names_of(person.roles)}};
}

json::object json_of(const access::PersonView& person) {
    auto said = brief(person);
    said["active"] = person.active;
    said["revision"] = person.revision;
    if (person.until) said["until"] = to_rfc3339(*person.until);
    return said;
}

json::object json_of(const access::GroupView& group) {
    return {{"id", group.id.text()}, {"name", group.name}, {"members", texts_of(group.members)}, {"revision", group.revision}};
}

json::object json_of(const strongroom::ClientView& client) {
    const auto& profile = client.profile;
    return {{"id", client.id.text()}, {"name", profile.name}, {"number", profile.number}, {"note", profile.note}};
}

json::object json_of(const strongroom::MatterView& matter) {
    return {{"id", matter.id.text()},
            {"client", matter.client.text()},
            {"client_name", matter.client_name},
            {"client_number", matter.client_number},
            {"name", matter.profile.name},
            {"number", matter.profile.number},
            {"note", matter.profile.note},
            {"state", matter.state == access::MatterState::open ? "open" : "closed"},
            {"revision", matter.revision}};
}

json::object json_of(const House& house, const access::Grant& grant) {
    json::object said;
    if (const auto* person = std::get_if<PersonId>(&grant.grantee))
        said = {{"kind", "person"}, {"id", person->text()}, {"name", house.people.name_of(*person)}};
    if (const auto* group = std::get_if<GroupId>(&grant.grantee))
        said = {{"kind", "group"}, {"id", group->text()}, {"name", house.groups.name_of(*group)}};
    said["role"] = access::name(grant.role);
    if (grant.until) said["until"] = to_rfc3339(*grant.until);
    return said;
}

json::object json_of(const access::WallView& seen, const std::vector<PersonId>& on_both_sides) {
    return {{"id", seen.wall.id.text()},
            {"a", json_of(seen.wall.a)},
            {"b", json_of(seen.wall.b)},
            {"memo", seen.memo},
            {"revision", seen.wall.revision},
            {"on_both_sides", texts_of(on_both_sides)}};
}

json::object json_of(const House& house, const strongroom::PaperView& paper) {
    json::object said{{"id", paper.id.text()},
                      {"folder", nullptr},
                      {"kind", paper.is_folder ? "folder" : "paper"},
                      {"number", paper.number},
                      {"name", paper.entry.name},
                      {"size", paper.entry.size},
                      {"modified", to_rfc3339(paper.entry.modified)},
                      {"added", to_rfc3339(paper.entry.added)},
                      {"class", paper.entry.handling_class},
                      {"versions", paper.versions},
                      {"revision", paper.revision},
                      {"trashed", paper.trashed}};
    if (!paper.folder.is_nil()) said["folder"] = paper.folder.text();
    if (const auto& out = paper.checkout) {
        said["checkout"] = {{"person", out->who.text()},
                            {"name", house.people.name_of(out->who)},
                            {"until", to_rfc3339(out->until)},
                            {"note", out->note}};
    }
    return said;
}

json::object json_of(const House& house, const strongroom::VersionView& version) {
    const auto& facts = version.facts;
    return {{"version", version.version},
            {"name", facts.name},
            {"path", facts.path},
            {"size", facts.size},
            {"modified", to_rfc3339(facts.modified)},
            {"added", to_rfc3339(facts.added)},
            {"type", facts.claimed_type},
            {"type_found", facts.found_type},
            {"sha256", to_hex(facts.sha256)},
            {"who", {{"id", facts.who.text()}, {"name", house.people.name_of(facts.who)}}},
            {"comment", facts.comment},
            {"class", facts.handling_class}};
}

json::object json_of(const House& house, const PersonId& asker, const audit::Log::Found& entry,
                     const std::optional<Bytes>& words) {
    const auto& leaf = entry.leaf;
    json::array subjects;
    for (const auto& subject : leaf.subjects) subjects.push_back(json_of(house, asker, subject));
    json::object said{{"sequence", entry.sequence},
                      {"id", leaf.id.text()},
                      {"at", to_rfc3339(leaf.at)},
                      {"action", audit::name_of(leaf.action)},
                      {"text", audit::text_of(leaf.action)},
                      {"outcome", audit::name_of(leaf.outcome)},
                      {"subjects", std::move(subjects)}};
    if (!leaf.person.is_nil()) said["person"] = {{"id", leaf.person.text()}, {"name", house.people.name_of(leaf.person)}};
    if (!leaf.session.is_nil()) said["session"] = leaf.session.text();
    if (!leaf.request.is_nil()) said["request"] = leaf.request.text();
    if (words) {
        json::error_code code;
        auto detail = json::parse(text(*words), code);
        if (!code && detail.is_object()) said["detail"] = std::move(detail);
    }
    return said;
}

std::optional<std::string> name_for(const House& house, const PersonId& asker, const MatterId& matter) {
    const access::Subject subject{.matter = matter};
    for (auto permission : {Permission::matter_view, Permission::register_read})
        if (house.gate.ask(asker, permission, subject).permitted) return house.clients_and_matters.name_of(matter);
    return std::nullopt;
}

}  // namespace muniment::server::routes

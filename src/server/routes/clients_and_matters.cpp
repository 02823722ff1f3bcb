// SPDX-License-Identifier: Apache-2.0
// The register: clients and matters, opened, listed, closed.
#include <algorithm>

#include "base/limits.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::Opening;
using access::Principal;
using strongroom::MatterView;
using strongroom::Profile;

namespace {

constexpr std::size_t number_bytes_max = 4 * limits::number_chars_max;     // UTF-8

Profile profile_in(Fields& in) {
    return {.name = in.text("name", limits::name_bytes_max),
            .number = in.text_or_empty("number", number_bytes_max),
            .note = in.text_or_empty("note", limits::comment_bytes_max)};
}

Result<Profile> parse_client(Fields& in) {
    auto profile = profile_in(in);
    CHECK(in.done());
    return profile;
}

struct NewMatter {
    ClientId client;
    Profile profile;
};

Result<NewMatter> parse_matter(Fields& in) {
    NewMatter matter{in.id<ClientId>("client"), profile_in(in)};
    CHECK(in.done());
    return matter;
}

Result<std::vector<strongroom::ClientView>> clients_for(const Call& call) {
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListClients{}, Opening::may_stand));
    return call.house.clients_and_matters.clients(permit);
}

Result<Response> list_clients(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto all, clients_for(call));
    return paging.page(all, [](const auto& c) { return c.id.bytes; }, [](const auto& c) { return json_of(c); });
}

Result<Response> open_client(const Call& call, Fields& in) {
    TRY(auto profile, parse_client(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::client));
    auto& house = call.house;
    auto make = [&](const Principal& who) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, strongroom::AddClient{ClientId::fresh(house.gate.clock().now())}));
        TRY(auto client, house.clients_and_matters.add_client(std::move(permit), profile));
        return answer(201, json_of(client));
    };
    auto show = [&](const Id16& id) -> Result<Response> {
        TRY(auto all, clients_for(call));
        auto client = std::ranges::find(all, ClientId{id}, &strongroom::ClientView::id);
        if (client == all.end()) return fail(Problem::not_found);
        return answer(201, json_of(*client));
    };
    return once.answer(make, show);
}

Result<MatterView> matter_for(const Call& call, const MatterId& id) {
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ViewMatter{id}, Opening::may_stand));
    return call.house.clients_and_matters.view(permit);
}

Result<std::vector<MatterView>> matters_for(const Call& call, bool all) {
    const auto& matters = call.house.clients_and_matters;
    if (all) {
        TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListAllMatters{}, Opening::may_stand));
        return matters.matters(permit);
    }
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListMyMatters{}, Opening::may_stand));
    return matters.matters(permit);
}

Result<Response> list_matters(const Call& call, Query& query) {
    auto scope = query.word("scope", {"mine", "all"});
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto all, matters_for(call, scope == "all"));
    return paging.page(all, [](const auto& m) { return m.id.bytes; }, [](const auto& m) { return json_of(m); });
}

Result<Response> open_matter(const Call& call, Fields& in) {
    TRY(auto input, parse_matter(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::matter));
    auto& house = call.house;
    auto make = [&](const Principal& who) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, strongroom::OpenMatter{MatterId::fresh(house.gate.clock().now()), input.client}));
        TRY(auto matter, house.clients_and_matters.open_matter(std::move(permit), input.profile));
        return answer(201, json_of(matter), matter.revision);
    };
    auto show = [&](const Id16& id) -> Result<Response> {
        TRY(auto matter, matter_for(call, {id}));
        return answer(201, json_of(matter), matter.revision);
    };
    return once.answer(make, show);
}

Result<Response> view_matter(const Call& call) {
    TRY(auto id, call.id<MatterId>("matter"));
    TRY(auto matter, matter_for(call, id));
    return answer(200, json_of(matter), matter.revision);
}

Result<Response> close_matter(const Call& call) {
    TRY(auto id, call.id<MatterId>("matter"));
    TRY(auto revision, if_match(call.request));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::CloseMatter{id}));
    CHECK(call.house.clients_and_matters.close_matter(std::move(permit), revision));
    return view_matter(call);
}

Result<Response> reopen_matter(const Call& call) {
    TRY(auto id, call.id<MatterId>("matter"));
    TRY(auto revision, if_match(call.request));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ReopenMatter{id}));
    CHECK(call.house.clients_and_matters.reopen_matter(std::move(permit), revision));
    return view_matter(call);
}

}  // namespace

std::vector<Route> clients_and_matters(House& house) {
    return {asking(house, Method::get, "/api/v1/clients", "listClients", list_clients),
            telling(house, Method::post, "/api/v1/clients", "openClient", open_client),
            asking(house, Method::get, "/api/v1/matters", "listMatters", list_matters),
            telling(house, Method::post, "/api/v1/matters", "openMatter", open_matter),
            plain(house, Method::get, "/api/v1/matters/{matter}", "viewMatter", view_matter),
            plain(house, Method::post, "/api/v1/matters/{matter}/close", "closeMatter", close_matter),
            plain(house, Method::post, "/api/v1/matters/{matter}/reopen", "reopenMatter", reopen_matter)};
}

}  // namespace muniment::server::routes

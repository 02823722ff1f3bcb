// SPDX-License-Identifier: Apache-2.0
// Papers and folders of a matter, without their content: listed, made, moved, trashed, restored, checked out and in.
#include "base/limits.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::Opening;
using strongroom::Destination;
using strongroom::PaperView;

namespace {

constexpr std::uint64_t checkout_minutes_max = 43'200;     // 30 days

struct Place {
    MatterId matter;
    DocumentId document;
};

Result<Place> place_in(const Call& call) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto document, call.id<DocumentId>("paper"));
    return Place{matter, document};
}

Response shown(const Call& call, const PaperView& paper, int status = 200) {
    return answer(status, json_of(call.house, paper), paper.revision);
}

Result<PaperView> paper_for(const Call& call, const Place& place) {
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListVersions{place.matter, place.document}, Opening::may_stand));
    return call.house.papers.view(permit);
}

Result<Response> list_papers(const Call& call, Query& query) {
    TRY(auto matter, call.id<MatterId>("matter"));
    bool trashed = query.truth("trashed");
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListPapers{matter}, Opening::may_stand));
    TRY(auto all, call.house.papers.list(permit, trashed));
    return paging.page(all, [](const auto& p) { return p.id.bytes; }, [&](const auto& p) { return json_of(call.house, p); });
}

Result<Destination> parse_folder(Fields& in) {
    Destination where{.folder = in.id_or_null<DocumentId>("folder"), .name = in.text("name", limits::name_bytes_max)};
    CHECK(in.done());
    return where;
}

Result<Response> add_folder(const Call& call, Fields& in) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto where, parse_folder(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::document));
    auto& house = call.house;
    auto make = [&](const access::Principal& who) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, strongroom::AddFolder{matter, DocumentId::fresh(house.gate.clock().now())}));
        TRY(auto folder, house.papers.add_folder(std::move(permit), where));
        return shown(call, folder, 201);
    };
    auto show = [&](const Id16& id) -> Result<Response> {
        TRY(auto folder, paper_for(call, {matter, {id}}));
        return shown(call, folder, 201);
    };
    return once.answer(make, show);
}

Result<Response> view_paper(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto paper, paper_for(call, place));
    return shown(call, paper);
}

Result<Response> list_versions(const Call& call, Query& query) {
    TRY(auto place, place_in(call));
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListVersions{place.matter, place.document}, Opening::may_stand));
    TRY(auto all, call.house.papers.versions(permit));
    auto id_of = [](const strongroom::VersionView& version) {
        Id16 id{};
        auto number = Writer().u64(version.version).written();
        std::ranges::copy(number, id.begin());
        return id;
    };
    return paging.page(all, id_of, [&](const auto& v) { return json_of(call.house, v); });
}

/// What is left out stays as it is; in another matter, without a folder, it is that matter's top.
struct Move {
    std::optional<std::string> name;
    std::optional<DocumentId> folder;
    std::optional<MatterId> matter;
};

Result<Move> parse_move(Fields& in) {
    if (in.empty()) return fail(Problem::malformed, "nothing is named that should change");
    Move move;
    move.name = in.text_if("name", limits::name_bytes_max);
    if (in.has("folder")) move.folder = in.id_or_null<DocumentId>("folder");
    move.matter = in.id_if<MatterId>("matter");
    CHECK(in.done());
    return move;
}

Result<Response> move_paper(const Call& call, Fields& in) {
    TRY(auto place, place_in(call));
    TRY(auto revision, if_match(call.request));
    TRY(auto move, parse_move(in));
    auto to = move.matter.value_or(place.matter);
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::MovePaper{place.matter, place.document, to}));
    if (to != place.matter && !move.folder) move.folder = DocumentId{};
    if (!move.name || !move.folder) {
        TRY(auto now, paper_for(call, place));
        if (!move.name) move.name = now.entry.name;
        if (!move.folder) move.folder = now.folder;
    }
    TRY(auto moved, call.house.papers.move(std::move(permit), revision, {*move.folder, *move.name}));
    return shown(call, moved);
}

Result<Response> trash_paper(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto revision, if_match(call.request));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::TrashPaper{place.matter, place.document}));
    CHECK(call.house.papers.trash(std::move(permit), revision));
    return no_content();
}

Result<Response> restore_paper(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto revision, if_match(call.request));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::RestorePaper{place.matter, place.document}));
    TRY(auto paper, call.house.papers.restore(std::move(permit), revision));
    return shown(call, paper);
}

struct CheckoutWish {
    Duration lasts;
    std::string note;
};

Result<CheckoutWish> parse_checkout(Fields& in) {
    auto minutes = in.number("minutes", {1, checkout_minutes_max});
    CheckoutWish wish{std::chrono::minutes(minutes), in.text_or_empty("note", limits::name_bytes_max)};
    CHECK(in.done());
    return wish;
}

Result<Response> check_out(const Call& call, Fields& in) {
    TRY(auto place, place_in(call));
    TRY(auto wish, parse_checkout(in));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::CheckOut{place.matter, place.document}));
    TRY(auto paper, call.house.papers.check_out(std::move(permit), wish.lasts, wish.note));
    return shown(call, paper);
}

/// What is not checked out is checked in.
Result<Response> checked_in(const Result<void>& ended) {
    if (!ended && ended.error().problem != Problem::already_done) return std::unexpected(ended.error());
    return no_content();
}

Result<Response> check_in(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::CheckIn{place.matter, place.document}));
    return checked_in(call.house.papers.check_in(std::move(permit)));
}

Result<Response> break_check_out(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::BreakCheckOut{place.matter, place.document}));
    return checked_in(call.house.papers.break_check_out(std::move(permit)));
}

}  // namespace

std::vector<Route> papers(House& house) {
    const std::string all = "/api/v1/matters/{matter}/papers", one = all + "/{paper}";
    return {asking(house, Method::get, all, "listPapers", list_papers),
            telling(house, Method::post, "/api/v1/matters/{matter}/folders", "addFolder", add_folder),
            plain(house, Method::get, one, "viewPaper", view_paper),
            asking(house, Method::get, one + "/versions", "listVersions", list_versions),
            telling(house, Method::post, one + "/move", "movePaper", move_paper),
            plain(house, Method::post, one + "/trash", "trashPaper", trash_paper),
            plain(house, Method::post, one + "/restore", "restorePaper", restore_paper),
            telling(house, Method::post, one + "/checkout", "checkOut", check_out),
            plain(house, Method::post, one + "/checkin", "checkIn", check_in),
            plain(house, Method::post, one + "/checkout/break", "breakCheckOut", break_check_out)};
}

}  // namespace muniment::server::routes

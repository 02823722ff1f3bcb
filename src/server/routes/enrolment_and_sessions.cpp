// SPDX-License-Identifier: Apache-2.0
// From an invitation to an account, and signing in and out.
#include "base/limits.hpp"
#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::SessionKind;

namespace {

constexpr std::size_t invitation_chars_max = 64, code_chars_max = 6, kind_chars_max = 16;

std::string_view name_of(SessionKind kind) { return kind == SessionKind::browser ? "browser" : "token"; }

SessionKind kind_in(Fields& in) {
    auto kind = in.text("kind", kind_chars_max);
    if (kind != "browser" && kind != "token") in.refuse("kind", "is neither browser nor token");
    return kind == "browser" ? SessionKind::browser : SessionKind::token;
}

Result<access::EnrolmentAttempt> parse_enrolment(Fields& in) {
    access::EnrolmentAttempt attempt{.sign_in = in.text("sign_in", limits::name_bytes_max),
                                     .invitation = in.text("invitation", invitation_chars_max),
                                     .password = in.text("password", limits::password_bytes_max)};
    CHECK(in.done());
    return attempt;
}

Result<access::EnrolmentAttempt> parse_confirmation(Fields& in) {
    auto code = in.text("code", code_chars_max);
    auto kind = kind_in(in);
    TRY(auto attempt, parse_enrolment(in));
    attempt.code = std::move(code);
    attempt.kind = kind;
    return attempt;
}

Result<access::Attempt> parse_attempt(Fields& in) {
    access::Attempt attempt{.sign_in = in.text("sign_in", limits::name_bytes_max),
                            .password = in.text("password", limits::password_bytes_max),
                            .code = in.text("code", code_chars_max),
                            .kind = kind_in(in)};
    CHECK(in.done());
    return attempt;
}

Result<access::PersonView> person_of(const House& house, const PersonId& id) {
    auto person = house.people.view_of(id);
    if (!person) return fail(Problem::unauthenticated);
    return *std::move(person);
}

/// A browser's secret goes into its cookie, where no script reads it; a program's stands in the answer, this once.
Result<Response> signed_in(const House& house, const access::SignedIn& made) {
    TRY(auto person, person_of(house, made.session.person));
    boost::json::object said{{"expires", to_rfc3339(made.session.ends)}, {"person", brief(person)}};
    if (made.session.kind == SessionKind::token) said["secret"] = made.secret;
    auto response = answer(201, std::move(said));
    if (made.session.kind == SessionKind::browser) response.headers.add("Set-Cookie", session_cookie(made.secret));
    return response;
}

Result<Response> begin_enrolment(House& house, const Request& request, Fields& in) {
    TRY(auto attempt, parse_enrolment(in));
    TRY(auto enrolment, house.sign_in.enrol(attempt, origin_of(request)));
    return answer(200, {{"totp_secret", enrolment.totp_secret}, {"totp_uri", enrolment.totp_uri}});
}

Result<Response> confirm_enrolment(House& house, const Request& request, Fields& in) {
    TRY(auto attempt, parse_confirmation(in));
    TRY(auto made, house.sign_in.confirm_enrolment(attempt, origin_of(request)));
    return signed_in(house, made);
}

Result<Response> sign_in(House& house, const Request& request, Fields& in) {
    TRY(auto attempt, parse_attempt(in));
    TRY(auto made, house.sign_in.sign_in(attempt, origin_of(request)));
    return signed_in(house, made);
}

Result<Response> who_am_i(const Call& call) {
    TRY(auto session, call.house.sign_in.session_of(call.who));
    TRY(auto person, person_of(call.house, call.who.person()));
    boost::json::array permissions;
    for (auto permission : access::all_permissions()) {
        bool held = !access::concerns_a_matter(permission) && call.house.gate.ask(person.id, permission, {}).permitted;
        if (held) permissions.push_back(boost::json::value(access::name(permission)));
    }
    return answer(200, {{"firm", call.house.firm_name},
                        {"person", brief(person)},
                        {"session",
                         {{"id", session.id.text()},
                          {"kind", name_of(session.kind)},
                          {"created", to_rfc3339(session.created)},
                          {"expires", to_rfc3339(session.ends)},
                          {"idle_seconds", std::chrono::seconds(limits::session_idle_max).count()}}},
                        {"permissions", std::move(permissions)}});
}

/// Every session of theirs ends with it, this one too.
Result<Response> change_password(const Call& call, Fields& in) {
    auto former = in.text("former", limits::password_bytes_max);
    auto next = in.text("next", limits::password_bytes_max);
    CHECK(in.done());
    TRY(auto permit, call.house.gate.admit(call.who, access::ChangePassword{call.who.person()}));
    CHECK(call.house.sign_in.change_password(std::move(permit), former, next));
    auto response = no_content();
    response.headers.add("Set-Cookie", no_session_cookie());
    return response;
}

Result<Response> sign_out(const Call& call) {
    TRY(auto permit, call.house.gate.admit(call.who, access::SignOut{call.who.session()}));
    CHECK(call.house.sign_in.sign_out(std::move(permit)));
    auto response = no_content();
    response.headers.add("Set-Cookie", no_session_cookie());
    return response;
}

using Strange = Result<Response> (*)(House&, const Request&, Fields&);

/// For who is not signed in yet. A page of another origin cannot sign a browser in as somebody else: it cannot send this
/// Content-Type without asking first (CORS), and nothing here answers such a question.
Route by_stranger(House& house, std::string pattern, std::string operation, Strange function) {
    auto route = [&house, function](const Request& head, const Parameters&) -> Result<Answer> {
        CHECK(check_no_query(head));
        CHECK(check_content_type(head, "application/json"));
        auto then = [&house, function](const Request& request, Bytes body) -> Result<Response> {
            TRY(auto fields, Fields::parse(body));
            return function(house, request, fields);
        };
        return Answer(WantsBody{limits::strangers_body_bytes_max, then});
    };
    return {Method::post, std::move(pattern), std::move(operation), BodyKind::json, route};
}

}  // namespace

std::vector<Route> enrolment_and_sessions(House& house) {
    return {by_stranger(house, "/api/v1/enrolment", "beginEnrolment", begin_enrolment),
            by_stranger(house, "/api/v1/enrolment/confirm", "confirmEnrolment", confirm_enrolment),
            by_stranger(house, "/api/v1/sessions", "signIn", sign_in),
            plain(house, Method::get, "/api/v1/session", "whoAmI", who_am_i),
            plain(house, Method::del, "/api/v1/session", "signOut", sign_out),
            telling(house, Method::put, "/api/v1/session/password", "changePassword", change_password)};
}

}  // namespace muniment::server::routes

// SPDX-License-Identifier: Apache-2.0
// A firm is founded in the browser. Each route first asks whether the secret of the one-time link came with it; a body is read only then.
#include "access/authenticate/password_rules.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"
#include "server/setting_up.hpp"

namespace muniment::server::routes {
namespace {

namespace json = boost::json;
using Done = Result<Response>;
using Said = std::function<Done(SettingUp&, const Request&, Fields&)>;

constexpr std::size_t ticket_chars_max = 64, code_chars_max = 6, word_chars_max = 32, folder_bytes_max = 1'024;
constexpr std::size_t context_max = 8, slots_max = 8;

Result<void> admit(SettingUp* setting_up, const Request& request) {
    if (!setting_up) return fail(Problem::already_done, "there is a firm");
    auto authorization = request.headers.list("Authorization").value_or("");
    return setting_up->admit(bearer_in(authorization).value_or(""), request.source_address);
}

Route telling(SettingUp* setting_up, std::string pattern, std::string operation, Said said) {
    auto route = [setting_up, said = std::move(said)](const Request& head, const Parameters&) -> Result<Answer> {
        CHECK(admit(setting_up, head));
        CHECK(check_no_query(head));
        CHECK(check_content_type(head, "application/json"));
        auto then = [setting_up, said](const Request& request, Bytes body) -> Done {
            TRY(auto fields, Fields::parse(body));
            return said(*setting_up, request, fields);
        };
        return Answer(WantsBody{limits::strangers_body_bytes_max, std::move(then)});
    };
    return {Method::post, std::move(pattern), std::move(operation), BodyKind::json, std::move(route)};
}

Route looking(SettingUp* setting_up) {
    auto route = [setting_up](const Request& request, const Parameters&) -> Result<Answer> {
        CHECK(admit(setting_up, request));
        CHECK(check_no_query(request));
        auto state = setting_up->state();
        return Answer(answer(200, {{"expires", to_rfc3339(state.expires)},
                                   {"home", state.home},
                                   {"slots", json::value_from(state.slots)},
                                   {"trial", state.trial}}));
    };
    return {Method::get, "/api/v1/setup", "lookAtSetup", BodyKind::none, route};
}

std::vector<std::string> few(Fields& in, std::string_view name, std::size_t bytes_max, std::size_t count_max) {
    auto texts = in.texts(name, bytes_max);
    if (texts.size() > count_max) in.refuse(name, "has too many of them");
    return texts;
}

Done judge_password(SettingUp&, const Request&, Fields& in) {
    auto typed = in.text("password", limits::password_bytes_max);
    auto words = few(in, "words", limits::name_bytes_max, context_max);
    CHECK(in.done());
    TRY(auto password, normalize_password(typed));
    words.emplace_back("muniment");
    TRY(auto strength, access::password_strength(password, words));
    return answer(200, {{"enough", strength.weakness == access::Weakness::none},
                        {"bits", strength.bits},
                        {"bits_needed", strength.bits_needed},
                        {"weakness", access::name_of(strength.weakness)}});
}

Done look_at_slots(SettingUp& setting_up, const Request&, Fields& in) {
    auto folders = few(in, "slots", folder_bytes_max, slots_max);
    CHECK(in.done());
    json::array items;
    for (const auto& sight : setting_up.look_at_slots(folders))
        items.push_back(json::object{{"folder", sight.folder}, {"state", sight.state}});
    return answer(200, {{"items", std::move(items)}});
}

Done make_shares(SettingUp& setting_up, const Request&, Fields& in) {
    const Between numbers{2, crypto::shares_max};
    auto needed = in.number("needed", numbers), of = in.number("of", numbers);
    if (needed > of) in.refuse("needed", "is more than there are");
    CHECK(in.done());
    TRY(auto made, setting_up.make_shares(static_cast<std::uint8_t>(needed), static_cast<std::uint8_t>(of)));
    json::array holders;
    for (std::size_t i = 0; i < made.holders.size(); ++i)
        holders.push_back(json::object{{"holder", i + 1}, {"words", json::value_from(made.holders[i])}, {"asked", made.asked[i]}});
    return answer(200, {{"ticket", made.ticket},
                        {"set", made.set},
                        {"needed", needed},
                        {"of", of},
                        {"made", to_rfc3339(made.made).substr(0, 10)},
                        {"holders", std::move(holders)}});
}

Done confirm_shares(SettingUp& setting_up, const Request&, Fields& in) {
    auto ticket = in.text("ticket", ticket_chars_max);
    auto words = few(in, "words", word_chars_max, crypto::shares_max);
    CHECK(in.done());
    CHECK(setting_up.confirm_shares(ticket, words));
    return no_content();
}

Done make_factor(SettingUp& setting_up, const Request&, Fields& in) {
    auto firm = in.text("firm", limits::name_bytes_max);
    auto sign_in = in.text("sign_in", limits::name_bytes_max);
    CHECK(in.done());
    TRY(auto enrolment, setting_up.make_factor(firm, sign_in));
    return answer(200, {{"totp_secret", enrolment.totp_secret}, {"totp_uri", enrolment.totp_uri}});
}

SettingUp::Unlock unlock_in(Fields& in) {
    auto said = in.text("unlock", code_chars_max * 2);
    if (said == "passphrase") return SettingUp::Unlock::passphrase;
    if (said == "key-file") return SettingUp::Unlock::key_file;
    if (said != "shares") in.refuse("unlock", "is neither passphrase, key-file nor shares");
    return SettingUp::Unlock::shares;
}

Done found(SettingUp& setting_up, const Request& request, Fields& in) {
    SettingUp::Founding founding{.firm = in.text("firm", limits::name_bytes_max),
                                 .name = in.text("name", limits::name_bytes_max),
                                 .sign_in = in.text("sign_in", limits::name_bytes_max),
                                 .password = in.text("password", limits::password_bytes_max),
                                 .code = in.text("code", code_chars_max),
                                 .slots = few(in, "slots", folder_bytes_max, slots_max),
                                 .unlock = unlock_in(in),
                                 .passphrase = in.text_or_empty("passphrase", limits::password_bytes_max),
                                 .shares = in.text_if("shares", ticket_chars_max)};
    if (founding.passphrase.empty() != (founding.unlock != SettingUp::Unlock::passphrase))
        in.refuse("passphrase", "belongs to unlocking by passphrase, and to no other way");
    CHECK(in.done());
    TRY(auto founded, setting_up.found(founding, origin_of(request)));
    json::object said{{"person", brief(founded.administrator)}};
    if (!founded.signed_in) return answer(201, std::move(said));
    said["expires"] = to_rfc3339(founded.signed_in->session.ends);
    auto response = answer(201, std::move(said));
    response.headers.add("Set-Cookie", session_cookie(founded.signed_in->secret));
    return response;
}

}  // namespace

std::vector<Route> setup(SettingUp* setting_up) {
    const std::string at = "/api/v1/setup";
    return {looking(setting_up),
            telling(setting_up, at, "foundFirm", found),
            telling(setting_up, at + "/password", "judgePassword", judge_password),
            telling(setting_up, at + "/slots", "lookAtSlots", look_at_slots),
            telling(setting_up, at + "/shares", "makeShares", make_shares),
            telling(setting_up, at + "/shares/confirm", "confirmShares", confirm_shares),
            telling(setting_up, at + "/factor", "makeFactor", make_factor)};
}

}  // namespace muniment::server::routes

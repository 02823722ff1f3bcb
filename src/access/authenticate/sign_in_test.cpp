// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/sign_in.hpp"

#include <latch>
#include <thread>

#include "access/house_test.hpp"
#include "base/limits.hpp"

namespace muniment::access {
namespace {

using namespace testing;
using storage::RecordWriter;

struct SigningIn : ::testing::Test {
    House house;
    Member root = house.enrol("root", house.invitation);
    Member anna = house.hire(root.who, "anna", {FirmRole::lawyer});

    /// The time step after this one, whose code is not used up.
    std::string next_code(const Member& member) {
        house.clock.advance(std::chrono::seconds(totp_step_seconds));
        return house.code(member.totp);
    }
    Result<SignedIn> attempt(const std::string& name, const std::string& password, const std::string& code,
                             const std::string& source = "192.0.2.7") {
        return house.sign_in->sign_in({name, password, code, SessionKind::browser}, House::origin(source));
    }
    bool stands(const std::string& secret) { return house.sign_in->principal(secret, House::origin()).has_value(); }
    Credential credential(const PersonId& person) {
        auto place = credential_place(person);
        auto row = house.records->gate_row(static_cast<std::uint16_t>(place.kind), place.row).value().value();
        auto content =
            keys::open(house.ring->gate_seal(), house.firm, {place.kind, row.owner, row.row, row.revision}, row.sealed).value();
        return Credential::decode(content).value();
    }
    NewPerson named(const std::string& name) { return {name, name, {}}; }
    std::string invite(const std::string& name) {
        return house.people->add(house.gate->admit(root.who, AddPerson{PersonId::fresh(house.clock.now())}).value(), named(name))
            .value()
            .invitation;
    }
    EnrolmentAttempt enrolment(const std::string& name, const std::string& invitation) {
        return {name, invitation, std::string(House::password), "", SessionKind::browser};
    }
};

TEST_F(SigningIn, NeedsNamePasswordAndCode) {
    auto in = attempt("ANNA", anna.password, next_code(anna));
    ASSERT_TRUE(in) << why(in);
    auto who = house.sign_in->principal(in->secret, House::origin()).value();
    EXPECT_EQ(who.person(), anna.id);
    EXPECT_EQ(house.entries().back().action, audit::Action::sign_in);
    EXPECT_EQ(house.entries().back().person, anna.id);
}

// No such person, wrong password, wrong code, ended access: one answer, by the same work.
TEST_F(SigningIn, SaysNothingOfWhatWasWrong) {
    auto bert = house.hire(root.who, "bert", {});
    ASSERT_TRUE(house.people->end(house.gate->admit(root.who, EndPerson{bert.id}).value()));
    auto uninvited = invite("carl");
    int source = 0;
    auto answer = [&](const std::string& name, const std::string& password, const std::string& code) {
        auto begun = std::chrono::steady_clock::now();
        auto in = attempt(name, password, code, "192.0.2." + std::to_string(++source));
        auto took = std::chrono::steady_clock::now() - begun;
        EXPECT_EQ(problem_of(in), Problem::sign_in_refused) << name;
        return std::pair(in ? std::string() : in.error().text(), took);
    };
    auto code = next_code(anna);
    auto [reference, work] = answer("anna", "wrong horse battery", code);
    struct {
        std::string name, password, code;
    } wrong[] = {{"nobody", anna.password, code},
                 {"anna", anna.password, code == "000000" ? "000001" : "000000"},
                 {"bert", bert.password, house.code(bert.totp)},
                 {"carl", anna.password, code},
                 {"anna", std::string(limits::password_bytes_max + 1, 'x'), code},
                 {"anna", "", code}};
    for (const auto& each : wrong) {
        auto [text, took] = answer(each.name, each.password, each.code);
        EXPECT_EQ(text, reference);
        // Argon2id is most of it; a factor of eight leaves room for a busy machine, and none for leaving it out (a factor of 1,000).
        EXPECT_LT(took, work * 8) << each.name;
        EXPECT_GT(took, work / 8) << each.name;
    }
    EXPECT_TRUE(attempt("anna", anna.password, code)) << "and none of them used the code up";
}

TEST_F(SigningIn, NamesThatWereTypedAreStoredNowhere) {
    EXPECT_FALSE(attempt("my-password-in-the-wrong-field", "x", "000000"));
    house.sign_in.reset();   // writes down what it counted
    auto entry = house.entries().back();
    EXPECT_EQ(entry.action, audit::Action::sign_in_refusals);
    EXPECT_EQ(entry.subjects.at(0).number, 1u);
    EXPECT_TRUE(entry.person.is_nil());
    auto found = house.log->find({}, UINT64_MAX, 1).value();
    auto words = string(house.log->words_of(found.at(0), house.ring->firm_details()).value());
    EXPECT_EQ(words.find("my-password"), std::string::npos);
    EXPECT_NE(words.find("192.0.2.7"), std::string::npos);
}

TEST_F(SigningIn, ACodeIsAcceptedOnce) {
    auto code = next_code(anna);
    ASSERT_TRUE(attempt("anna", anna.password, code));
    EXPECT_EQ(problem_of(attempt("anna", anna.password, code)), Problem::sign_in_refused);
    EXPECT_TRUE(attempt("anna", anna.password, next_code(anna)));
}

TEST_F(SigningIn, ACodeIsAcceptedOnceOfManyAtOnce) {
    auto code = next_code(anna);
    constexpr int many = 4;
    std::latch begin(many);
    std::atomic<int> in{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < many; ++i) {
            threads.emplace_back([&, i] {
                begin.arrive_and_wait();
                in += attempt("anna", anna.password, code, "192.0.2." + std::to_string(100 + i)).has_value();
            });
        }
    }
    EXPECT_EQ(in, 1);
}

// The password is hashed for some 50 ms, in which somebody else may change it. A sign-in with the former one does not bring it back.
TEST_F(SigningIn, ASignInDoesNotUndoAChangeOfPasswordMadeMeanwhile) {
    std::string next = "quarry lantern 55 ebbing";
    for (int round = 0; round < 4; ++round) {
        auto code = next_code(anna);
        auto permit = house.gate->admit(anna.who, ChangePassword{anna.id}).value();
        std::optional<Result<SignedIn>> in;
        {
            std::jthread signing([&] { in = attempt("anna", anna.password, code, "192.0.2.99"); });
            auto changed = house.sign_in->change_password(std::move(permit), anna.password, next);
            // A sign-in that came first uses the code up under the change: then the change is made on what stands there now.
            ASSERT_TRUE(changed) << why(changed);
        }
        auto stored = credential(anna.id);
        EXPECT_TRUE(crypto::verify_password(stored.password, next).value()) << "round " << round;
        if (in->has_value()) {
            EXPECT_FALSE(stands((*in)->secret)) << "its session ended with the change";
            EXPECT_GE(stored.totp_step, totp_step(house.clock.now())) << "and its code stays used up";
        }
        std::swap(anna.password, next);
        house.renew(anna);
    }
}

TEST_F(SigningIn, APasswordIsChangedByItsOwnerAloneAndEndsTheSessions) {
    auto other = house.sign_in_again(anna).value();
    std::string next = "quarry lantern 55 ebbing";
    auto permit = [&](const Member& who, PersonId of) { return house.gate->admit(who.who, ChangePassword{of}).value(); };
    EXPECT_EQ(problem_of(house.sign_in->change_password(permit(root, anna.id), anna.password, next)), Problem::denied);
    EXPECT_EQ(problem_of(house.sign_in->change_password(permit(anna, anna.id), "not it at all", next)), Problem::sign_in_refused);
    EXPECT_EQ(problem_of(house.sign_in->change_password(permit(anna, anna.id), anna.password, "anna1234")),
              Problem::weak_password);
    EXPECT_EQ(problem_of(house.sign_in->change_password(permit(anna, anna.id), anna.password, anna.password)),
              Problem::weak_password);
    EXPECT_TRUE(stands(other.secret));
    ASSERT_TRUE(house.sign_in->change_password(permit(anna, anna.id), anna.password, next));
    EXPECT_FALSE(stands(anna.secret));
    EXPECT_FALSE(stands(other.secret));
    EXPECT_FALSE(attempt("anna", anna.password, next_code(anna)));
    EXPECT_TRUE(attempt("anna", next, next_code(anna)));
}

// ---- sessions ----

TEST_F(SigningIn, SessionsEnd) {
    auto idle = house.sign_in_again(anna).value();
    house.clock.advance(limits::session_idle_max);
    EXPECT_FALSE(stands(idle.secret)) << "idle";
    house.renew(root);
    auto used = house.sign_in_again(anna).value();
    for (auto passed = std::chrono::minutes(0); passed < limits::session_age_max; passed += std::chrono::minutes(20)) {
        ASSERT_TRUE(stands(used.secret)) << passed.count();
        house.clock.advance(std::chrono::minutes(20));
    }
    EXPECT_FALSE(stands(used.secret)) << "old";
    auto out = house.sign_in_again(anna).value();
    auto who = house.sign_in->principal(out.secret, House::origin()).value();
    ASSERT_TRUE(house.sign_in->sign_out(house.gate->admit(who, SignOut{who.session()}).value()));
    EXPECT_FALSE(stands(out.secret)) << "signed out";
    house.renew(anna);
    house.renew(root);
    auto revision = house.gate->policy()->person(anna.id)->revision;
    ASSERT_TRUE(house.people->change(house.gate->admit(root.who, ChangePerson{anna.id}).value(), revision, {}, {}));
    EXPECT_FALSE(stands(anna.secret)) << "the person's revision moved";
}

TEST_F(SigningIn, PeoplePastTheirEndAreOut) {
    auto revision = house.gate->policy()->person(anna.id)->revision;
    auto until = house.clock.now() + std::chrono::minutes(10);
    ASSERT_TRUE(
        house.people->change(house.gate->admit(root.who, ChangePerson{anna.id}).value(), revision, {FirmRole::lawyer}, until));
    house.renew(anna);
    EXPECT_TRUE(stands(anna.secret));
    house.clock.advance(std::chrono::minutes(10));
    EXPECT_FALSE(stands(anna.secret));
    EXPECT_FALSE(house.sign_in_again(anna));
}

TEST_F(SigningIn, NobodySignsOutSomebodyElse) {
    auto permit = house.gate->admit(anna.who, SignOut{root.who.session()}).value();
    EXPECT_EQ(problem_of(house.sign_in->sign_out(std::move(permit))), Problem::not_found);
    EXPECT_TRUE(stands(root.secret));
}

TEST_F(SigningIn, SessionsSurviveARestartAndEndedOnesDoNot) {
    auto browser = house.sign_in_again(anna).value();
    auto token = house.sign_in_again(anna, SessionKind::token).value();
    auto who = house.sign_in->principal(anna.secret, House::origin()).value();
    ASSERT_TRUE(house.sign_in->sign_out(house.gate->admit(who, SignOut{who.session()}).value()));
    ASSERT_TRUE(house.reopen());
    EXPECT_TRUE(stands(browser.secret));
    EXPECT_TRUE(stands(token.secret));
    EXPECT_FALSE(stands(anna.secret));
    house.clock.advance(limits::session_idle_max);
    ASSERT_TRUE(house.reopen());
    EXPECT_FALSE(stands(browser.secret));
    EXPECT_TRUE(stands(token.secret)) << "a program's token does not idle";
    house.clock.advance(limits::token_age_max);
    ASSERT_TRUE(house.reopen());
    EXPECT_FALSE(stands(token.secret));
}

TEST_F(SigningIn, ASecretThatIsNobodysIsRefused) {
    for (std::string secret : {std::string(), std::string("mun_s_"), "mun_s_" + std::string(43, 'A'),
                               "mun_t_" + anna.secret.substr(6), anna.secret + "A", std::string(100'000, 'x')}) {
        EXPECT_EQ(problem_of(house.sign_in->principal(secret, House::origin())), Problem::unauthenticated);
    }
}

TEST_F(SigningIn, APersonHasSoManySessions) {
    std::vector<std::string> secrets;
    // One TOTP step each; the browser's idle time allows 60 of them.
    for (std::size_t i = 0; i < limits::sessions_per_person_max; ++i) secrets.push_back(house.sign_in_again(anna).value().secret);
    EXPECT_FALSE(stands(anna.secret)) << "the oldest gave way";
    for (const auto& secret : secrets) EXPECT_TRUE(stands(secret));
    std::size_t rows = 0;
    ASSERT_TRUE(house.records->for_each_gate_row([&](const storage::GateRow& row) {
        rows += row.kind == static_cast<std::uint16_t>(keys::Kind::gate_session) && row.owner == anna.id.bytes;
        return true;
    }));
    EXPECT_EQ(rows, limits::sessions_per_person_max);
}

// ---- guesses ----

TEST_F(SigningIn, GuessesAreSlowedBySourceAndAccount) {
    auto wrong = [&](const std::string& source) { return problem_of(attempt("anna", "a wrong password", "000000", source)); };
    int tries = 0;
    while (wrong("198.51.100.1") != Problem::slow_down) ASSERT_LT(++tries, 20);
    EXPECT_GE(tries, 3) << "a forgetful person meets a few free tries";
    EXPECT_TRUE(attempt("anna", anna.password, next_code(anna))) << "who signs in from elsewhere is not kept waiting";
    EXPECT_EQ(wrong("198.51.100.1"), Problem::sign_in_refused) << "after the wait";
}

// ---- coming in ----

TEST_F(SigningIn, AnInvitationEnds) {
    auto invitation = invite("bert");
    house.clock.advance(invitation_valid);
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("bert", invitation), House::origin())), Problem::sign_in_refused);
}

TEST_F(SigningIn, AnInvitationIsOnePersonsAndUsedOnce) {
    auto invitation = invite("bert");
    invite("carl");
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("carl", invitation), House::origin())), Problem::sign_in_refused);
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("bert", "AAAA-AAAA-AAAA-AAAA"), House::origin())),
              Problem::sign_in_refused);
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("nobody", invitation), House::origin())), Problem::sign_in_refused);
    auto bert = house.enrol("bert", invitation);
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("bert", invitation), House::origin())), Problem::sign_in_refused);
    EXPECT_TRUE(stands(bert.secret));
}

TEST_F(SigningIn, AnEnrolmentMayBeBegunAgainUntilACodeConfirmsIt) {
    auto invitation = invite("bert");
    auto attempt = enrolment("bert", invitation);
    EXPECT_EQ(problem_of(house.sign_in->confirm_enrolment(attempt, House::origin())), Problem::conflict) << "not begun";
    auto lost = from_base32(house.sign_in->enrol(attempt, House::origin()).value().totp_secret);
    auto kept = from_base32(house.sign_in->enrol(attempt, House::origin()).value().totp_secret);
    attempt.code = house.code(lost);
    EXPECT_EQ(problem_of(house.sign_in->confirm_enrolment(attempt, House::origin("192.0.2.8"))), Problem::sign_in_refused);
    attempt.code = house.code(kept);
    attempt.password = "another password 99 quarry";
    EXPECT_EQ(problem_of(house.sign_in->confirm_enrolment(attempt, House::origin("192.0.2.9"))), Problem::sign_in_refused);
    attempt.password = House::password;
    EXPECT_TRUE(house.sign_in->confirm_enrolment(attempt, House::origin("192.0.2.10")));
    EXPECT_FALSE(house.sign_in->confirm_enrolment(attempt, House::origin("192.0.2.11")));
}

TEST_F(SigningIn, AWeakPasswordIsNotTaken) {
    auto attempt = enrolment("bert", invite("bert"));
    for (auto weak : {"short", "passwordpassword", "bertbertbert", "example & partners"}) {
        attempt.password = weak;
        EXPECT_EQ(problem_of(house.sign_in->enrol(attempt, House::origin("192.0.2." + std::to_string(attempt.password.size())))),
                  Problem::weak_password);
    }
}

// Somebody lost their phone: the former factors and all sessions end with the new invitation.
TEST_F(SigningIn, ANewInvitationEndsTheFormerFactors) {
    auto invitation = house.people->invite_again(house.gate->admit(root.who, InviteAgain{anna.id}).value()).value();
    EXPECT_FALSE(stands(anna.secret));
    EXPECT_FALSE(attempt("anna", anna.password, next_code(anna)));
    auto again = house.enrol("anna", invitation);
    EXPECT_EQ(again.id, anna.id);
    EXPECT_FALSE(attempt("anna", anna.password, next_code(anna))) << "the former app's codes are worth nothing";
    EXPECT_TRUE(house.sign_in_again(again));
}

TEST_F(SigningIn, WhoseAccessEndedDoesNotEnrol) {
    auto invitation = house.people->invite_again(house.gate->admit(root.who, InviteAgain{anna.id}).value()).value();
    ASSERT_TRUE(house.people->end(house.gate->admit(root.who, EndPerson{anna.id}).value()));
    EXPECT_EQ(problem_of(house.sign_in->enrol(enrolment("anna", invitation), House::origin())), Problem::sign_in_refused);
}

TEST(Invitations, AreReadAsTheyAreTyped) {
    auto code = new_invitation_code();
    EXPECT_EQ(code.size(), 19u);
    std::string typed;
    for (char c : code) typed += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    EXPECT_EQ(invitation_hash(typed), invitation_hash(code));
    EXPECT_NE(invitation_hash(code), invitation_hash(new_invitation_code()));
}

TEST(Credentials, AreReadAsTheyWereWritten) {
    Credential c{.enrolled = true,
                 .invitation = crypto::sha256(view("x")),
                 .invitation_until = {5},
                 .password = "phc",
                 .totp = Bytes(20, 7),
                 .totp_step = 9,
                 .password_set = {11}};
    auto back = Credential::decode(c.encode()).value();
    EXPECT_EQ(back.encode(), c.encode());
    auto cut = c.encode();
    cut.pop_back();
    EXPECT_FALSE(Credential::decode(cut));
}

// Where somebody signed in before is known after a restart as well: strangers' guesses do not make it wait.
TEST_F(SigningIn, KnownSourcesOutliveARestart) {
    ASSERT_TRUE(attempt("anna", anna.password, next_code(anna), "192.0.2.99"));
    ASSERT_EQ(credential(anna.id).sources.size(), 2u);
    EXPECT_EQ(credential(anna.id).sources[0].source, Source::parse("192.0.2.99").value());
    ASSERT_TRUE(house.reopen());
    auto code = next_code(anna);
    // Guesses at an invitation count like those at a password, and cost this test no Argon2id.
    auto guess = [&](int i) {
        auto from = House::origin("203.0." + std::to_string(i) + ".1");
        return problem_of(house.sign_in->enrol(enrolment("anna", "no such code"), from));
    };
    for (int i = 0; i < 100; ++i) ASSERT_EQ(guess(i), Problem::sign_in_refused) << i;
    EXPECT_EQ(guess(200), Problem::slow_down) << "a stranger waits";
    auto in = attempt("anna", anna.password, code, "192.0.2.99");
    EXPECT_TRUE(in) << why(in);
}

TEST_F(SigningIn, KeepsTheLastFewSources) {
    Credential one;
    auto source = [](int i) { return Source::parse("192.0.2." + std::to_string(i)).value(); };
    for (int i = 1; i <= 20; ++i) one.signed_in_from(source(i), {i * 1'000'000});
    one.signed_in_from(source(17), {30'000'000});
    ASSERT_EQ(one.sources.size(), limits::known_sources_max);
    EXPECT_EQ(one.sources[0], (Credential::KnownSource{source(17), {30'000'000}}));
    EXPECT_EQ(one.sources[1].source, source(20));
    EXPECT_EQ(Credential::decode(one.encode()).value().sources, one.sources);
    one.signed_in_from(source(99), Instant{30'000'000} + limits::known_source_kept + std::chrono::seconds(1));
    EXPECT_EQ(one.sources.size(), 1u) << "the others are too long ago";
}

TEST_F(SigningIn, APasswordIsTheSameFromEveryKeyboard) {
    auto code = invite("bert");
    EnrolmentAttempt attempt_{"bert", code, "Ma\u0308rz lantern quarry \uff17\uff11", "", SessionKind::browser};
    auto begun = house.sign_in->enrol(attempt_, House::origin());
    ASSERT_TRUE(begun) << why(begun);
    auto totp = from_base32(begun->totp_secret);
    attempt_.password = "M\u00e4rz lantern quarry 71";
    attempt_.code = house.code(totp);
    auto in = house.sign_in->confirm_enrolment(attempt_, House::origin());
    ASSERT_TRUE(in) << why(in);
    house.clock.advance(std::chrono::seconds(totp_step_seconds));
    EXPECT_TRUE(attempt("bert", "M\u00e4rz\u00a0lantern quarry \uff17\uff11", house.code(totp)));
}

// A clock that goes back ends sessions, and steps too small for that do not lengthen them.
TEST_F(SigningIn, AClockThatGoesBackIsNotBelieved) {
    auto in = attempt("anna", anna.password, next_code(anna));
    ASSERT_TRUE(in);
    house.clock.advance(std::chrono::minutes(20));
    ASSERT_TRUE(stands(in->secret));
    house.clock.jump_wall(-std::chrono::minutes(2));
    EXPECT_TRUE(stands(in->secret));
    house.clock.jump_wall(-std::chrono::seconds(1));
    EXPECT_FALSE(stands(in->secret)) << "it was used later than now";
    house.clock.jump_wall(std::chrono::minutes(2) + std::chrono::seconds(1));
    EXPECT_TRUE(stands(in->secret));
}

}  // namespace
}  // namespace muniment::access

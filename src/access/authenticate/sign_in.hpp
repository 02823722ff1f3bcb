// SPDX-License-Identifier: Apache-2.0
// Signing in: the only maker of a Principal.
//
// A password and a second factor together give a session, whose secret gives a Principal at each request. Somebody new comes in by
// an invitation: they choose a password, load the second factor's secret into their app, and show one code of it.
//
// Promises   "No such person", "wrong password", "wrong code" and "access ended" are one answer by the same work. Guesses are
//            slowed by source and account together (throttle.hpp). A code is accepted once. A name that was typed is stored
//            nowhere (people type passwords there): refusals of strangers are counted per source, one entry a minute.
// Assumes    People (names), the gate's rows (credentials and sessions are among them, counted and summed).
// Does not   Decide what somebody may (gate.hpp).
#pragma once
#include <map>
#include <thread>

#include "access/authenticate/credential.hpp"
#include "access/authenticate/living_sessions.hpp"
#include "access/authenticate/throttle.hpp"
#include "access/people/people.hpp"

namespace muniment::access {

struct Attempt {
    std::string sign_in, password, code;
    SessionKind kind = SessionKind::browser;
};
struct EnrolmentAttempt {
    std::string sign_in, invitation, password, code;   ///< the code only to confirm
    SessionKind kind = SessionKind::browser;
};

struct Enrolment {
    std::string totp_secret;    ///< base32, to type into an app
    std::string totp_uri;       ///< otpauth://…, for a QR code
};
struct SignedIn {
    std::string secret;         ///< "mun_s_…", "mun_t_…": handed out once
    Session session;
};

struct SignOut {
    static constexpr auto permission = Permission::sessions_end;
    static constexpr auto entry = audit::Action::sign_out;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    static constexpr bool own = true;
    SessionId session;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::session, session.bytes}}; }
};
struct ChangePassword {
    static constexpr auto permission = Permission::sessions_end;
    static constexpr auto entry = audit::Action::credential_changed;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    static constexpr bool own = true;
    PersonId person;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::person, person.bytes}}; }
};

class SignIn {
  public:
    /// `issuer` stands in the second factor's app: the firm's name.
    static Result<std::unique_ptr<SignIn>> open(Gate& gate, People& people, std::string issuer);
    ~SignIn();

    Result<SignedIn> sign_in(const Attempt& attempt, const Origin& origin);
    /// Sets the password and gives the second factor's secret; a new one each time, until one is confirmed.
    Result<Enrolment> enrol(const EnrolmentAttempt& attempt, const Origin& origin);
    Result<SignedIn> confirm_enrolment(const EnrolmentAttempt& attempt, const Origin& origin);

    /// Who holds this secret. `unauthenticated` where it is nobody's, or no longer anybody's.
    Result<Principal> principal(std::string_view secret, const Origin& origin);
    Result<Session> session_of(const Principal& who) const;
    Result<void> sign_out(Permit<SignOut> permit);
    std::size_t session_count() const;      ///< that nobody has ended, and that have not been swept yet
    /// All other sessions end with it.
    Result<void> change_password(Permit<ChangePassword> permit, std::string_view former, std::string_view next);

    /// Sessions that are over (by their date, idle, or their person's end) lose their rows. Gives how many.
    Result<std::size_t> sweep();

    /// The gate's rows of sessions, as they stand where another node moved them: in place of what was known.
    void follow(const std::vector<Session>& sessions);
    static Result<std::optional<Session>> session_in(const GateRows::Loaded& row);

  private:
    SignIn(Gate& gate, People& people, std::string issuer);
    Result<void> load();
    Result<std::optional<Credential>> credential_in(storage::RecordReader& reader, const PersonId& person) const;
    Result<void> remember_sources();
    Result<Hash> let_through(std::string_view sign_in, const Origin& origin);
    bool password_fits(const std::optional<Credential>& credential, std::string_view password) const;
    Result<PersonId> invited(const EnrolmentAttempt& attempt, const Origin& origin, Credential& credential);
    Result<SignedIn> begin(const PersonId& person, const Credential& proven, std::uint64_t step, SessionKind kind,
                           const Origin& origin);
    Result<bool> is_over(Session& session, const Policy& policy, Instant now) const;
    Result<void> drop_ended(const std::vector<SessionId>& ended);
    Result<void> sweep_in(storage::RecordWriter& writer, audit::Draft& draft, const std::vector<SessionId>& ended) const;
    Result<std::vector<SessionId>> ended_sessions_of(const PersonId& person) const;
    std::unexpected<Error> refused(const Origin& origin);
    void count_strangers(std::stop_token stop);

    Gate& gate_;
    People& people_;
    std::string issuer_;
    Throttle throttle_;
    std::string nobodys_password_;                          // what is hashed against when there is no such person
    LivingSessions sessions_;
    std::mutex mutex_;                                      // of those below
    std::map<std::string, std::uint64_t> strangers_;        // refusals by source since the last entry
    std::uint64_t more_strangers_ = 0;
    std::condition_variable_any counted_;
    std::jthread counter_;
};

}  // namespace muniment::access

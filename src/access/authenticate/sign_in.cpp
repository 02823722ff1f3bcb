// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/sign_in.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <mutex>

#include "access/authenticate/password_rules.hpp"
#include "access/authenticate/session_row.hpp"
#include "access/authenticate/totp.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace muniment::access {
namespace {

constexpr auto strangers_every = std::chrono::minutes(1);

/// Active, and not past their end.
bool stands(const Policy& policy, const PersonId& id, Instant now) {
    const auto* person = policy.person(id);
    return person && person->active && (!person->until || now < *person->until);
}

/// For the throttle alone, which keeps a keyed hash of it. Not the tag by which names are found: that one turns with the epoch.
Hash account_of(std::string_view sign_in) { return crypto::sha256(view(fold_name(sign_in))); }

/// Still what was proven: somebody may have invited anew, enrolled or changed the password while the password was hashed.
bool same_proof(const Credential& a, const Credential& b) {
    return a.enrolled == b.enrolled && a.invitation == b.invitation && a.password == b.password && a.totp == b.totp;
}

/// A password that nobody knows, hashed once in a process: it costs what a sign-in does, and tests open a firm thousands of times.
Result<std::string> nobodys_password() {
    static std::mutex making;
    static std::string made;
    std::lock_guard lock(making);
    if (made.empty()) {
        TRY(made, crypto::hash_password(to_hex(random_bytes<16>())));
    }
    return made;
}

crypto::Secret secret_of(const Bytes& stored) {
    auto copy = stored;
    return crypto::Secret::take(copy);
}

}  // namespace

Principal::Principal(const Session& session, Origin origin)
    : person_(session.person), session_(session.id), person_revision_(session.person_revision), origin_(std::move(origin)) {}

SignIn::SignIn(Gate& gate, People& people, std::string issuer)
    : gate_(gate), people_(people), issuer_(std::move(issuer)), sessions_(gate) {}

Result<std::unique_ptr<SignIn>> SignIn::open(Gate& gate, People& people, std::string issuer) {
    std::unique_ptr<SignIn> opened(new SignIn(gate, people, std::move(issuer)));
    TRY(opened->nobodys_password_, nobodys_password());
    CHECK(opened->load());
    CHECK(opened->remember_sources());
    // A transfer is a use of its session, and ends with it.
    gate.ask_of_sessions([sessions = &opened->sessions_](const SessionId& session) { return sessions->use(session); });
    opened->counter_ = std::jthread([self = opened.get()](std::stop_token stop) { self->count_strangers(stop); });
    return opened;
}

SignIn::~SignIn() { gate_.ask_of_sessions({}); }

Result<void> SignIn::load() {
    auto policy = gate_.policy();
    auto now = gate_.clock().now();
    std::vector<SessionId> ended;
    std::vector<Session> found;
    CHECK(gate_.rows().load(gate_.records(), [&](const GateRows::Loaded& row) -> Result<void> {
        TRY(auto session, session_in(row));
        if (session) found.push_back(std::move(*session));
        return {};
    }));
    for (auto& session : found) {
        TRY(bool over, is_over(session, *policy, now));
        if (over) ended.push_back(session.id);
        else sessions_.add(session);
    }
    return drop_ended(ended);
}

Result<bool> SignIn::is_over(Session& session, const Policy& policy, Instant now) const {
    CHECK(sessions_.take_use_elsewhere(session));
    const auto* person = policy.person(session.person);
    return !person || !person->active || !still_valid(session, person->revision, now);
}

Result<void> SignIn::drop_ended(const std::vector<SessionId>& ended) {
    if (ended.empty()) return {};
    CHECK(gate_.log().commit(gate_.log().own_draft(audit::Action::session_ended, audit::Outcome::done, "{}"),
                             [&](storage::RecordWriter& writer, audit::Draft& entry) { return sweep_in(writer, entry, ended); }));
    return {};
}

Result<std::size_t> SignIn::sweep() {
    auto policy = gate_.policy();
    auto now = gate_.clock().now();
    auto all = sessions_.that([](const Session&) { return true; });
    std::vector<SessionId> ended;
    for (auto& session : all) {
        TRY(bool over, is_over(session, *policy, now));
        if (over) ended.push_back(session.id);
    }
    CHECK(drop_ended(ended));
    sessions_.drop(ended);
    return ended.size();
}

/// A restart makes nobody a stranger where they were known.
Result<void> SignIn::remember_sources() {
    auto now = gate_.clock().now();
    auto remember = [&](const GateRows::Loaded& row) -> Result<void> {
        if (row.place.kind != keys::Kind::gate_credential) return {};
        auto person = people_.view_of({row.place.row});
        if (!person) return {};
        TRY(auto credential, Credential::decode(row.content));
        auto account = account_of(person->sign_in);
        for (const auto& each : credential.sources) {
            if (now - each.last <= limits::known_source_kept) throttle_.remember(each.source, account, gate_.clock().steady());
        }
        return {};
    };
    TRY([[maybe_unused]] auto head, gate_.rows().load(gate_.records(), remember));
    return {};
}

Result<void> SignIn::sweep_in(storage::RecordWriter& writer, audit::Draft& draft, const std::vector<SessionId>& ended) const {
    for (const auto& id : ended) {
        auto place = session_place({}, id);
        TRY(auto row, writer.gate_row(static_cast<std::uint16_t>(place.kind), place.row));
        if (row) CHECK(gate_.rows().drop_in(writer, draft, place));
    }
    return {};
}

Result<std::optional<Credential>> SignIn::credential_in(storage::RecordReader& reader, const PersonId& person) const {
    auto place = credential_place(person);
    TRY(auto row, reader.gate_row(static_cast<std::uint16_t>(place.kind), place.row));
    if (!row) return std::optional<Credential>{};
    const auto& ring = gate_.ring();
    TRY(auto content, keys::open(ring.gate_seal(), ring.firm(), {place.kind, row->owner, row->row, row->revision}, row->sealed));
    TRY(auto credential, Credential::decode(content));
    return std::optional(std::move(credential));
}

/// Slows guesses before anything is looked at. Gives the account's key for the throttle.
Result<Hash> SignIn::let_through(std::string_view sign_in, const Origin& origin) {
    if (sign_in.size() > limits::name_bytes_max || !check_utf8(view(sign_in))) return refused(origin);
    CHECK(storage::catch_up(gate_.records()));
    auto account = account_of(sign_in);
    TRY(auto source, Source::parse(origin.source));
    CHECK(throttle_.attempt(source, account, gate_.clock().steady()));
    return account;
}

/// The same work whoever there is: without a password, one that nobody knows is hashed against.
bool SignIn::password_fits(const std::optional<Credential>& credential, std::string_view password) const {
    auto typed = normalize_password(password);
    bool there = credential && credential->enrolled && typed;
    auto fits =
        crypto::verify_password(there ? credential->password : nobodys_password_, there ? std::string_view(*typed) : "-");
    return there && fits && *fits;
}

Result<SignedIn> SignIn::sign_in(const Attempt& attempt, const Origin& origin) {
    TRY(auto account, let_through(attempt.sign_in, origin));
    auto person = people_.signs_in_as(attempt.sign_in);
    std::optional<Credential> credential;
    if (person) {
        TRY(credential, credential_in(gate_.records(), *person));
    }
    bool password = password_fits(credential, attempt.password);
    // The code is checked against something in any case, so that a right password alone does not answer faster or slower.
    auto secret = password ? secret_of(credential->totp) : new_totp_secret();
    auto step =
        verify_totp(secret, attempt.code, gate_.clock().now(), password ? std::optional(credential->totp_step) : std::nullopt);
    if (!password || !step || !stands(*gate_.policy(), *person, gate_.clock().now())) return refused(origin);
    TRY(auto session, begin(*person, *credential, *step, attempt.kind, origin));
    TRY(auto source, Source::parse(origin.source));
    throttle_.succeeded(source, account, gate_.clock().steady());
    return session;
}

Result<PersonId> SignIn::invited(const EnrolmentAttempt& attempt, const Origin& origin, Credential& credential) {
    CHECK(let_through(attempt.sign_in, origin));
    auto person = people_.signs_in_as(attempt.sign_in);
    std::optional<Credential> found;
    if (person) {
        TRY(found, credential_in(gate_.records(), *person));
    }
    auto given = invitation_hash(attempt.invitation);
    bool fits = found && stands(*gate_.policy(), *person, gate_.clock().now()) && !found->enrolled &&
                crypto::equal(found->invitation, given) && found->invitation != Hash{} &&
                gate_.clock().now() < found->invitation_until;
    if (!fits) return refused(origin);
    credential = std::move(*found);
    return *person;
}

Result<Enrolment> SignIn::enrol(const EnrolmentAttempt& attempt, const Origin& origin) {
    CHECK(gate_.not_shut());
    Credential credential;
    TRY(auto person, invited(attempt, origin, credential));
    const auto proven = credential;
    std::vector<std::string> context{attempt.sign_in, people_.name_of(person), issuer_, "muniment"};
    TRY(auto password, normalize_password(attempt.password));
    CHECK(check_new_password(password, context));
    TRY(credential.password, crypto::hash_password(password));
    auto secret = new_totp_secret();
    credential.totp = bytes(secret.expose());
    credential.password_set = gate_.clock().now();
    audit::Leaf leaf{.id = EntryId::fresh(gate_.clock().now()),
                     .at = gate_.clock().now(),
                     .action = audit::Action::credential_changed,
                     .outcome = audit::Outcome::done,
                     .person = person,
                     .request = origin.request,
                     .subjects = {{audit::SubjectKind::person, person.bytes}}};
    audit::Draft draft(std::move(leaf), bytes("{\"enrolment\":\"begun\"}"),
                       {storage::OwnerKind::firm, gate_.ring().firm().bytes, gate_.ring().firm_details()});
    CHECK(gate_.log().commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        TRY(auto now, credential_in(writer, person));
        if (!now || !same_proof(*now, proven)) return fail(Problem::sign_in_refused);
        return gate_.rows().put_in(writer, entry, credential_place(person), credential.encode());
    }));
    return Enrolment{to_base32(secret.expose()), totp_uri(secret, issuer_, attempt.sign_in)};
}

Result<SignedIn> SignIn::confirm_enrolment(const EnrolmentAttempt& attempt, const Origin& origin) {
    Credential credential;
    TRY(auto person, invited(attempt, origin, credential));
    if (credential.password.empty()) return fail(Problem::conflict, "the enrolment was not begun: choose a password first");
    auto chosen = credential;
    chosen.enrolled = true;   // for the comparison; begin() writes it only when all fits
    bool password = password_fits(chosen, attempt.password);
    auto step = verify_totp(secret_of(credential.totp), attempt.code, gate_.clock().now(), std::nullopt);
    if (!password || !step) return refused(origin);
    TRY(auto session, begin(person, credential, *step, attempt.kind, origin));
    TRY(auto source, Source::parse(origin.source));
    throttle_.succeeded(source, account_of(attempt.sign_in), gate_.clock().steady());
    return session;
}

/// Both factors were right: the step of the code is used up, and the session made, in one commit with the entry. `proven` is the
/// credential that they were compared with: where another stands there by now, nothing was proven.
Result<SignedIn> SignIn::begin(const PersonId& person, const Credential& proven, std::uint64_t step, SessionKind kind,
                               const Origin& origin) {
    CHECK(gate_.not_shut());
    auto policy = gate_.policy();
    const auto* fact = policy->person(person);
    if (!fact) return refused(origin);
    TRY(auto source, Source::parse(origin.source));
    auto secret = SessionSecret::fresh(kind);
    auto session = begin_session(person, fact->revision, SignedInBy::password_and_totp, secret, gate_.clock().now());
    TRY(auto ended, ended_sessions_of(person));
    Principal who(session, origin);
    auto draft = gate_.draft(
        who, audit::Action::sign_in, audit::Outcome::done, {{audit::SubjectKind::person, person.bytes}},
        bytes(boost::json::serialize(boost::json::object{{"source", origin.source}, {"kind", static_cast<int>(kind)}})));
    CHECK(gate_.log().commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        // Two sign-ins with one code at the same time: the second finds its step used up.
        TRY(auto now, credential_in(writer, person));
        if (!now || !same_proof(*now, proven) || (now->enrolled && now->totp_step >= step)) return fail(Problem::sign_in_refused);
        now->enrolled = true;
        now->invitation = {};
        now->totp_step = step;
        now->signed_in_from(source, session.created);
        CHECK(gate_.rows().put_in(writer, entry, credential_place(person), now->encode()));
        CHECK(sweep_in(writer, entry, ended));
        return gate_.rows().put_in(writer, entry, session_place(person, session.id), encode(session));
    }));
    sessions_.drop(ended);
    sessions_.add(session);
    return SignedIn{secret.text(), session};
}

/// Those that are over, and the oldest where there would be more than a person may have.
Result<std::vector<SessionId>> SignIn::ended_sessions_of(const PersonId& person) const {
    auto policy = gate_.policy();
    const auto* fact = policy->person(person);
    auto now = gate_.clock().now();
    std::vector<std::pair<Instant, SessionId>> living;
    std::vector<SessionId> ended;
    auto theirs = sessions_.that([&](const Session& session) { return session.person == person; });
    for (auto& session : theirs) {
        CHECK(sessions_.take_use_elsewhere(session));
        if (fact && still_valid(session, fact->revision, now)) {
            living.emplace_back(session.last_used, session.id);
        } else {
            ended.push_back(session.id);
        }
    }
    std::ranges::sort(living);
    for (std::size_t i = 0; i + limits::sessions_per_person_max <= living.size(); ++i) ended.push_back(living[i].second);
    return ended;
}

Result<Principal> SignIn::principal(std::string_view text, const Origin& origin) {
    auto secret = SessionSecret::parse(text);
    if (!secret) {
        (void)refused(origin);
        return fail(Problem::unauthenticated);
    }
    // What other nodes changed until now counts from here on: who is signed in, and all that is decided for this request.
    CHECK(storage::catch_up(gate_.records()));
    TRY(auto session, sessions_.by_secret(secret->hash()));
    if (session && belongs_to(*secret, *session)) {
        auto policy = gate_.policy();
        auto now = gate_.clock().now();
        const auto* person = policy->person(session->person);
        // It may have been ended between the look and its use; then nobody is there.
        if (stands(*policy, session->person, now) && still_valid(*session, person->revision, now) && sessions_.use(session->id))
            return Principal(*session, origin);
    }
    (void)refused(origin);
    return fail(Problem::unauthenticated);
}

Result<std::optional<Session>> SignIn::session_in(const GateRows::Loaded& row) {
    if (row.place.kind != keys::Kind::gate_session) return std::optional<Session>{};
    TRY(auto session, decode_session(row.content));
    return std::optional(std::move(session));
}

std::size_t SignIn::session_count() const { return sessions_.count(); }

void SignIn::follow(const std::vector<Session>& sessions) { sessions_.follow(sessions); }

Result<Session> SignIn::session_of(const Principal& who) const {
    auto session = sessions_.by_id(who.session());
    if (!session) return fail(Problem::unauthenticated);
    return *session;
}

Result<void> SignIn::sign_out(Permit<SignOut> permit) {
    auto id = permit.action().session;
    auto person = permit.who().person();
    CHECK(gate_.commit(std::move(permit), [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        auto place = session_place(person, id);
        TRY(auto row, writer.gate_row(static_cast<std::uint16_t>(place.kind), place.row));
        if (!row || row->owner != person.bytes) return fail(Problem::not_found, "No such session of yours.");
        return gate_.rows().drop_in(writer, draft, place);
    }));
    sessions_.drop({id});
    return {};
}

Result<void> SignIn::change_password(Permit<ChangePassword> permit, std::string_view former, std::string_view next) {
    auto id = permit.action().person;
    auto who = permit.who();
    auto person = people_.view_of(id);
    if (id != who.person() || !person) return fail(Problem::denied, "A password is changed by its owner alone.");
    TRY(auto account, let_through(person->sign_in, who.origin()));
    TRY(auto proven, credential_in(gate_.records(), id));
    if (!password_fits(proven, former)) return refused(who.origin());
    std::vector<std::string> context{person->sign_in, person->name, issuer_, "muniment"};
    TRY(auto password, normalize_password(next));
    CHECK(check_new_password(password, context));
    if (auto before = normalize_password(former); before && *before == password)
        return fail(Problem::weak_password, "it is the one that was used until now");
    TRY(auto hashed, crypto::hash_password(password));
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        const auto* fact = policy.person(id);
        if (!fact) return fail(Problem::not_found);
        Person moved = *fact;
        moved.revision += 1;   // ends every session: the one at hand signs in again
        return std::vector<Change>{moved};
    };
    CHECK(gate_.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(auto now, credential_in(writer, id));
        if (!now || !same_proof(*now, *proven)) return fail(Problem::conflict, "the credential was changed meanwhile");
        now->password = hashed;
        now->password_set = gate_.clock().now();
        return gate_.rows().put_in(writer, draft, credential_place(id), now->encode());
    }));
    TRY(auto source, Source::parse(who.origin().source));
    throttle_.succeeded(source, account, gate_.clock().steady());
    return {};
}

std::unexpected<Error> SignIn::refused(const Origin& origin) {
    std::lock_guard lock(mutex_);
    if (strangers_.contains(origin.source) || strangers_.size() < limits::refusal_sources_per_minute_max) {
        ++strangers_[origin.source];
    } else {
        ++more_strangers_;
    }
    return fail(Problem::sign_in_refused);
}

/// Once a minute, one entry for each source that was refused, and one for all that were too many to name.
void SignIn::count_strangers(std::stop_token stop) {
    while (!stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        counted_.wait_for(lock, stop, strangers_every, [] { return false; });
        auto counted = std::exchange(strangers_, {});
        if (auto more = std::exchange(more_strangers_, 0)) counted["more"] = more;
        lock.unlock();
        for (const auto& [source, count] : counted) {
            auto now = gate_.clock().now();
            audit::Leaf leaf{.id = EntryId::fresh(now),
                             .at = now,
                             .action = audit::Action::sign_in_refusals,
                             .outcome = audit::Outcome::refused,
                             .subjects = {{audit::SubjectKind::other, {}, count}}};
            audit::Draft draft(std::move(leaf),
                               bytes(boost::json::serialize(boost::json::object{{"source", source}, {"count", count}})),
                               {storage::OwnerKind::firm, gate_.ring().firm().bytes, gate_.ring().firm_details()});
            if (auto written = gate_.log().record(std::move(draft)); !written) {
                journal(Level::warning, "sign-in.refusals-not-recorded", {{"problem", written.error().problem}});
            }
        }
    }
}

}  // namespace muniment::access

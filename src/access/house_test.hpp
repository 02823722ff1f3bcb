// SPDX-License-Identifier: Apache-2.0
// For tests: a firm with people in it. Everybody comes in as in life: invited, enrolled, signed in; there is no back door to a
// Principal or a Permit.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#include "access/access.hpp"
#include "access/authenticate/totp.hpp"
#include "access/people/groups.hpp"
#include "access/people/teams.hpp"
#include "access/people/walls.hpp"
#include "audit/audit.hpp"
#include "storage/conformance/stores_test.hpp"

namespace muniment::access::testing {

using storage::testing::all_stores;
using storage::testing::name_of;
using storage::testing::Store;

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("muniment-house-" + to_uuid_text(new_random_id()));
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

/// RFC 4648 base32, as an authenticator app reads what is typed into it.
inline crypto::Secret from_base32(std::string_view text) {
    Bytes out;
    unsigned bits = 0, value = 0;
    for (char c : text) {
        value = (value << 5 | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xffff;
        if ((bits += 5) >= 8) out.push_back(static_cast<std::uint8_t>(value >> (bits -= 8)));
    }
    return crypto::Secret::take(out);
}

template <class T>
Problem problem_of(const Result<T>& result) {
    EXPECT_FALSE(result) << "should have been refused";
    return result ? Problem::internal : result.error().problem;
}
inline std::string why(const auto& result) { return result ? std::string() : result.error().text(); }

/// Somebody who works here.
struct Member {
    PersonId id;
    std::string sign_in, password;
    crypto::Secret totp;
    std::string secret;          ///< of their session
    Principal who;
};

/// What is permitted by a place on a team, a firm role, or being signed in.
struct ReadMatter {
    static constexpr auto permission = Permission::papers_read;
    static constexpr auto entry = audit::Action::paper_opened;
    static constexpr bool changes = false;
    MatterId matter;
    std::uint64_t number = 1;
    Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes, number}}; }
};
struct WriteMatter {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::paper_added;
    static constexpr bool changes = true;
    MatterId matter;
    Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};
struct OpenAMatter {
    static constexpr auto permission = Permission::matters_open;
    static constexpr auto entry = audit::Action::matter_opened;
    static constexpr bool changes = true;
    MatterId matter;
    ClientId client;
    Subject subject() const { return {.client = client}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};

class Rooms {
  public:
    explicit Rooms(Store store) : store_(store, file()) {}
    ~Rooms() { close(); }
    Rooms(const Rooms&) = delete;
    Rooms& operator=(const Rooms&) = delete;

    static constexpr std::string_view password = "ebbing lantern quarry 71";
    static Origin origin(std::string source = "192.0.2.7") { return {std::move(source), RequestId::random()}; }

    void open_records() { records = store_.open(); }
    /// Ring, log, gate and what hangs on it, of what the database holds.
    Result<void> open(keys::EpochKey epoch) {
        TRY(ring, keys::Ring::open(*records, firm, std::move(epoch)));
        TRY(log, audit::Log::open(*records, ring, clock, {.start_sequencer = false}));
        TRY(gate, Gate::open(*records, ring, *log, clock));
        TRY(people, People::open(*gate));
        TRY(groups, Groups::open(*gate));
        TRY(sign_in, SignIn::open(*gate, *people, "Example & Partners"));
        return {};
    }
    void close() {
        sign_in.reset(), groups.reset(), people.reset(), gate.reset(), log.reset(), ring.reset();
    }
    /// As after a restart.
    Result<void> reopen(keys::EpochKey epoch) {
        close();
        if (store_.keeps()) {
            records.reset();
            open_records();
        }
        return open(std::move(epoch));
    }

    Member enrol(const std::string& name, const std::string& invitation) {
        EnrolmentAttempt attempt{name, invitation, std::string(password), "", SessionKind::browser};
        auto begun = sign_in->enrol(attempt, origin());
        EXPECT_TRUE(begun) << why(begun);
        auto totp = from_base32(begun->totp_secret);
        attempt.code = code(totp);
        auto in = sign_in->confirm_enrolment(attempt, origin());
        EXPECT_TRUE(in) << why(in);
        auto who = sign_in->principal(in->secret, origin()).value();
        return {who.person(), name, attempt.password, std::move(totp), in->secret, who};
    }
    Member hire(const Principal& administrator, const std::string& name, FirmRoles roles) {
        auto added =
            people->add(gate->admit(administrator, AddPerson{PersonId::fresh(clock.now())}).value(), {name, name, roles});
        EXPECT_TRUE(added) << why(added);
        return enrol(name, added->invitation);
    }
    std::string code(const crypto::Secret& totp) const { return totp_code(totp, totp_step(clock.now())).value(); }
    /// With the next code: each is accepted once.
    Result<SignedIn> sign_in_again(const Member& member, SessionKind kind = SessionKind::browser) {
        clock.advance(std::chrono::seconds(totp_step_seconds));
        return sign_in->sign_in({member.sign_in, member.password, code(member.totp), kind}, origin());
    }
    void renew(Member& member) {
        auto in = sign_in_again(member);
        ASSERT_TRUE(in) << why(in);
        member.secret = in->secret;
        member.who = sign_in->principal(in->secret, origin()).value();
    }
    /// A matter that its opener leads, by the policy alone (the strongroom makes its keys).
    MatterId open_matter(const Member& lead, ClientId client = ClientId::random()) {
        auto matter = MatterId::fresh(clock.now());
        auto opened = gate->change(gate->admit(lead.who, OpenAMatter{matter, client}).value(),
                                   [&](const Policy&) -> Result<std::vector<Change>> {
                                       return std::vector<Change>{Matter{matter, client, MatterState::open, 1},
                                                                  Grant{matter, lead.id, TeamRole::lead, {}}};
                                   });
        EXPECT_TRUE(opened) << why(opened);
        return matter;
    }
    Result<void> put_on(const Member& lead, MatterId matter, Grantee grantee, TeamRole role, std::optional<Instant> until = {}) {
        TRY(auto permit, gate->admit(lead.who, ManageTeam{matter, grantee}));
        return put_on_team(*gate, std::move(permit), role, until);
    }
    Result<void> take_off(const Member& lead, MatterId matter, Grantee grantee) {
        TRY(auto permit, gate->admit(lead.who, ManageTeam{matter, grantee}));
        return take_off_team(*gate, std::move(permit));
    }
    Result<std::vector<PersonId>> raise(const Member& compliance, const Wall::Side& a, const Wall::Side& b) {
        TRY(auto permit, gate->admit(compliance.who, ChangeWall{WallId::fresh(clock.now())}));
        return put_up(*gate, std::move(permit), {.id = {}, .a = a, .b = b}, "because");
    }

    std::vector<audit::Leaf> entries() const {
        std::vector<audit::Leaf> all;
        EXPECT_TRUE(records->for_each_entry(0, UINT64_MAX, [&](const storage::EntryRow& row) {
            all.push_back(audit::Leaf::decode(row.leaf).value());
            return true;
        }));
        return all;
    }
    /// What the database's operator does.
    void tamper(const storage::Records::Work& work) {
        auto done = records->commit(work);
        ASSERT_TRUE(done) << why(done);
    }
    std::filesystem::path file() const { return folder.path / "records.db"; }
    const storage::testing::StoreOf& store() const { return store_; }

    Folder folder;

  private:
    storage::testing::StoreOf store_;

  public:
    FirmId firm = FirmId::random();
    ManualClock clock;
    std::unique_ptr<storage::Records> records;
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<Gate> gate;
    std::unique_ptr<People> people;
    std::unique_ptr<Groups> groups;
    std::unique_ptr<SignIn> sign_in;
};

/// Founded without slots: access/ knows of none.
class House : public Rooms {
  public:
    explicit House(Store store = Store::memory) : Rooms(store) {
        open_records();
        auto founded = records->commit([&](storage::RecordWriter& writer) -> Result<void> {
            TRY(auto founding, keys::Ring::found_in(writer, firm, epoch.clone()));
            CHECK(audit::Log::found_in(writer, *founding));
            CHECK(Gate::found_in(writer, *founding));
            audit::Draft draft({.action = audit::Action::firm_founded, .outcome = audit::Outcome::done}, bytes("{}"),
                               {storage::OwnerKind::firm, firm.bytes, founding->firm_details()});
            TRY(invitation, People::found_in(writer, draft, *founding, PersonId::fresh(clock.now()),
                                             {"root", "The First", {FirmRole::administrator}}, clock.now()));
            return audit::Log::append_founding_in(writer, *founding, clock, std::move(draft));
        });
        EXPECT_TRUE(founded) << why(founded);
        auto opened = open(epoch.clone());
        EXPECT_TRUE(opened) << why(opened);
    }
    Result<void> reopen() { return Rooms::reopen(epoch.clone()); }

    std::string invitation;    ///< of the first administrator, "root"
    keys::EpochKey epoch = keys::EpochKey::random();
};

}  // namespace muniment::access::testing

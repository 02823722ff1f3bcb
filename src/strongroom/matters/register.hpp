// SPDX-License-Identifier: Apache-2.0
// The register: the names and numbers of clients and matters.
//
// They are sealed under the client's and the matter's key, opened at unlock into guarded memory, sorted by the firm's language, and
// leave it only under a Permit and trimmed to what its holder may see: lists and counts tell nobody that a walled matter exists.
#pragma once
#include <shared_mutex>

#include "access/gate.hpp"
#include "base/text.hpp"

namespace muniment::strongroom {

using access::Permission;
using access::Permit;

/// What is said of a client or a matter.
struct Profile {
    std::string name;
    std::string number;      ///< the firm's own, from its billing system; unique, may be empty
    std::string note;        ///< contacts of a client, a description of a matter
};

struct AddClient {
    static constexpr auto permission = Permission::clients_open;
    static constexpr auto entry = audit::Action::client_added;
    static constexpr bool changes = true;
    ClientId client;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::client, client.bytes}}; }
};
/// All clients that no wall hides: for whoever holds the register.
struct ListClients {
    static constexpr auto permission = Permission::register_read;
    static constexpr auto entry = audit::Action::clients_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};
struct OpenMatter {
    static constexpr auto permission = Permission::matters_open;
    static constexpr auto entry = audit::Action::matter_opened;
    static constexpr bool changes = true;
    MatterId matter;
    ClientId client;
    access::Subject subject() const { return {.client = client}; }
    std::vector<audit::Subject> subjects() const {
        return {{audit::SubjectKind::client, client.bytes}, {audit::SubjectKind::matter, matter.bytes}};
    }
};
struct CloseMatter {
    static constexpr auto permission = Permission::matter_close;
    static constexpr auto entry = audit::Action::matter_closed;
    static constexpr bool changes = true;
    MatterId matter;
    access::Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};
struct ReopenMatter {
    static constexpr auto permission = Permission::matter_reopen;
    static constexpr auto entry = audit::Action::matter_changed;
    static constexpr bool changes = true;
    MatterId matter;
    access::Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};
struct ViewMatter {
    static constexpr auto permission = Permission::matter_view;
    static constexpr auto entry = audit::Action::matter_viewed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    MatterId matter;
    access::Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};
/// Of one's own matters: everybody may, and sees what they may view.
struct ListMyMatters {
    static constexpr auto permission = Permission::matter_view;
    static constexpr auto entry = audit::Action::matters_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    static constexpr bool own = true;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};
/// All matters that no wall hides: names and numbers, never papers.
struct ListAllMatters {
    static constexpr auto permission = Permission::register_read;
    static constexpr auto entry = audit::Action::matters_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::other, {}, 1}}; }
};

struct ClientView {
    ClientId id;
    Profile profile;
};
struct MatterView {
    MatterId id;
    ClientId client;
    std::string client_name, client_number;
    Profile profile;
    access::MatterState state;
    std::uint64_t revision;
};

class Register {
  public:
    static Result<std::unique_ptr<Register>> open(access::Gate& gate);

    Result<ClientView> add_client(Permit<AddClient> permit, const Profile& profile);
    /// Whoever opens a matter leads it.
    Result<MatterView> open_matter(Permit<OpenMatter> permit, const Profile& profile);
    Result<void> close_matter(Permit<CloseMatter> permit, std::uint64_t if_revision);
    Result<void> reopen_matter(Permit<ReopenMatter> permit, std::uint64_t if_revision);

    /// In a transaction that finds that another node made these clients and matters, or gave them other keys: their names anew, once
    /// the gate's rows are followed.
    Result<void> follow_in(storage::RecordReader& reader, const std::vector<keys::Ring::Owner>& moved);

    Result<std::vector<ClientView>> clients(const Permit<ListClients>& permit) const;
    Result<std::vector<MatterView>> matters(const Permit<ListMyMatters>& permit) const;
    Result<std::vector<MatterView>> matters(const Permit<ListAllMatters>& permit) const;
    Result<MatterView> view(const Permit<ViewMatter>& permit) const;
    /// For sentences about what an asker may read (access explain): checked by the caller's permit.
    std::string name_of(const MatterId& matter) const;

  private:
    /// One name, sealed no more: in the arena, so that no core dump has it.
    struct Card {
        ClientId client;                 ///< itself, or the matter's
        crypto::Secret profile;          ///< encoded Profile
        Bytes sort_key;
        bool is_matter = false;
    };
    Register(access::Gate& gate, Collation collation) : gate_(gate), collation_(std::move(collation)) {}
    Result<void> load();
    Result<void> take(const storage::FieldRow& row, bool is_matter);
    void keep(const Id16& id, ClientId client, bool is_matter, const Profile& profile);
    Result<void> unique_number(const Profile& profile, bool is_matter) const;
    Profile profile_of(const Id16& id) const;
    Result<MatterView> view_of(const MatterId& matter, const access::Policy& policy) const;
    std::vector<MatterView> views_of(std::vector<MatterId> ids, const access::Policy& policy) const;
    Result<void> set_state(const MatterId& matter, access::MatterState to, std::uint64_t if_revision,
                           const access::Policy& policy, std::vector<access::Change>& changes) const;

    access::Gate& gate_;
    Collation collation_;
    std::mutex adding_;                                 // a number is looked up and taken without another taking it between
    mutable std::shared_mutex mutex_;
    std::unordered_map<Id16, Card, IdHash> cards_;
    std::unordered_map<std::string, Id16> by_number_;   // by hash: the numbers themselves stay in the arena
};

}  // namespace muniment::strongroom

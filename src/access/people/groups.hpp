// SPDX-License-Identifier: Apache-2.0
// Groups: people who are named together on teams and walls. Their names lie under the firm's key.
#pragma once
#include "access/gate.hpp"

namespace muniment::access {

struct ChangeGroup {
    static constexpr auto permission = Permission::groups_manage;
    static constexpr auto entry = audit::Action::group_changed;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    GroupId group;
    std::optional<PersonId> joins = {};      ///< decided on: nobody puts themselves into a group
    Subject subject() const { return {.concerned = joins ? std::optional<Grantee>(*joins) : std::nullopt}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::group, group.bytes}}; }
};

struct GroupView {
    GroupId id;
    std::string name;
    std::vector<PersonId> members;
    std::uint64_t revision;
};

class Groups {
  public:
    static Result<std::unique_ptr<Groups>> open(Gate& gate);
    Result<GroupId> add(Permit<ChangeGroup> permit, const std::string& name);
    Result<void> join(Permit<ChangeGroup> permit);                            ///< `conflict` where a wall forbids it
    Result<void> leave(Permit<ChangeGroup> permit, const PersonId& person);   ///< walls remember who left
    /// In a transaction in which another node moved the gate's rows, or at the start: the names of all.
    Result<void> follow_in(storage::RecordReader& reader);
    std::vector<GroupView> list() const;                                      ///< names of groups are no secret within the firm
    std::string name_of(const GroupId& group) const;
    std::optional<GroupId> named(std::string_view name) const;

  private:
    explicit Groups(Gate& gate) : gate_(gate) {}
    Gate& gate_;
    std::mutex adding_;          // a name is looked up and taken without another taking it between
    mutable std::mutex mutex_;
    std::unordered_map<GroupId, std::string> names_;
};

}  // namespace muniment::access

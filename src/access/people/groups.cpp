// SPDX-License-Identifier: Apache-2.0
#include "access/people/groups.hpp"

#include "access/people/teams.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace muniment::access {
namespace {

keys::Place profile_place(const FirmId& firm, const GroupId& group, std::uint64_t revision) {
    return {keys::Kind::group_profile, firm.bytes, group.bytes, revision};
}

Result<Group> group_in(const Policy& policy, const GroupId& id) {
    const auto* group = policy.group(id);
    if (!group) return fail(Problem::not_found);
    return *group;
}

}  // namespace

Result<std::unique_ptr<Groups>> Groups::open(Gate& gate) {
    std::unique_ptr<Groups> groups(new Groups(gate));
    CHECK(groups->follow_in(gate.records()));
    return groups;
}

Result<void> Groups::follow_in(storage::RecordReader& reader) {
    const auto& ring = gate_.ring();
    auto key = ring.firm_fields();
    std::unordered_map<GroupId, std::string> found;
    Result<void> outcome;
    CHECK(reader.for_each_field(static_cast<std::uint16_t>(keys::Kind::group_profile), [&](const storage::FieldRow& row) {
        auto content = keys::open_field(key, ring.firm(), profile_place(ring.firm(), {row.row}, row.revision), row.sealed);
        if (!content) {
            outcome = std::unexpected(content.error());
            return false;
        }
        found[GroupId{row.row}] = string(*content);
        return true;
    }));
    CHECK(std::move(outcome));
    std::lock_guard lock(mutex_);
    names_ = std::move(found);
    return {};
}

Result<GroupId> Groups::add(Permit<ChangeGroup> permit, const std::string& name) {
    CHECK(check_label(name));
    CHECK(gate_.room_left());   // the reserve is for leaving a group
    std::lock_guard adding(adding_);
    auto id = permit.action().group;
    const auto& ring = gate_.ring();
    auto sealed = keys::seal_field(ring.firm_fields(), ring.firm(), profile_place(ring.firm(), id, 1), view(name));
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        if (named(name)) return fail(Problem::name_taken, "There is a group of that name.");
        if (policy.group(id)) return fail(Problem::already_done, "there is a group of that id");
        return std::vector<Change>{Group{.id = id, .revision = 1, .members = {}}};
    };
    CHECK(gate_.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) {
        draft.add(audit::RowMark{static_cast<std::uint16_t>(keys::Kind::group_profile), id.bytes, 1, crypto::sha256(sealed)});
        return writer.put_field({static_cast<std::uint16_t>(keys::Kind::group_profile), ring.firm().bytes, id.bytes, 1, sealed});
    }));
    std::lock_guard lock(mutex_);
    names_[id] = name;
    return id;
}

Result<void> Groups::join(Permit<ChangeGroup> permit) {
    auto id = permit.action().group;
    auto joins = permit.action().joins;
    if (!joins) return fail(Problem::malformed, "nobody is named who should join");
    CHECK(gate_.room_left());
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        TRY(auto group, group_in(policy, id));
        const auto* person = policy.person(*joins);
        if (!person || !person->active) return fail(Problem::not_found, "No such person, or their access was ended.");
        if (policy.in_group(*joins, id)) return fail(Problem::already_done, "they are in this group");
        if (group.members.size() >= limits::wall_members_max) return fail(Problem::too_large, "a group of so many people");
        group.members.push_back(*joins);
        group.revision += 1;
        if (!would_breach(policy, group).empty())
            return fail(Problem::conflict, "an ethical wall keeps them from what this group works on");
        return std::vector<Change>{group};
    }));
    return {};
}

Result<void> Groups::leave(Permit<ChangeGroup> permit, const PersonId& person) {
    auto id = permit.action().group;
    CHECK(gate_.change(std::move(permit), [&](const Policy& policy) -> Result<std::vector<Change>> {
        TRY(auto group, group_in(policy, id));
        if (std::erase(group.members, person) == 0) return fail(Problem::not_found, "They are not in this group.");
        group.revision += 1;
        auto changes = remembering_walls(policy, group);
        changes.push_back(group);
        return changes;
    }));
    return {};
}

std::vector<GroupView> Groups::list() const {
    std::vector<GroupView> all;
    gate_.policy()->each_group(
        [&](const Group& group) { all.push_back({group.id, name_of(group.id), group.members, group.revision}); });
    std::ranges::sort(all, {}, [](const GroupView& g) { return std::pair(fold_name(g.name), g.id); });
    return all;
}

std::string Groups::name_of(const GroupId& group) const {
    std::lock_guard lock(mutex_);
    auto at = names_.find(group);
    return at == names_.end() ? "an unknown group" : at->second;
}

std::optional<GroupId> Groups::named(std::string_view name) const {
    auto folded = fold_name(name);
    std::lock_guard lock(mutex_);
    for (const auto& [id, other] : names_) {
        if (fold_name(other) == folded) return id;
    }
    return std::nullopt;
}

}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
// Reading the log is an access, and stands in the log.
#pragma once
#include <optional>

#include "access/permit.hpp"

namespace muniment::server::routes {

/// The whole of it, or what is about one thing. A matter is named to the gate, so that walls stand before its record as well.
struct ReadLog {
    static constexpr auto permission = access::Permission::log_read;
    static constexpr auto entry = audit::Action::log_read;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    std::optional<audit::Subject> about = {};
    access::Subject subject() const {
        if (!about || about->kind != audit::SubjectKind::matter) return {};
        return {.matter = MatterId{about->id}};
    }
    std::vector<audit::Subject> subjects() const { return about ? std::vector{*about} : std::vector<audit::Subject>{}; }
};
/// What is about one matter, by somebody on its team.
struct ReadMatterLog {
    static constexpr auto permission = access::Permission::log_read_matter;
    static constexpr auto entry = audit::Action::log_read;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    MatterId matter;
    access::Subject subject() const { return {.matter = matter}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}}; }
};

}  // namespace muniment::server::routes

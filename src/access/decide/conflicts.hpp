// SPDX-License-Identifier: Apache-2.0
// What a change would do to walls, told before it is made.
//
// A wall remembers: somebody who leaves a team has still read its papers. While the grant's row is kept (expired), the wall finds
// them by it; when the row goes, whoever makes the change first writes onto the wall those whom sides_left_by() names.
#pragma once
#include "access/decide/policy.hpp"

namespace muniment::access {

/// A person who would stand on a side no longer, although they have learnt what that side knows.
struct SideLeft {
    PersonId person;
    WallSide side;
    friend auto operator<=>(const SideLeft&, const SideLeft&) = default;
};
/// Whom to list on which side, by id, together with this change. Sorted. Not for walls that the change itself puts or drops:
/// there, who stands where is what somebody who may manage walls has just decided.
std::vector<SideLeft> sides_left_by(const Policy& policy, const Change& change);
/// The wall with those people listed; the revision is the caller's to raise.
Wall remembering(Wall wall, const std::vector<SideLeft>& left);

struct Breach {
    PersonId person;
    WallId wall;
    friend auto operator<=>(const Breach&, const Breach&) = default;
};
/// People whom the change would set on both sides of a wall, and, for a grant, those whom a wall would keep from its matter all
/// the same. Sorted; empty when the change may be made without asking anybody.
std::vector<Breach> would_breach(const Policy& policy, const Change& change);

}  // namespace muniment::access

// SPDX-License-Identifier: Apache-2.0
#include "audit/reseal.hpp"

namespace muniment::audit {

Result<Bytes> reseal(const FirmId& firm, const Log::Found& found, const DetailOwner& from, const DetailOwner& to) {
    if (found.row.detail.empty()) return Bytes{};
    auto place = [&](const Id16& owner) { return keys::Place{keys::Kind::audit_detail, owner, found.leaf.id.bytes, 0}; };
    TRY(auto detail, keys::open(from.key, firm, place(found.row.owner), found.row.detail));
    return keys::seal(to.key, firm, place(to.owner), detail);
}

}  // namespace muniment::audit

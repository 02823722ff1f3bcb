// SPDX-License-Identifier: Apache-2.0
// The founding of a firm: its first keys, its log, its gate, its first administrator, in one transaction; the epoch key lies in the
// slots before that. Where it is cut off, nothing was founded, and it can be begun again.
#pragma once
#include <span>

#include "access/people/people.hpp"
#include "storage/slots.hpp"

namespace muniment::strongroom {

struct Founding {
    std::string firm_name;
    access::NewPerson first;         ///< the first administrator
    std::optional<access::Credential> proven = {};   ///< theirs, where they chose it before: then they need no invitation
};
struct Founded {
    std::string invitation;          ///< of the first administrator, where they need one; shown once
};

/// `already_done` where a firm was founded in this database.
Result<Founded> found(storage::Records& records, std::span<storage::Slot* const> slots, const keys::RootKey& root,
                      const FirmId& firm, const Founding& founding, const Clock& clock);

/// Which firm this database is of; `not_found` where none was founded. `too_new` for a format of a newer program.
Result<FirmId> firm_in(storage::RecordReader& reader);
Result<std::string> firm_name(storage::RecordReader& reader, const keys::Ring& ring);

}  // namespace muniment::strongroom

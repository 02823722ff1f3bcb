// SPDX-License-Identifier: Apache-2.0
// Everything that hangs on a document's key, sealed anew under another one: for a move into another matter, and for keys renew.
#pragma once
#include <functional>

#include "audit/log.hpp"
#include "storage/records.hpp"
#include "strongroom/matters/document_rows.hpp"

namespace muniment::strongroom {

/// A document as it was and as it is to be, each with what seals its rows.
struct Resealing {
    const DocumentRows& from;
    const OpenDocument& before;
    const DocumentRows& to;
    const OpenDocument& after;
};

/// What versions keep, and the keys of their parts. `sealed` sees each version's new row.
Result<void> reseal_versions(storage::RecordWriter& writer, const Resealing& of,
                             const std::function<void(const storage::VersionRow&)>& sealed);
/// The check-out, where there is one.
Result<void> reseal_checkout(storage::RecordWriter& writer, const Resealing& of,
                             const std::function<void(const storage::FieldRow&)>& sealed);
/// The words of an entry of the log, where they are the document's.
Result<void> reseal_words(storage::RecordWriter& writer, const Resealing& of, const audit::Log::Found& entry);

}  // namespace muniment::strongroom

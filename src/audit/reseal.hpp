// SPDX-License-Identifier: Apache-2.0
// The words of an entry under another key: where what they are about has moved to another owner. The leaf stays as it is, and
// the commitment in it still fits, since salt and words are the same.
#pragma once
#include "audit/log.hpp"

namespace muniment::audit {

/// The detail of `found`, opened with `from` and sealed for `to`; empty where it was destroyed.
Result<Bytes> reseal(const FirmId& firm, const Log::Found& found, const DetailOwner& from, const DetailOwner& to);

}  // namespace muniment::audit

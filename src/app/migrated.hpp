// SPDX-License-Identifier: Apache-2.0
// That the data were brought forward happened without any key, and so without an entry: the record gets it at the next
// unlocking.
#pragma once
#include "audit/log.hpp"
#include "storage/records.hpp"

namespace muniment::app {

Result<void> record_migration(storage::Records& records, audit::Log& log);

}  // namespace muniment::app

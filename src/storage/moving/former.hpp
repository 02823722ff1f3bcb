// SPDX-License-Identifier: Apache-2.0
// What a firm has moved out of gets another name, <name>.former-<seconds since 1970>, so that nothing finds the firm there any more.
#pragma once
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace muniment::storage {

/// A folder, or a file of SQLite with what lies beside it. Durable on return; gives the new name.
Result<std::string> rename_former(const std::filesystem::path& place);
/// The newest of that kind gets its name back, where nothing has it.
Result<void> rename_back(const std::filesystem::path& place);

}  // namespace muniment::storage

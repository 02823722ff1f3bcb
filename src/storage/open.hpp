// SPDX-License-Identifier: Apache-2.0
// Makers of the drivers: for app/ and tests alone. Everything else sees the ports.
#pragma once
#include <filesystem>

#include "storage/storage.hpp"

namespace muniment::storage {

inline constexpr std::uint64_t schema_version = 1;

/// Opens or makes the database file (mode 0600), migrates it forward, and takes an exclusive lock on `<path>.lock` for the
/// process's life: `in_use` where another has it, `too_new` where a newer program wrote it.
Result<std::unique_ptr<Records>> open_sqlite(const std::filesystem::path& path);
/// Nothing is kept; the same behaviour. For tests.
std::unique_ptr<Records> open_memory();

/// Packs as files `<folder>/<2 hex>/<id>.pack`.
Result<std::unique_ptr<PackStore>> open_pack_folder(const std::filesystem::path& folder, RegisterPack registered);
/// For tests.
std::unique_ptr<PackStore> open_pack_memory(RegisterPack registered);

/// A folder as a slot, made with mode 0700 where it is missing.
Result<std::unique_ptr<Slot>> open_slot_folder(const std::filesystem::path& folder);

/// A folder of key sets, made with mode 0700 where it is missing.
Result<std::unique_ptr<KeySets>> open_key_set_folder(const std::filesystem::path& folder);

}  // namespace muniment::storage

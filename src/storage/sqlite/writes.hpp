// SPDX-License-Identifier: Apache-2.0
// What RecordWriter promises, within the transaction that the committer opened.
#pragma once
#include "storage/sql/writes.hpp"
#include "storage/sqlite/database.hpp"

namespace muniment::storage::sqlite {

using Reads = sql::Reads<Source>;

class Writes final : public sql::Writes<Source> {
  public:
    using sql::Writes<Source>::Writes;
    Result<std::uint64_t> append_entry(const EntryRow& row) override;
    Result<void> index_entry(const Id16& subject, std::uint64_t sequence) override;
};

}  // namespace muniment::storage::sqlite

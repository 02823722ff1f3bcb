// SPDX-License-Identifier: Apache-2.0
// One process at a time works on a home folder. SQLite's file has a lock for that; a PostgreSQL admits several nodes, each of another
// home, so the home has one: data/node.lock, held, and beside it data/node, which says which node its holder is.
//
// Whoever gets the lock knows that the former holder is gone where it held the very same file in the same run of this machine, and need
// not wait for the end of its lease. A copy of the folder, or one that another machine has mounted, tells nothing of the kind.
#pragma once
#include "app/home.hpp"

namespace muniment::app {

class HomeLock {
  public:
    /// `in_use` where another process has it. Nothing to hold where the rows lie in SQLite.
    static Result<HomeLock> take(const Home& home);
    const std::optional<Id16>& former() const { return former_; }
    Result<void> remember(storage::Records& records) const;

  private:
    std::filesystem::path said_;
    std::string here_;                        ///< run of the machine, device and inode of the lock
    std::unique_ptr<storage::File> lock_;
    std::optional<Id16> former_;
};

}  // namespace muniment::app

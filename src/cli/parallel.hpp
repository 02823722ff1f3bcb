// SPDX-License-Identifier: Apache-2.0
// Several transfers at once, and what became of each.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cli/api.hpp"
#include "cli/local_tree.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {

/// Collects, from several threads, what was done, left out and failed, for the end of put and get.
class Outcomes {
  public:
    void done(const std::string& kind);                    ///< counted: "filed", "unchanged", …
    void skipped(LeftOut what);
    void changed(const std::string& name, const std::string& as);
    void failed(const std::string& path, const Stop& stop);
    void failed(LeftOut what);
    /// Something that would fail for every other file too has happened: not signed in, no server, locked.
    bool hopeless() const;

    /// Tells: the lists to stderr, the counts (or all as JSON) to stdout. Gives the exit code: ok; that of the one thing that
    /// was tried; that which made it hopeless; else partly_failed.
    int tell(bool json) const;
    ExitCode code() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> counts_;
    std::vector<LeftOut> skipped_, changed_, failed_;
    ExitCode first_failure_ = ExitCode::failed;
    ExitCode hopeless_ = ExitCode::ok;
};

/// work(api, index) for each index below `count`, on up to `jobs` threads with a connection each. A Stop becomes an entry of
/// `outcomes` under name(index); no more is begun once it is hopeless.
void in_parallel(const Api& api, std::size_t jobs, std::size_t count, Outcomes& outcomes,
                 const std::function<std::string(std::size_t)>& name, const std::function<void(Api&, std::size_t)>& work);

}  // namespace muniment::cli

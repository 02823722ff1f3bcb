// SPDX-License-Identifier: Apache-2.0
// A home folder in which a firm is being founded, by `muniment init` or in the browser.
//
// Promises   home.json is the last thing that appears, and with it a whole firm. Until then there is founding.json, which says
//            where everything was put: what a founding that was cut off left behind is erased before the next one begins (unlock
//            files, slots, key sets, the file of rows). Where the rows are in PostgreSQL they stay, and that database is refused.
//            One process at a time founds in one home.
// Does not   Touch a slot that held something when the founding began.
#pragma once
#include "app/home.hpp"
#include "app/open_firm.hpp"
#include "app/unlock_files.hpp"
#include "strongroom/founding.hpp"

namespace muniment::app {

struct FoundingPlan {
    strongroom::Founding founding;
    keys::RootKey root = keys::RootKey::random();
    FirmId firm = FirmId::random();
    Methods methods;
};

class NewHome {
  public:
    /// Takes the folder for this process; makes it where it is missing. `already_done` where there is a firm, `in_use`.
    static Result<NewHome> at(const std::filesystem::path& folder);

    /// Its stores, made. `conflict` where a slot holds something.
    Result<Stores> prepare(const Home& home);
    /// The firm stands in these stores, which it gives back; `then` is done with the firm open, before the founding counts. Where
    /// it fails nothing is left.
    struct Made {
        std::string invitation;
        Stores stores;
    };
    using Then = std::function<Result<void>(OpenFirm&)>;
    Result<Made> found(const Home& home, Stores stores, const FoundingPlan& plan, const Clock& clock,
                       const Then& then = {});

  private:
    NewHome(std::filesystem::path folder, std::unique_ptr<storage::File> lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}
    Result<Made> found_in(const Home& home, Stores stores, const FoundingPlan& plan, const Clock& clock, const Then& then);
    Result<void> clear() const;

    std::filesystem::path folder_;
    std::unique_ptr<storage::File> lock_;
};

/// The local authority, and a certificate of it for these names and this machine's own; in place of those that are there.
Result<void> make_certificates(const Home& home, std::vector<std::string> names, Instant now);

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// The door: what HTTP knocks at. Locked, it says so, takes recovery shares and nothing else; open, it leads to the routes. The page
// of the browser is shown either way.
//
// A request that is under way keeps the house that it entered, to the last byte of its body: shut() returns at once, and the
// keys are wiped when the last of them has left.
#pragma once
#include <memory>
#include <mutex>

#include "server/house.hpp"
#include "server/http/http.hpp"
#include "server/page/page.hpp"
#include "server/router.hpp"
#include "server/tally.hpp"
#include "server/unlocking.hpp"

namespace muniment::server {

class Door final : public Handler {
  public:
    /// `unlocking` outlives the door; without one a locked door takes no shares.
    explicit Door(Unlocking* unlocking = nullptr);
    ~Door() override;

    void open(std::shared_ptr<House> house);
    /// `why` is what the routes answer from now on: nobody has unlocked it, or what decides who may enter does not fit its seal.
    void shut(Error why = Error(Problem::locked));

    Result<Answer> begin(const Request& request) override;
    void failed(const RequestId& request, const Error& error) override;
    const Tally& tally() const { return tally_; }

  private:
    struct Inside;
    std::shared_ptr<const Inside> inside() const;
    Result<Answer> asked(const Request& request, Counted& counted);
    Error why_shut() const;

    Tally tally_;
    const Router locked_;
    const Page page_{page_files};
    mutable std::mutex mutex_;
    std::shared_ptr<const Inside> inside_;     // null while locked
    Error why_shut_{Problem::locked};
};

}  // namespace muniment::server

// SPDX-License-Identifier: Apache-2.0
// The door of a house that is not built yet: the page, and what the one-time link lets one do (setting_up.hpp). Once there is a firm
// it leads to that firm's own door.
#pragma once
#include <atomic>

#include "server/http/http.hpp"
#include "server/page/page.hpp"
#include "server/router.hpp"
#include "server/setting_up.hpp"

namespace muniment::server {

class SetupDoor final : public Handler {
  public:
    explicit SetupDoor(SettingUp& setting_up);
    /// From now on all that comes goes there; it outlives this.
    void lead_to(Handler& door) { leads_to_ = &door; }

    Result<Answer> begin(const Request& request) override;
    void failed(const RequestId& request, const Error& error) override;

  private:
    const Router router_;
    const Page page_{page_files};
    std::atomic<Handler*> leads_to_ = nullptr;
};

}  // namespace muniment::server

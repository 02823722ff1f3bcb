// SPDX-License-Identifier: Apache-2.0
// The server looks at itself: in a thread of its own, since a folder that hangs would hold up whoever asks. What turns red is
// said in the operations log once.
#pragma once
#include <functional>

#include "app/doctor/findings.hpp"

namespace muniment::app {

class Checkup final : public server::Doctor {
  public:
    /// `see`: what the server knows of itself; called in the thread, never after the destructor has begun. The first look waits until
    /// somebody asks, or for go_by().
    Checkup(std::filesystem::path home, config::Settings settings, std::function<ServerSight()> see);
    /// Waits a moment for a look that is under way; one that hangs is left behind, and touches nothing of ours any more.
    ~Checkup() override;

    Result<server::Condition> condition() override;
    /// A look that begins after this call. `unavailable` where it does not end within that time.
    Result<server::Condition> look_anew(Duration wait);
    /// Without waiting or asking for another.
    std::optional<server::Condition> last() const;
    /// When the server stands, and after a reload.
    void go_by(config::Settings settings);

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// Tells systemd how the service stands (sd_notify(3)), where it asked to be told; elsewhere nothing happens.
#pragma once
#include "base/journal.hpp"

namespace muniment::app {

/// "READY=1", "STOPPING=1", "STATUS=…"
void notify_systemd(Literal state);

}  // namespace muniment::app

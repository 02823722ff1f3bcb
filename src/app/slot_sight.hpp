// SPDX-License-Identifier: Apache-2.0
// Whether folders can be the slots of a firm that is about to be founded: looked at, nothing made.
#pragma once
#include "app/home.hpp"
#include "server/setting_up.hpp"

namespace muniment::app {

std::vector<server::SettingUp::SlotSight> look_at_slots(const Home& home, const std::vector<std::string>& folders);

}  // namespace muniment::app

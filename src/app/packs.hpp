// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>

#include "strongroom/matters/pack_report.hpp"

namespace muniment::app {

/// As `muniment packs status --json` says it; at most the first few ids of what is missing or lost.
boost::json::object as_json(const strongroom::PackReport& report);

}  // namespace muniment::app

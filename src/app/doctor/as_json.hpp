// SPDX-License-Identifier: Apache-2.0
// A look as `doctor --json` says it, and as the server tells it to the command: with places, for whoever works on the machine.
#pragma once
#include <boost/json/object.hpp>

#include "server/doctor.hpp"

namespace muniment::app {

boost::json::object as_json(const server::Finding& finding);
boost::json::object as_json(const server::Condition& condition);

}  // namespace muniment::app

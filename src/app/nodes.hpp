// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/array.hpp>

#include "storage/nodes.hpp"

namespace muniment::app {

boost::json::array as_json(const std::vector<storage::NodeRow>& nodes);

}  // namespace muniment::app

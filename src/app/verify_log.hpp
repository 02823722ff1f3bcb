// SPDX-License-Identifier: Apache-2.0
// The verification of the whole log, as `muniment audit verify` does it: by the key that lies beside the unlock file, not by one
// that the database brings along.
#pragma once
#include <boost/json/object.hpp>

#include "app/home.hpp"
#include "audit/verify.hpp"

namespace muniment::app {

Result<audit::Report> verify_log(storage::RecordReader& records, const Home& home, const audit::Progress& progress = {});
boost::json::object as_json(const audit::Report& report);

}  // namespace muniment::app

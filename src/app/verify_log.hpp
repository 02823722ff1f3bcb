// SPDX-License-Identifier: Apache-2.0
// The verification of the whole record, as `muniment audit verify` does it: the log by the key that lies beside the unlock file,
// not by one that the database brings along; on request the rows that the log speaks of; and in an open strongroom the words of
// its entries.
#pragma once
#include <boost/json/object.hpp>

#include "app/home.hpp"
#include "audit/verify.hpp"

namespace muniment::app {

struct VerifyWhat {
    bool rows = false, details = false;
};
/// `keys`: none where the strongroom is locked, and then `details` is refused.
Result<boost::json::object> verify_record(storage::RecordReader& records, const Home& home, VerifyWhat what,
                                          const audit::KeyOf& keys, const audit::Progress& progress = {});

}  // namespace muniment::app

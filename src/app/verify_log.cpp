// SPDX-License-Identifier: Apache-2.0
#include "app/verify_log.hpp"

namespace muniment::app {

Result<audit::Report> verify_log(storage::RecordReader& records, const Home& home, const audit::Progress& progress) {
    TRY(auto text, read_small_file(home.log_key()));
    while (text.ends_with('\n')) text.pop_back();
    TRY(auto key, audit::VerifierKey::parse(text));
    return audit::verify(records, key, progress);
}

boost::json::object as_json(const audit::Report& report) {
    boost::json::object said{{"sound", report.sound()}, {"entries", report.entries}, {"covered", report.covered}, {"beyond", report.beyond},
                             {"checkpoints", report.checkpoints}, {"tiles", report.tiles}};
    if (report.first) {
        boost::json::object first{{"sequence", report.first->sequence}, {"why", report.first->why}};
        if (report.first->entry) first["entry"] = report.first->entry->text();
        said["first"] = std::move(first);
    }
    return said;
}

}  // namespace muniment::app

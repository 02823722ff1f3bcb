// SPDX-License-Identifier: Apache-2.0
#include "app/verify_log.hpp"

#include "strongroom/founding.hpp"
#include "strongroom/verification.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

Result<audit::VerifierKey> log_key(const Home& home) {
    TRY(auto text, read_small_file(home.log_key()));
    while (text.ends_with('\n')) text.pop_back();
    return audit::VerifierKey::parse(text);
}

json::object first_of(const audit::Finding& found) {
    json::object first{{"sequence", found.sequence}, {"why", found.why}};
    if (found.entry) first["entry"] = found.entry->text();
    return first;
}

json::object as_json(const audit::Report& report) {
    return {{"sound", report.sound()}, {"entries", report.entries}, {"covered", report.covered}, {"beyond", report.beyond},
            {"checkpoints", report.checkpoints}, {"tiles", report.tiles}};
}

}  // namespace

Result<json::object> verify_record(storage::RecordReader& records, const Home& home, VerifyWhat what, const audit::KeyOf& keys,
                                   const audit::Progress& progress) {
    if (what.details && !keys)
        return fail(Problem::locked, "The words of entries open only where a server of this home folder is unlocked.");
    TRY(auto firm, strongroom::firm_in(records));
    TRY(auto key, log_key(home));
    TRY(auto report, audit::verify(records, key, progress));
    auto said = as_json(report);
    auto first = report.first;
    // A log that does not fit proves nothing of rows and words.
    if (what.rows && !first) {
        TRY(auto rows, audit::verify_rows(records, strongroom::rows_of_record(records, firm)));
        said["rows"] = json::object{{"sound", rows.sound()}, {"fit", rows.rows}, {"passes", rows.passes}};
        first = rows.first;
    }
    if (what.details && !first) {
        TRY(auto details, audit::verify_details(records, firm, keys));
        said["details"] = json::object{{"sound", details.sound()}, {"opened", details.opened}, {"destroyed", details.destroyed}};
        first = details.first;
    }
    said["sound"] = !first;
    if (first) said["first"] = first_of(*first);
    return said;
}

}  // namespace muniment::app

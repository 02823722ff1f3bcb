// SPDX-License-Identifier: Apache-2.0
#include "app/migrated.hpp"

#include <boost/json.hpp>

#include "app/version.hpp"
#include "storage/migration.hpp"

namespace muniment::app {

// The row is in the clear, so what it says is the database's word: whoever writes to the file can bring such an entry about, as
// they can run `muniment upgrade`, and it tells of nothing that is not so.
Result<void> record_migration(storage::Records& records, audit::Log& log) {
    TRY(auto left, records.single(storage::migrated_single));
    if (!left) return {};
    Reader value(left->value);
    auto from = value.u64();
    CHECK(value.done("the row that says that data were brought forward"));
    boost::json::object words{{"from", from}, {"to", left->number}, {"program", program_version()}};
    auto draft = log.own_draft(audit::Action::data_migrated, audit::Outcome::done, boost::json::serialize(words));
    auto recorded = log.commit(std::move(draft), [](storage::RecordWriter& writer, audit::Draft&) -> Result<void> {
        TRY(auto still, writer.single(storage::migrated_single));
        if (!still) return fail(Problem::already_done, "another node has recorded it");
        return writer.drop_single(storage::migrated_single);
    });
    if (!recorded && recorded.error().problem != Problem::already_done) return std::unexpected(recorded.error());
    return {};
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// Details against commitments, for an unlocked firm.
#include "audit/verify.hpp"

namespace muniment::audit {
namespace {

class DetailsVerification {
  public:
    DetailsVerification(storage::RecordReader& reader, const FirmId& firm, const KeyOf& key_of, const Progress& progress)
        : reader_(reader), firm_(firm), key_of_(key_of), progress_(progress) {}

    Result<DetailsReport> run() {
        TRY(auto entries, reader_.entry_count());
        for (std::uint64_t from = 0; from < entries && report_.sound(); from += limits::verify_batch) {
            auto to = std::min<std::uint64_t>(entries, from + limits::verify_batch);
            std::vector<storage::EntryRow> rows;
            CHECK(reader_.for_each_entry(from, to, [&](const storage::EntryRow& row) {
                rows.push_back(row);
                return true;
            }));
            for (const auto& row : rows) {
                CHECK(check(row));
                if (!report_.sound()) break;
            }
            if (progress_ && !progress_(to, entries)) return fail(Problem::stopping, "the verification was stopped");
        }
        return std::move(report_);
    }

  private:
    Result<void> found(std::uint64_t sequence, std::optional<EntryId> entry, std::string why) {
        report_.first = Finding{sequence, entry, std::move(why)};
        return {};
    }
    Result<void> gone() {
        ++report_.destroyed;
        return {};
    }

    Result<void> check(const storage::EntryRow& row) {
        auto leaf = Leaf::decode(row.leaf);
        if (!leaf) return found(row.sequence, {}, leaf.error().detail);
        if (row.detail.empty()) return gone();
        auto key = key_of_(row, *leaf);
        if (!key && key.error().problem == Problem::not_found) return gone();
        if (!key) return std::unexpected<Error>(key.error());
        auto opened = keys::open(**key, firm_, {keys::Kind::audit_detail, row.owner, leaf->id.bytes, 0}, row.detail);
        if (!opened) return found(row.sequence, leaf->id, "its detail does not open under its owner's key");
        auto detail = Detail::decode(*opened);
        if (!detail || detail->commitment() != leaf->commitment)
            return found(row.sequence, leaf->id, "its detail is not what its leaf committed to");
        ++report_.opened;
        return {};
    }

    storage::RecordReader& reader_;
    const FirmId& firm_;
    const KeyOf& key_of_;
    const Progress& progress_;
    DetailsReport report_;
};

}  // namespace

Result<DetailsReport> verify_details(storage::RecordReader& reader, const FirmId& firm, const KeyOf& key_of,
                                     const Progress& progress) {
    return DetailsVerification(reader, firm, key_of, progress).run();
}

}  // namespace muniment::audit

// SPDX-License-Identifier: Apache-2.0
// The second half of verification, for an unlocked firm: details against commitments, rows against the last that was said of
// them.
#include <unordered_map>

#include "audit/verify.hpp"
#include "base/limits.hpp"

namespace muniment::audit {
namespace {

struct RowName {
    std::uint16_t kind;
    Id16 row;
    friend bool operator==(const RowName&, const RowName&) = default;
};
struct RowNameHash {
    std::size_t operator()(const RowName& name) const noexcept { return IdHash{}(name.row) ^ name.kind; }
};
struct LastSaid {
    std::uint64_t revision;
    Hash sealed;
    std::uint64_t sequence;
    EntryId entry;
};

class SealedVerification {
  public:
    SealedVerification(storage::RecordReader& reader, const FirmId& firm, const Doors& doors, const Progress& progress)
        : reader_(reader), firm_(firm), doors_(doors), progress_(progress) {}

    Result<SealedReport> run() {
        TRY(auto entries, reader_.entry_count());
        for (std::uint64_t from = 0; from < entries && report_.sound(); from += limits::verify_batch) {
            auto to = std::min<std::uint64_t>(entries, from + limits::verify_batch);
            std::vector<storage::EntryRow> rows;
            CHECK(reader_.for_each_entry(from, to, [&](const storage::EntryRow& row) {
                rows.push_back(row);
                return true;
            }));
            for (const auto& row : rows) CHECK(check(row));
            if (progress_ && !progress_(to, entries)) return fail(Problem::stopping, "the verification was stopped");
        }
        if (report_.sound()) CHECK(check_rows());
        return std::move(report_);
    }

  private:
    void found(std::uint64_t sequence, std::optional<EntryId> entry, std::string why) {
        if (report_.sound()) report_.first = Finding{sequence, entry, std::move(why)};
    }

    Result<void> check(const storage::EntryRow& row) {
        auto leaf = Leaf::decode(row.leaf);
        if (!leaf) {
            found(row.sequence, {}, leaf.error().detail);
            return {};
        }
        for (const auto& mark : leaf->rows)
            last_said_.insert_or_assign(RowName{mark.kind, mark.row},
                                        LastSaid{mark.revision, mark.sealed, row.sequence, leaf->id});
        return check_detail(row, *leaf);
    }

    Result<void> check_detail(const storage::EntryRow& row, const Leaf& leaf) {
        auto gone = [&] { ++report_.destroyed; };
        if (row.detail.empty()) return gone(), Result<void>{};
        auto key = doors_.key_of(row.owner_kind, row.owner);
        if (!key && key.error().problem == Problem::not_found) return gone(), Result<void>{};
        if (!key) return std::unexpected<Error>(key.error());
        auto opened = keys::open(**key, firm_, {keys::Kind::audit_detail, row.owner, leaf.id.bytes, 0}, row.detail);
        if (!opened) return found(row.sequence, leaf.id, "its detail does not open under its owner's key"), Result<void>{};
        auto detail = Detail::decode(*opened);
        if (!detail || detail->commitment() != leaf.commitment)
            return found(row.sequence, leaf.id, "its detail is not what its leaf committed to"), Result<void>{};
        ++report_.opened;
        return {};
    }

    Result<void> check_rows() {
        // Of several rows that do not fit, the one that the log spoke of first is named, whatever order the map has.
        std::optional<Finding> earliest;
        for (const auto& [name, said] : last_said_) {
            TRY(auto now, doors_.row_now(name.kind, name.row));
            bool dropped = said.sealed == Hash{};
            bool fits = now ? !dropped && now->revision == said.revision && now->sealed == said.sealed : dropped;
            if (fits) {
                ++report_.rows;
                continue;
            }
            if (earliest && earliest->sequence <= said.sequence) continue;
            earliest = Finding{said.sequence, said.entry,
                               "row " + to_uuid_text(name.row) + " of kind " + std::to_string(name.kind) +
                                   (now ? " is another than this entry wrote" : " is gone from the database")};
        }
        report_.first = std::move(earliest);
        return {};
    }

    storage::RecordReader& reader_;
    const FirmId& firm_;
    const Doors& doors_;
    const Progress& progress_;
    SealedReport report_;
    std::unordered_map<RowName, LastSaid, RowNameHash> last_said_;
};

}  // namespace

Result<SealedReport> verify_sealed(storage::RecordReader& reader, const FirmId& firm, const Doors& doors,
                                   const Progress& progress) {
    return SealedVerification(reader, firm, doors, progress).run();
}

}  // namespace muniment::audit

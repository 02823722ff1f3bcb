// SPDX-License-Identifier: Apache-2.0
// Rows of the database against what the log last said of them.
//
// Which entry spoke of a row last is known only at the end of the log, so rows must be remembered until then. Where they are more
// than rows_max, only those of one part (by bits of a hash of their names) are remembered, and each other part takes a further
// pass over the log.
#include <algorithm>
#include <unordered_map>

#include "audit/verify.hpp"

namespace muniment::audit {
namespace {

/// A version's number is part of its name: each of a paper's versions is a row.
struct RowName {
    std::uint16_t kind;
    Id16 row;
    std::uint64_t version;
    explicit RowName(const RowMark& mark)
        : kind(mark.kind), row(mark.row), version(keys::Kind{mark.kind} == keys::Kind::document_version ? mark.revision : 0) {}
    friend bool operator==(const RowName&, const RowName&) = default;
};

/// Ids are random but for the time in front: what parts them must depend on all of it, and on nothing of this process.
std::size_t hash_of(const RowName& name) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325 ^ name.kind ^ (name.version << 16);
    for (auto byte : name.row) hash = (hash ^ byte) * 0x100'0000'01b3;
    return hash ^ (hash >> 29);
}
struct HashOf {
    std::size_t operator()(const RowName& name) const noexcept { return hash_of(name); }
};

/// The rows whose hash ends in these bits.
struct Part {
    unsigned bits = 0;
    std::uint64_t ends = 0;
    bool has(const RowName& name) const { return (hash_of(name) & ((1ull << bits) - 1)) == ends; }
};

class RowsVerification {
  public:
    RowsVerification(storage::RecordReader& reader, const Standing& standing, const Progress& progress, std::size_t rows_max)
        : reader_(reader), standing_(standing), progress_(progress), rows_max_(std::max<std::size_t>(rows_max, 1)) {}

    Result<RowsReport> run() {
        TRY(auto entries, reader_.entry_count());
        for (parts_.push_back({}); !parts_.empty();) {
            part_ = parts_.back();
            parts_.pop_back();
            ++report_.passes;
            said_.clear();
            CHECK(hear(0, entries, &RowsVerification::remember));
            CHECK(compare(entries));
        }
        return std::move(report_);
    }

  private:
    using Heard = void (RowsVerification::*)(const Said&);

    Result<void> hear(std::uint64_t from, std::uint64_t entries, Heard heard) {
        for (; from < entries; from += limits::verify_batch) {
            auto to = std::min<std::uint64_t>(entries, from + limits::verify_batch);
            Result<void> decoded;
            CHECK(reader_.for_each_entry(from, to, [&](const storage::EntryRow& row) {
                decoded = hear(row, heard);
                return decoded.has_value();
            }));
            CHECK(std::move(decoded));
            if (progress_ && !progress_(to, entries)) return fail(Problem::stopping, "the verification was stopped");
        }
        return {};
    }

    Result<void> hear(const storage::EntryRow& row, Heard heard) {
        auto leaf = Leaf::decode(row.leaf);
        if (!leaf) return fail(Problem::corrupt, "entry " + std::to_string(row.sequence) + ": " + leaf.error().detail);
        Said said{.mark = {}, .sequence = row.sequence};
        for (const auto& subject : leaf->subjects) {
            if (subject.kind != SubjectKind::matter) continue;
            said.matters[1] = said.matters[0];
            said.matters[0].bytes = subject.id;
        }
        for (const auto& mark : leaf->rows) {
            said.mark = mark;
            (this->*heard)(said);
        }
        return {};
    }

    void remember(const Said& said) {
        RowName name(said.mark);
        if (!part_.has(name)) return;
        said_.insert_or_assign(name, said);
        while (said_.size() > rows_max_) halve();
    }
    void correct(const Said& said) {
        if (auto at = said_.find(RowName(said.mark)); at != said_.end()) at->second = said;
    }

    void halve() {
        Part other{part_.bits + 1, part_.ends | 1ull << part_.bits};
        ++part_.bits;
        parts_.push_back(other);
        std::erase_if(said_, [&](const auto& each) { return !part_.has(each.first); });
    }

    /// What does not fit at first may have been changed since the log was read: then newer entries speak of it.
    Result<void> compare(std::uint64_t entries) {
        constexpr int looks_max = 64;
        CHECK(let_go_of_what_fits());
        for (int looks = 0; !said_.empty() && looks < looks_max; ++looks) {
            TRY(auto now, reader_.entry_count());
            if (now == entries) break;
            CHECK(hear(std::exchange(entries, now), now, &RowsVerification::correct));
            CHECK(let_go_of_what_fits());
        }
        for (const auto& [name, said] : said_) {
            if (report_.first && report_.first->sequence <= said.sequence) continue;
            TRY(report_.first, finding(said));
        }
        return {};
    }

    Result<void> let_go_of_what_fits() {
        Result<void> asked;
        report_.rows += std::erase_if(said_, [&](const auto& each) {
            if (!asked) return false;
            auto now = standing_(each.second);
            if (!now) {
                asked = std::unexpected<Error>(now.error());
                return false;
            }
            bool dropped = each.second.mark.sealed == Hash{};
            return *now ? !dropped && **now == RowNow{each.second.mark.revision, each.second.mark.sealed} : dropped;
        });
        return asked;
    }

    Result<Finding> finding(const Said& said) {
        TRY(auto now, standing_(said));
        Finding finding{said.sequence, {}, "row " + to_uuid_text(said.mark.row) + " of kind " + std::to_string(said.mark.kind)};
        finding.why += !now                         ? " is gone from the database"
                       : said.mark.sealed == Hash{} ? " was dropped, and stands in the database"
                                                    : " is another than this entry wrote";
        CHECK(reader_.for_each_entry(said.sequence, said.sequence + 1, [&](const storage::EntryRow& row) {
            if (auto leaf = Leaf::decode(row.leaf)) finding.entry = leaf->id;
            return false;
        }));
        return finding;
    }

    storage::RecordReader& reader_;
    const Standing& standing_;
    const Progress& progress_;
    std::size_t rows_max_;
    std::vector<Part> parts_;
    Part part_;
    RowsReport report_;
    std::unordered_map<RowName, Said, HashOf> said_;
};

}  // namespace

Result<RowsReport> verify_rows(storage::RecordReader& reader, const Standing& standing, const Progress& progress,
                               std::size_t rows_max) {
    return RowsVerification(reader, standing, progress, rows_max).run();
}

}  // namespace muniment::audit

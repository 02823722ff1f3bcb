// SPDX-License-Identifier: Apache-2.0
// The scrub of secrets and records: every key record, name, document secret, list row, version and wrapped object key is opened or
// held against its mark, and what is there is compared with what the log says was made and not destroyed. Objects themselves are not read.
//
// A pass goes in bounded steps beside everything else. What does not fit is looked at again at the end, in one transaction and with
// the entries that were written meanwhile, so that a change under way is never taken for damage. A pass that found all sound is
// remembered, sealed, with its time: the turn of the epoch carries nothing over that was not opened within a day.
#pragma once
#include "access/gate.hpp"
#include "strongroom/matters/document_rows.hpp"
#include "strongroom/turn/log_says.hpp"

namespace muniment::strongroom {

inline constexpr auto scrub_age_max = std::chrono::hours(24);

struct ScrubReport {
    std::uint64_t records = 0, documents = 0, versions = 0;
    std::uint64_t wrong_count = 0;
    std::vector<std::string> wrong;      ///< the first of them, each as "document <id> is missing"
    bool sound() const { return wrong_count == 0; }
    static constexpr std::size_t named_max = 100;
};

class Scrub {
  public:
    explicit Scrub(access::Gate& gate) : gate_(gate) {}
    /// The next piece, some tens of milliseconds; true once the pass is done.
    Result<bool> step();
    Result<void> run();                  ///< all of it
    const ScrubReport& report() const { return report_; }
    /// `corrupt`, naming what is missing or damaged and what to do.
    Result<void> verdict() const;

  private:
    enum class Stage { log, records, matters, settle, done };
    Result<void> check_owners();
    Result<void> next_papers();
    Result<void> settle();
    Result<void> look_again(const DocumentId& id);
    Result<void> look_again_for_stray(const MatterId& matter, const DocumentId& id);
    Result<void> check_names();
    Result<void> look_again_for_name(std::uint16_t kind, const Id16& row);
    Result<void> hear_to_the_end(storage::RecordReader& reader);
    Result<void> finish();
    void found(std::string what);

    access::Gate& gate_;
    Stage stage_ = Stage::log;
    LogSays says_;
    std::vector<MatterId> matters_;
    std::vector<DocumentId> papers_;     ///< of the matter at hand, still to be looked at
    MatterId matter_{};
    std::vector<DocumentId> suspects_;
    std::vector<std::pair<MatterId, DocumentId>> strays_;
    ScrubReport report_;
};

/// When the last pass that found all sound ended; nothing where there was none, or somebody else wrote the row.
Result<std::optional<Instant>> last_scrub(access::Gate& gate);

/// One paper or folder: everything under it opens, and is what the log says (where it says anything).
Result<void> check_paper(storage::RecordReader& reader, const DocumentRows& rows, const storage::DocumentRow& row,
                         const LogSays::Paper* said, std::uint64_t* versions = nullptr);

}  // namespace muniment::strongroom

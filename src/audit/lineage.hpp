// SPDX-License-Identifier: Apache-2.0
// The line of a firm's logs, as the firm itself knows it: the key that signs all of them, and where those ended that were lost. One
// field, sealed under the firm's key: whoever can write to the database can write entries too, so none is believed about this.
// docs/formats/log.md, "A log that goes on"
#pragma once
#include "audit/origin.hpp"
#include "keys/sealed.hpp"
#include "storage/records.hpp"

namespace muniment::audit {

/// The newest checkpoint that was known of a log when the next one began. Where only its size was known, the root is zeros.
struct EndedLog {
    std::uint64_t number = 0, size = 0;
    Hash root{};
    friend auto operator<=>(const EndedLog&, const EndedLog&) = default;
};
/// Of more, those of the lowest numbers are forgotten: what a slot that was away all the while tells of them is then news again.
inline constexpr std::size_t ended_logs_max = 64;

struct Lineage {
    VerifierKey newest;                  ///< of the log that goes on here
    std::uint64_t number = 1;            ///< its number
    std::vector<EndedLog> ended;

    /// A checkpoint that the firm signed, in a log of any number: one that stands elsewhere may have gone further.
    Result<OfLine> open(View note) const;
    /// It is the end of a former log of this line, or one from before that log's end: known to be lost, and so no news.
    bool names_as_ended(const OfLine& checkpoint) const;
};

/// The field itself. `fields` is D(FK, "fields").
struct LogKey {
    std::uint64_t number = 1;            ///< the field's revision
    crypto::Secret seed;
    std::vector<EndedLog> ended;

    static Result<LogKey> read(storage::RecordReader& reader, const FirmId& firm, const keys::SealKey& fields);
    static Result<LogKey> open(const storage::FieldRow& row, const FirmId& firm, const keys::SealKey& fields);
    Result<void> write(storage::RecordWriter& writer, const FirmId& firm, const keys::SealKey& fields) const;
    /// Within ended_logs_max.
    void end(std::vector<EndedLog> more);
    Result<Lineage> lineage(const FirmId& firm) const;
};

}  // namespace muniment::audit

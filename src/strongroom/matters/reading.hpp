// SPDX-License-Identifier: Apache-2.0
// Reading: a paper's version going out. A Transfer: bounded steps, and before each the gate is asked whether it may still be.
//
// Every byte handed out was opened under its key and its place: truncated, swapped, re-ordered or flipped bytes are an error that
// names the paper, never data. That the rows are the parts of this version is proven before the first byte is sent; so is the length
// of each object of a version with up to parts_proven_at_once parts. A version of more proves each one before its own first byte.
#pragma once
#include <memory>
#include <optional>

#include "storage/packs.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

class Reading {
  public:
    static Result<std::unique_ptr<Reading>> open(access::Gate& gate, const Papers& papers, storage::PackStore& packs,
                                                 Permit<OpenPaper> permit);
    /// Writes down how it ended: all of what was asked for, or cut.
    ~Reading();

    std::uint64_t size() const { return size_; }
    std::uint32_t version() const { return version_; }
    /// Fills `out` (at most limits::transfer_step_bytes) from `offset`, which with out.size() lies within size().
    Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out);
    void sent(std::uint64_t bytes, bool whole) {
        sent_ += bytes;
        whole_ = whole;
    }

  private:
    /// One object of the version.
    struct Part {
        storage::PartRow row;
        std::uint64_t begins;                        ///< of its first byte within the version
        std::optional<crypto::StreamOpener> opener;  ///< where its length was proven
    };
    static constexpr std::size_t parts_proven_at_once = 64;
    Reading(access::Gate& gate, storage::PackStore& packs, Permit<OpenPaper> permit)
        : gate_(gate), packs_(packs), ruling_(permit.ruling()), paper_(permit.action()), version_(paper_.version) {}
    Result<void> open_parts(const Papers& papers);
    Result<void> open_part(Part& part);
    void close_others(const Part& part);
    Result<void> read_part(Part& part, std::uint64_t offset, std::span<std::uint8_t> out);
    Result<void> prove_length(Part& part);
    std::unexpected<Error> damaged(std::string_view why) const;

    access::Gate& gate_;
    storage::PackStore& packs_;
    access::Ruling ruling_;
    OpenPaper paper_;
    std::uint32_t version_;
    std::uint64_t size_ = 0;
    std::optional<DocumentRows> rows_;   ///< with document_, what opens the keys of the parts
    std::optional<OpenDocument> document_;
    std::vector<Part> parts_;
    Bytes sealed_, chunk_;               ///< work space of a step
    std::uint64_t sent_ = 0;
    bool whole_ = false;
};

}  // namespace muniment::strongroom

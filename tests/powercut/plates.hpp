// SPDX-License-Identifier: Apache-2.0
// What lies on the plates of a disk whose power may be cut, and what a cut may leave there.
//
// A disk of these tests writes down every operation that reached it (Trace). Plates follow such a trace and keep apart what a
// sync has covered from what the disk may still lose. leave() then is the cut: it keeps any part of the rest that POSIX allows.
//
//   - Data of a file: each sector (512 or 4,096 bytes) of each write that was not synced is there or not, whatever came before or
//     after it; a sector is never torn.
//   - Its size: that of the last sync, or after any later write, whether or not the bytes came with it. What was never written
//     within it is zeros, or what lay there before.
//   - Names: each naming, renaming and removal that its folder's sync does not cover happened or did not. A renaming may leave
//   both
//     names, never none. A sync of a file says nothing of its name, one of a folder nothing of what its files hold.
//   - What was unlinked is still on the plates (`freed`), as far as it was ever written.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace muniment::powercut {

using Path = std::filesystem::path;
using Content = std::shared_ptr<const Bytes>;
using Node = std::uint32_t;  ///< a file, whatever its names are

enum class Act : std::uint8_t { write, resize, sync_file, add_folder, name, unname, rename, sync_folder };
struct Operation {
    Act act;
    Node node = 0;             ///< write, resize, sync_file, name; of the file that moves: rename
    std::uint64_t offset = 0;  ///< write; the new size: resize
    Bytes bytes;               ///< write
    Path path, to;             ///< names
    std::uint8_t point = 0;    ///< syncs: which (points.hpp)
};
using Trace = std::vector<Operation>;

struct Image {
    std::set<Path> folders{"/"};
    std::map<Path, Node> names;
    std::map<Node, Content> contents;  ///< of every node that has a name
    std::vector<Content> freed;
    Node next = 1;
};

using Dice = std::mt19937_64;

/// How a cut treats what was not synced; drawn anew for each.
struct Cut {
    double data, names;  ///< how likely each sector and each change of a name is kept
    std::size_t sector;
    bool sizes_kept;  ///< a file's size is more likely kept than its data
    bool garbage;     ///< what was never written is whatever lay there
    static Cut draw(Dice& dice);
    std::string text() const;
};

class Plates {
  public:
    explicit Plates(const Image& image);
    /// `omitted`: a sync that is not made, to see what is lost without it.
    void follow(const Operation& operation, std::optional<std::uint8_t> omitted = {});
    Image leave(const Cut& cut, Dice& dice) const;

  private:
    struct Held {
        Content durable = std::make_shared<const Bytes>();
        std::vector<const Operation*> unsynced;
    };
    static void settle(Held& held);
    void change(Image& image, const Operation& operation, bool leave_both) const;
    static Content survivor(const Held& held, const Cut& cut, Dice& dice);

    Image durable_;
    std::map<Node, Held> files_;
    std::map<Path, std::vector<const Operation*>> unsynced_names_;  ///< by folder
};

}  // namespace muniment::powercut

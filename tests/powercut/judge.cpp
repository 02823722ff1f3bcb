// SPDX-License-Identifier: Apache-2.0
#include "judge.hpp"

#include <algorithm>

#include "audit/verify.hpp"
#include "keys/slot_files.hpp"
#include "strongroom/turn/key_set.hpp"

namespace muniment::powercut {
namespace {

/// Late enough for every life, early enough for Anna's session.
ManualClock later() {
    ManualClock clock;
    clock.advance(std::chrono::minutes(5));
    return clock;
}

std::unexpected<Error> lost(std::string what) { return fail(Problem::corrupt, std::move(what)); }

class Judge {
  public:
    Judge(Room& room, const Founded& founded, Expected& expected, LiveDisk& disk)
        : room_(room), founded_(founded), expected_(expected), disk_(disk) {}

    Result<void> all() {
        if (auto damaged = room_.firm().recovered().damaged) return lost(std::to_string(damaged) + " papers are damaged");
        CHECK(slots());
        CHECK(record());
        CHECK(papers());
        if (expected_.ben && room_.ben_reads(founded_.secrets.matters[0]) != *expected_.ben) return lost("a change of the team");
        CHECK(copies());
        return goes_on();
    }

  private:
    Result<void> slots() {
        for (const auto& report : room_.firm().slots().report()) {
            if (report.state != strongroom::SlotState::holds)
                return lost("the slot " + report.name + " " + std::string(text_of(report.state)));
            if (report.other_epochs > 0 && expected_.turned && !expected_.turning)
                return lost("an erasure: the slot " + report.name + " still lists a former key");
        }
        auto& ring = room_.house().gate.ring();
        if (ring.epoch_number() < expected_.epoch) return lost("a turn of the epoch");
        return expected_.turned && !expected_.turning ? key_sets() : Result<void>{};
    }

    Result<void> key_sets() {
        auto& ring = room_.house().gate.ring();
        for (auto* sets : room_.stores().key_set_list()) {
            auto content = sets->get(strongroom::key_set_name(ring.mark()));
            if (!content || !strongroom::check_key_set(*content, ring.key_set_mac()))
                return lost("the key set at " + sets->name());
        }
        return {};
    }

    Result<void> record() {
        auto key = audit::VerifierKey::parse(founded_.secrets.log_key).value();
        TRY(auto report, audit::verify(room_.records(), key));
        if (!report.sound())
            return lost("the log does not verify at " + std::to_string(report.first->sequence) + ": " + report.first->why);
        if (report.covered < expected_.covered) return lost("a checkpoint");
        CHECK(room_.house().gate.inspect());
        std::vector<audit::Leaf> leaves;
        CHECK(room_.records().for_each_entry(0, UINT64_MAX, [&](const storage::EntryRow& row) {
            leaves.push_back(audit::Leaf::decode(row.leaf).value());
            for (const auto& subject : leaves.back().subjects) recorded_.insert(subject.id);
            return true;
        }));
        for (const auto& entry : expected_.entries) {
            bool found = std::ranges::any_of(leaves, [&](const audit::Leaf& leaf) {
                return leaf.action == entry.action && std::ranges::any_of(leaf.subjects, [&](const audit::Subject& subject) {
                           return subject.id == entry.subject && (entry.number == 0 || subject.number == entry.number);
                       });
            });
            if (!found) return lost("the entry that says \"" + std::string(text_of(entry.action)) + "\"");
        }
        return {};
    }

    Result<void> papers() {
        std::map<DocumentId, Paper> found;
        for (const auto& matter : founded_.secrets.matters) {
            TRY(auto list, room_.list(matter));
            for (const auto& view : list) {
                if (!recorded_.contains(view.id.bytes)) return lost("the record of a paper that is there");
                found.emplace(view.id,
                              Paper{matter, view.entry.name, view.is_folder, view.trashed, std::vector<Content>(view.versions)});
            }
        }
        for (auto& [id, allowed] : expected_.papers) {
            auto at = found.find(id);
            std::string seen = "is gone";
            bool fits = at == found.end() && std::ranges::any_of(allowed, [](const auto& state) { return !state; });
            if (at != found.end()) {
                seen = "is another";
                for (const auto& state : allowed) {
                    if (fits || !state) continue;
                    TRY(fits, same(id, at->second, *state));
                    if (fits) allowed = {state};
                }
                found.erase(at);
            }
            if (!fits) return lost("a paper that was acknowledged " + seen);
        }
        if (!found.empty()) return lost("nothing: there is a paper that nobody filed");
        return {};
    }
    Result<bool> same(const DocumentId& id, const Paper& now, const Paper& was) {
        if (now.matter != was.matter || now.name != was.name || now.folder != was.folder || now.trashed != was.trashed ||
            now.versions.size() != was.versions.size())
            return false;
        if (now.trashed) return true;
        for (std::size_t i = 0; i < was.versions.size(); ++i) {
            TRY(auto content, room_.get(now.matter, id, static_cast<std::uint32_t>(i + 1)));
            if (content != *was.versions[i]) return false;
        }
        return true;
    }

    Result<void> copies() {
        for (const auto& [path, entries] : expected_.copies) {
            if (!disk_.exists(path)) return lost("a copy of the database");
            TRY(auto copy, storage::open_sqlite(path, disk_));
            TRY(auto count, copy->entry_count());
            if (count < entries) return lost("the end of a copy of the database");
        }
        return {};
    }

    Result<void> goes_on() {
        auto id = DocumentId::fresh({1'790'000'900'000'000});
        auto content = std::make_shared<const Bytes>(Bytes(5'000, std::uint8_t{7}));
        Paper next{founded_.secrets.matters[1], "filed after the cut " + id.text(), false, false, {content}};
        expected_.papers[id] = {std::nullopt, next};
        CHECK(room_.put(next.matter, id, {.name = next.name}, *content));
        TRY(auto read, room_.get(next.matter, id, 1));
        if (read != *content) return lost("what was filed after the cut");
        for (const auto& [upload, piece] : expected_.coming) CHECK(send_rest(piece));
        for (int i = 0; i < 3; ++i) CHECK(room_.firm().check());
        CHECK(key_sets());
        TRY(auto token, room_.records().single("turn"));
        if (token) return lost("the end of a turn: it is still under way");
        for (auto* slot : room_.stores().slot_list()) {
            TRY(auto marks, keys::epochs_in(*slot));
            if (marks != std::vector{room_.house().gate.ring().mark()})
                return lost("an erasure: a slot holds another key as well");
        }
        return {};
    }

    Result<void> send_rest(const Piece& piece) {
        const auto& made = piece.made;
        TRY(auto now, room_.look_at(made.matter, piece.upload));
        if (now.offset() < piece.offset) return lost("a piece of a paper that was acknowledged");
        auto& allowed = expected_.papers[piece.id];
        if (!now.filed) allowed = {std::nullopt, made};
        CHECK(room_.send_piece(made.matter, piece.upload, *made.versions[0], made.versions[0]->size()));
        TRY(auto content, room_.get(made.matter, piece.id, 1));
        if (content != *made.versions[0]) return lost("bytes of a paper that came in pieces");
        return {};
    }

    Room& room_;
    const Founded& founded_;
    Expected& expected_;
    LiveDisk& disk_;
    std::set<Id16> recorded_;
};

bool lies_on(const Image& image, const Bytes& what) {
    auto holds = [&](const Content& content) {
        return content->size() <= 2 * storage::slot_file_bytes_max && !std::ranges::search(*content, what).empty();
    };
    return std::ranges::any_of(image.freed, holds) ||
           std::ranges::any_of(image.contents, [&](const auto& file) { return holds(file.second); });
}

}  // namespace

Expected expected_at(const Played& played, std::size_t position) {
    Expected expected;
    for (const auto& change : played.changes) {
        auto& allowed = expected.papers[change.id];
        if (change.done <= position)
            allowed = {change.after};
        else if (change.begun <= position) {
            if (allowed.empty()) allowed.push_back(std::nullopt);
            allowed.push_back(change.after);
        }
    }
    std::erase_if(expected.papers, [](const auto& paper) { return paper.second.empty(); });
    for (const auto& entry : played.entries)
        if (entry.done <= position) expected.entries.push_back(entry);
    for (const auto& piece : played.pieces) {
        if (piece.done > position) continue;
        if (piece.offset == piece.made.versions[0]->size()) expected.coming.erase(piece.upload);
        else expected.coming[piece.upload] = piece;
    }
    expected.ben = false;
    for (const auto& fact : played.facts) {
        if (fact.begun > position) continue;
        bool done = fact.done <= position;
        switch (fact.what) {
            case Fact::ben_on_team:
            case Fact::ben_off_team: expected.ben = done ? std::optional(fact.what == Fact::ben_on_team) : std::nullopt; break;
            case Fact::turned:
                expected.turning = !done;
                if (!done) break;
                expected.turned = true;
                expected.epoch = fact.number;
                expected.erased.insert(expected.erased.end(), fact.erased.begin(), fact.erased.end());
                break;
            case Fact::checkpoint:
                if (done) expected.covered = fact.number;
                break;
            case Fact::copied:
                if (done) expected.copies.emplace_back(fact.path, fact.number);
                break;
        }
    }
    return expected;
}

std::optional<std::string> judge(const Image& image, const Founded& founded, Expected& expected, Trace* after) {
    for (const auto& key : expected.erased)
        if (lies_on(image, key)) return "an erasure: a former epoch key is still on the disk";
    auto clock = later();
    LiveDisk disk(image);
    std::optional<std::string> found;
    {
        Room room(disk, founded.secrets, clock);
        if (auto opened = room.open(); !opened) return "the firm does not open: " + opened.error().text();
        if (auto held = Judge(room, founded, expected, disk).all(); !held) found = held.error().text();
    }
    if (after != nullptr) *after = disk.take_trace();
    return found;
}

std::optional<std::string> judge_founding(const Image& image, const Founded& founded, bool acknowledged) {
    auto clock = later();
    LiveDisk disk(image);
    Secrets secrets;
    secrets.root = founded.secrets.root.clone();
    secrets.firm = founded.secrets.firm;
    Room room(disk, secrets, clock);
    auto missing = acknowledged ? storage::Missing::refuse : storage::Missing::make;
    if (auto opened = room.open_stores(missing); !opened) return "the stores do not open: " + opened.error().text();
    auto there = strongroom::firm_in(room.records());
    if (!there && there.error().problem == Problem::not_found && !acknowledged) {
        auto slots = room.stores().slot_list();
        strongroom::Founding again{"Example & Partners", {"root", "The First", {access::FirmRole::administrator}}};
        if (auto begun = strongroom::found(room.records(), slots, secrets.root, secrets.firm, again, clock); !begun)
            return "it cannot be founded again: " + begun.error().text();
    }
    if (auto opened = room.open_firm(); !opened) return "the firm does not open: " + opened.error().text();
    auto report = audit::verify(room.records(), audit::VerifierKey::parse(room.firm().log().verifier_key()).value());
    if (!report || !report->sound()) return "the log does not verify";
    return std::nullopt;
}

}  // namespace muniment::powercut

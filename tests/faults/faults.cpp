// SPDX-License-Identifier: Apache-2.0
// Lets each call fail in turn: of the ports that the strongroom stands on, and of the disk below the drivers; once, and for ever
// after. README.md in this folder.
//
//   faults                    every story; of the longest, each third of its operations on the disk
//   faults --all              without that saving
//   faults STORY [N]          one of them; only its n-th call
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "crypto/crypto.hpp"
#include "judge.hpp"
#include "points.hpp"
#include "seeded_random.hpp"

namespace muniment::powercut {
namespace {

using storage::faulty::Commits;
using storage::faulty::Faults;
using storage::faulty::Lasting;

/// A firm in the middle of its life, on a disk of its own, with what must be there.
struct Scene {
    Image image;
    Expected expected;
    DocumentId small, large, trashed;
    Piece coming{};   ///< of a paper in pieces: the first has come
};

/// One story told once, with one fault in it.
class Telling {
  public:
    Telling(const Founded& founded, const Scene& scene)
        : founded(founded), scene(scene), expected(scene.expected), disk(scene.image), room(disk, founded.secrets, clock) {
        clock.advance(std::chrono::minutes(1));
    }
    Paper state(DocumentId id) const { return *expected.papers.at(id).front(); }
    /// The paper may be as before or as `after`, and only as `after` once that was acknowledged.
    template <class T>
    bool change(DocumentId id, const Paper& after, audit::Action action, std::uint64_t number,
                const std::function<Result<T>()>& act) {
        auto& allowed = expected.papers[id];
        if (allowed.empty()) allowed.push_back(std::nullopt);
        allowed.push_back(after);
        if (!act()) return false;
        allowed = {after};
        expected.entries.push_back({action, id.bytes, number, 0});
        return true;
    }

    const Founded& founded;
    const Scene& scene;
    Expected expected;
    ManualClock clock;
    LiveDisk disk;
    Room room;
};

Content some(std::size_t size) { return std::make_shared<const Bytes>(Bytes(size, std::uint8_t{9})); }

// ---- the stories; true: all of it was acknowledged ----

bool put(Telling& t, std::size_t size) {
    auto id = DocumentId::fresh(t.clock.now());
    Paper made{t.founded.secrets.matters[0], "new", false, false, {some(size)}};
    return t.change<strongroom::PaperView>(id, made, audit::Action::paper_added, 1,
                                           [&] { return t.room.put(made.matter, id, {.name = made.name}, *made.versions[0]); });
}
bool put_small(Telling& t) { return put(t, 2'000); }
bool put_large(Telling& t) { return put(t, limits::small_object_bytes_max + 300'000); }

bool add_version(Telling& t, DocumentId id, std::size_t size) {
    auto after = t.state(id);
    after.versions.push_back(some(size));
    return t.change<strongroom::PaperView>(id, after, audit::Action::version_added, after.versions.size(),
                                           [&] { return t.room.put_version(after.matter, id, *after.versions.back()); });
}
bool version(Telling& t) { return add_version(t, t.scene.large, 700); }
bool large_version(Telling& t) { return add_version(t, t.scene.small, limits::small_object_bytes_max + 1); }

bool send(Telling& t, std::uint64_t count) {
    auto& piece = t.expected.coming.at(t.scene.coming.upload);
    auto size = piece.made.versions[0]->size();
    auto stands = [&] { return t.room.send_piece(piece.made.matter, piece.upload, *piece.made.versions[0], count); };
    if (piece.offset + count < size) {
        auto now = stands();
        if (now) piece.offset = now->offset();
        return now.has_value();
    }
    auto made = piece.made;
    if (!t.change<strongroom::UploadInPieces>(piece.id, made, audit::Action::paper_added, 1, stands)) return false;
    t.expected.coming.clear();
    return true;
}
bool piece(Telling& t) { return send(t, 10'000); }
bool last_piece(Telling& t) { return send(t, 1'000'000); }

bool move(Telling& t) {
    auto after = t.state(t.scene.small);
    auto from = std::exchange(after.matter, t.founded.secrets.matters[1]);
    after.name = "moved";
    return t.change<strongroom::PaperView>(t.scene.small, after, audit::Action::paper_moved, 0, [&] {
        return t.room.move(from, t.scene.small, {{}, after.name}, after.matter);
    });
}

bool trash_and_restore(Telling& t) {
    auto gone = t.state(t.scene.small), back = t.state(t.scene.trashed);
    gone.trashed = true;
    back.trashed = false;
    return t.change<void>(t.scene.small, gone, audit::Action::paper_trashed, 0, [&] {
        return t.room.trash(gone.matter, t.scene.small);
    }) && t.change<void>(t.scene.trashed, back, audit::Action::paper_restored, 0, [&] {
        return t.room.restore(back.matter, t.scene.trashed);
    });
}

bool read(Telling& t) {
    auto paper = t.state(t.scene.large);
    auto got = t.room.get(paper.matter, t.scene.large, 1);
    require(!got || *got == *paper.versions[0], "a fault gave other bytes than were filed");
    return got.has_value();
}

bool team(Telling& t) {
    t.expected.ben.reset();
    if (!t.room.set_ben(t.founded.secrets.matters[0], true)) return false;
    t.expected.ben = true;
    return true;
}

bool wall(Telling& t) {
    auto id = WallId::fresh(t.clock.now());
    if (!t.room.wall_off_ben(t.founded.secrets.matters[0], id)) return false;
    t.expected.entries.push_back({audit::Action::wall_added, id.bytes, 0, 0});
    return true;
}

bool turn_by(Telling& t, const std::function<Result<strongroom::TurnReport>()>& run) {
    t.expected.turning = true;
    std::vector<Bytes> former = t.expected.erased;
    for (const auto& [path, node] : t.scene.image.names)
        if (path.extension() == ".epoch") former.push_back(*t.scene.image.contents.at(node));
    auto report = run();
    if (!report || !report->pending.empty()) return false;
    t.expected.turning = false;
    t.expected.turned = true;
    t.expected.epoch = report->epoch;
    t.expected.erased = former;
    return true;
}

bool turn(Telling& t) {
    return turn_by(t, [&] { return t.room.firm().turn(); });
}
bool renew(Telling& t) {
    return turn_by(t, [&]() -> Result<strongroom::TurnReport> {
        TRY(auto renewed, t.room.firm().renew());
        return renewed.turn;
    });
}

bool check(Telling& t) {
    t.expected.turning = true;  // where one was cut off, this is what goes on with it
    return t.room.firm().check().has_value();
}

bool scrub(Telling& t) {
    t.expected.turning = true;   // at its end the key set is written anew
    for (int pieces = 0; pieces < 100 && !t.room.firm().scrubbed(); ++pieces)
        if (!t.room.firm().scrub_some()) return false;
    return true;
}

bool checkpoint(Telling& t) {
    auto made = t.room.firm().log().checkpoint_now();
    if (made) t.expected.covered = made->size;
    return made.has_value();
}

bool start(Telling& t) { return t.room.open().has_value(); }
bool stop(Telling& t) { return t.room.firm().stop_cleanly(), true; }

enum class From : std::uint8_t { open, closed, rows_without_bytes, middle_of_a_turn };
struct Story {
    std::string_view name;
    bool (*tell)(Telling&);
    From from = From::open;
    bool longest = false;
};
constexpr Story stories[] = {{"put", put_small},
                             {"put-large", put_large},
                             {"version", version},
                             {"large-version", large_version},
                             {"piece", piece},
                             {"last-piece", last_piece},
                             {"move", move},
                             {"trash", trash_and_restore},
                             {"read", read},
                             {"team", team},
                             {"wall", wall},
                             {"checkpoint", checkpoint},
                             {"turn", turn},
                             {"renew", renew, From::open, true},
                             {"scrub", scrub},
                             {"check", check},
                             {"stop", stop},
                             {"start", start, From::closed},
                             {"recover", start, From::rows_without_bytes},
                             {"recover-turn", check, From::middle_of_a_turn}};

/// Where the faults are, and how.
struct Way {
    std::string_view name;
    bool ports;
    Lasting lasting;
    Problem problem = Problem::unavailable;
    Commits commits = Commits::not_begun;
};
constexpr Way ways[] = {
    {"ports, once", true, Lasting::once},
    {"ports, for ever", true, Lasting::for_ever},
    {"ports, once, the answer to a commit lost", true, Lasting::once, Problem::unavailable, Commits::answer_lost},
    {"disk, once", false, Lasting::once},
    {"disk, for ever", false, Lasting::for_ever},
    {"disk full, for ever", false, Lasting::for_ever, Problem::no_room}};

Image follow(const Image& image, const Trace& trace, std::size_t until, const Cut& cut, Dice& dice) {
    Plates plates(image);
    for (std::size_t i = 0; i < until; ++i) plates.follow(trace[i]);
    return plates.leave(cut, dice);
}
constexpr Cut nothing_lost{.data = 1, .names = 1, .sector = 512, .sizes_kept = true, .garbage = false};
constexpr Cut all_lost{.data = 0, .names = 0, .sector = 512, .sizes_kept = false, .garbage = false};

Scene set(const Founded& founded) {
    Scene before{founded.image, {}, {}, {}, {}}, scene;
    before.expected.ben = false;
    Telling t(founded, before);
    t.room.open().value();
    auto file = [&](std::size_t size, const char* name, DocumentId& id) {
        id = DocumentId::fresh(t.clock.now());
        Paper made{founded.secrets.matters[0], name, false, false, {some(size)}};
        t.room.put(made.matter, id, {.name = name}, *made.versions[0]).value();
        t.expected.papers[id] = {made};
    };
    file(3'000, "small", scene.small);
    file(limits::small_object_bytes_max + 200'000, "large", scene.large);
    file(10, "trashed", scene.trashed);
    t.room.trash(founded.secrets.matters[0], scene.trashed).value();
    t.expected.papers[scene.trashed].front()->trashed = true;
    scene.coming = {UploadId::random(), DocumentId::fresh(t.clock.now()),
                    {founded.secrets.matters[0], "in pieces", false, false, {some(50'000)}}};
    auto& coming = scene.coming;
    t.room.begin_pieces(coming.made.matter, coming.id, coming.upload, {.name = coming.made.name, .size = 50'000}).value();
    coming.offset = t.room.send_piece(coming.made.matter, coming.upload, *coming.made.versions[0], 20'000).value().offset();
    t.expected.coming[coming.upload] = coming;
    t.room.firm().log().checkpoint_now().value();
    t.room.firm().stop_cleanly();
    t.room.shut();
    auto trace = t.disk.take_trace();
    Dice dice(1);
    scene.image = follow(founded.image, trace, trace.size(), nothing_lost, dice);
    scene.expected = t.expected;
    return scene;
}

/// After a cut between the commit of a paper's rows and the sync of its bytes.
Scene without_bytes(const Founded& founded, const Scene& scene) {
    Telling t(founded, scene);
    t.room.open().value();
    t.room.order = Room::Order::rows_first;
    auto id = DocumentId::fresh(t.clock.now());
    t.room.put(founded.secrets.matters[0], id, {.name = "new"}, *some(2'000)).value();
    t.room.shut();
    auto trace = t.disk.take_trace();
    auto batch = std::ranges::find_if(trace, [](const Operation& operation) {
        return operation.act == Act::sync_file && operation.point == number_of(storage::SyncPoint::pack_batch);
    });
    auto left = scene;
    Dice dice(1);
    left.image = follow(scene.image, trace, static_cast<std::size_t>(batch - trace.begin()), all_lost, dice);
    left.expected.papers[id] = {std::nullopt};
    return left;
}

/// After the process was killed between a turn's commit and its erasure.
Scene in_a_turn(const Founded& founded, const Scene& scene) {
    Telling t(founded, scene);
    t.room.open().value();
    auto begun = t.disk.now();
    t.room.firm().turn().value();
    t.room.shut();
    auto trace = t.disk.take_trace();
    auto erased = std::find_if(trace.begin() + static_cast<std::ptrdiff_t>(begun), trace.end(), [](const Operation& operation) {
        return operation.act == Act::sync_file && operation.point == number_of(storage::SyncPoint::slot_overwritten);
    });
    auto left = scene;
    Dice dice(1);
    left.image = follow(scene.image, trace, static_cast<std::size_t>(erased - trace.begin()), nothing_lost, dice);
    left.expected.turning = true;
    return left;
}

struct Tally {
    std::uint64_t tellings = 0, failed = 0;
};

/// One telling with the n-th call failing; false: the story was over before.
bool tell(const Founded& founded, const Scene& scene, const Story& story, const Way& way, std::uint64_t nth, Tally& tally) {
    seed_random((3ull << 40) + nth);
    Faults faults;
    Telling t(founded, scene);
    (way.ports ? t.room.port_faults : t.disk.faults) = &faults;
    if (story.from != From::closed && story.from != From::rows_without_bytes) {
        t.room.open().value();
        if (story.from == From::middle_of_a_turn)  // two checks pass before the slots may be touched
            for (int i = 0; i < 2; ++i) t.room.firm().check().value();
    }
    faults.fail_at(nth, way.lasting, way.problem, way.commits);
    bool done = story.tell(t);
    bool reached = faults.calls() >= nth;
    if (way.lasting == Lasting::once) {
        faults.none();
        // The same process goes on where it can: a store that may be half written refuses.
        if (story.from == From::open) static_cast<void>(put_small(t));
    }
    t.room.shut();
    faults.none();
    ++tally.tellings;
    tally.failed += !done;
    auto trace = t.disk.take_trace();
    // The process ends; half of the time the power fails as well, with all that the fault kept from being synced.
    Dice dice(nth * std::size(ways) + static_cast<std::size_t>(&way - ways));
    auto image = follow(scene.image, trace, trace.size(), dice() % 2 ? nothing_lost : Cut::draw(dice), dice);
    if (auto lost = judge(image, founded, t.expected)) {
        std::printf("%s, %s, call %llu (%s): LOST %s\n", std::string(story.name).c_str(), std::string(way.name).c_str(),
                    static_cast<unsigned long long>(nth), done ? "acknowledged" : "refused", lost->c_str());
        std::fflush(stdout);
        std::exit(1);
    }
    return reached;
}

int sweep(const Founded& founded, std::string_view only, std::uint64_t only_nth, bool all) {
    auto scene = set(founded), unwritten = without_bytes(founded, scene), turning = in_a_turn(founded, scene);
    for (const auto& story : stories) {
        if (!only.empty() && only != story.name) continue;
        const auto& from = story.from == From::rows_without_bytes ? unwritten
                           : story.from == From::middle_of_a_turn ? turning
                                                                  : scene;
        Tally tally;
        for (const auto& way : ways) {
            if (only_nth > 0) {
                tell(founded, from, story, way, only_nth, tally);
                continue;
            }
            std::uint64_t nth = 1;
            while (tell(founded, from, story, way, nth, tally)) nth += story.longest && !way.ports && !all ? 3 : 1;
            require(nth > 1, "a story without a call");
        }
        std::printf("%-13s %5llu tellings, %5llu of them refused: nothing lost, nothing unrecorded\n",
                    std::string(story.name).c_str(), static_cast<unsigned long long>(tally.tellings),
                    static_cast<unsigned long long>(tally.failed));
        std::fflush(stdout);
    }
    return 0;
}

int run(std::span<char*> arguments) {
    if (auto ready = crypto::start(); !ready) return std::fprintf(stderr, "%s\n", ready.error().text().c_str()), 1;
    std::string_view only = arguments.size() > 1 ? arguments[1] : "";
    bool all = only == "--all";
    if (all) only = "";
    if (arguments.size() < 3) quiet();
    std::uint64_t nth = 0;
    if (arguments.size() > 2) {
        std::string_view number = arguments[2];
        std::from_chars(number.data(), number.data() + number.size(), nth);
    }
    seed_random(0);
    auto begun = std::chrono::steady_clock::now();
    ManualClock clock;
    auto founded = found(clock);
    auto code = sweep(founded, only, nth, all);
    std::printf("%.1f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    return code;
}

}  // namespace
}  // namespace muniment::powercut

int main(int count, char** arguments) { return muniment::powercut::run(std::span(arguments, static_cast<std::size_t>(count))); }

// SPDX-License-Identifier: Apache-2.0
#include "play.hpp"

#include <thread>

#include "keys/slot_files.hpp"

namespace muniment::powercut {
namespace {

using strongroom::PaperView;

constexpr int acts_least = 14, acts_more = 16;

class Life {
  public:
    Life(const Founded& founded, std::uint64_t seed)
        : founded_(founded), crowded_(seed % 8 == 7), dice_(seed), disk_(founded.image), room_(disk_, founded.secrets, clock_) {}

    Played live() {
        must("start", room_.open());
        auto acts = acts_least + static_cast<int>(dice_() % acts_more);
        for (int i = 0; i < acts; ++i) {
            room_.order = static_cast<Room::Order>(dice_() % 3);
            clock_.advance(std::chrono::seconds(1));
            act();
            // What the committer does behind an acknowledged commit is done when the next one is.
            must("quiet", room_.records().commit([](storage::RecordWriter&) { return Result<void>{}; }));
        }
        if (dice_() % 2) room_.firm().stop_cleanly();
        room_.shut();
        played_.trace = disk_.take_trace();
        return std::move(played_);
    }

  private:
    void act() {
        struct Kind {
            unsigned weight;
            void (Life::*does)();
        };
        static constexpr Kind kinds[] = {{9, &Life::file_small}, {2, &Life::file_large},    {4, &Life::add_version},
                                         {3, &Life::move},       {2, &Life::trash},         {2, &Life::restore},
                                         {2, &Life::folder},     {2, &Life::read},          {3, &Life::checkpoint},
                                         {2, &Life::turn},       {2, &Life::look_at_slots}, {2, &Life::team},
                                         {2, &Life::cut_off},    {1, &Life::close_pack},    {1, &Life::copy},
                                         {2, &Life::restart},    {2, &Life::file_together}, {4, &Life::send_piece},
                                         {1, &Life::renew},      {1, &Life::scrub}};
        unsigned all = 0;
        for (const auto& kind : kinds) all += kind.weight;
        auto drawn = static_cast<unsigned>(dice_() % all);
        for (const auto& kind : kinds) {
            if (drawn < kind.weight) return (this->*kind.does)();
            drawn -= kind.weight;
        }
    }

    // ---- papers ----

    void file_small() { file(pick({0, 1, 300, 4'000, 20'000, 90'000, 250'000})); }
    void file_large() { file(limits::small_object_bytes_max + 1 + dice_() % 200'000); }
    void file(std::size_t size) {
        auto begun = say("file");
        auto made = paper(size);
        auto id = DocumentId::fresh(clock_.now());
        must("put", room_.put(made.matter, id, {.name = made.name}, *made.versions[0]));
        acknowledge(id, made, begun, audit::Action::paper_added, 1);
    }
    /// As several people do at the same moment: their rows share commits, their bytes share batches.
    void file_together() {
        if (!crowded_) return file_small();
        auto begun = say("file together");
        room_.order = Room::Order::bytes_first;
        std::vector<std::jthread> people;
        std::mutex mutex;
        for (int i = 0; i < 4; ++i) {
            auto made = paper(pick({1, 2'000, 30'000}));
            auto id = DocumentId::fresh(clock_.now());
            people.emplace_back([&, made, id] {
                must("put", room_.put(made.matter, id, {.name = made.name}, *made.versions[0]));
                std::lock_guard held(mutex);
                acknowledge(id, made, begun, audit::Action::paper_added, 1);
            });
        }
    }
    void add_version() {
        auto* found = any([](const Paper& p) { return !p.folder && !p.trashed; });
        if (!found) return;
        auto begun = say("add a version");
        auto [id, made] = *found;
        made.versions.push_back(content(pick({10, 5'000, 100'000, limits::small_object_bytes_max + 70'000})));
        must("version", room_.put_version(made.matter, id, *made.versions.back()));
        acknowledge(id, made, begun, audit::Action::version_added, made.versions.size());
    }
    void move() {
        auto* found = any([](const Paper& p) { return !p.folder && !p.trashed; });
        if (!found) return;
        auto begun = say("move");
        auto [id, made] = *found;
        auto from = made.matter;
        if (dice_() % 2) made.matter = other(from);
        made.name = "moved " + std::to_string(++names_);
        must("move", room_.move(from, id, {{}, made.name}, made.matter));
        acknowledge(id, made, begun, audit::Action::paper_moved, 0);
    }
    void trash() { set_trashed(true, "trash", &Room::trash, audit::Action::paper_trashed); }
    void restore() { set_trashed(false, "restore", &Room::restore, audit::Action::paper_restored); }
    void set_trashed(bool trashed, const char* what, Result<void> (Room::*how)(MatterId, DocumentId), audit::Action action) {
        auto* found = any([&](const Paper& p) { return !p.folder && p.trashed != trashed; });
        if (!found) return;
        auto begun = say(what);
        auto [id, made] = *found;
        made.trashed = trashed;
        must(what, (room_.*how)(made.matter, id));
        acknowledge(id, made, begun, action, 0);
    }
    void folder() {
        auto begun = say("make a folder");
        Paper made{matter(), "folder " + std::to_string(++names_), true, false, {}};
        auto id = DocumentId::fresh(clock_.now());
        must("folder", room_.add_folder(made.matter, id, made.name));
        acknowledge(id, made, begun, audit::Action::folder_added, 0);
    }
    void read() {
        auto* found = any([](const Paper& p) { return !p.folder && !p.trashed; });
        if (!found) return;
        say("read");
        auto& [id, paper] = *found;
        auto before = room_.records().entry_count().value();
        auto version = static_cast<std::uint32_t>(paper.versions.size());
        auto got = must("get", room_.get(paper.matter, id, version));
        require(got == *paper.versions.back(), "what was filed is not what is read, without any cut");
        played_.entries.push_back({audit::Action::paper_opened, id.bytes, version, disk_.now()});
        await_entries(before + 2);
    }
    void cut_off() {
        say("begin and drop");
        auto before = room_.records().entry_count().value();
        must("cut off", room_.begin_and_drop(matter(), *content(pick({3'000, limits::small_object_bytes_max + 9'000}))));
        await_entries(before + 1);
    }
    void close_pack() {
        say("close the pack");
        must("close", room_.stores().packs->close());
    }

    /// One piece at a time, whatever happens between two of them.
    void send_piece() {
        if (!coming_) {
            say("begin a paper in pieces");
            coming_ = Piece{UploadId::random(), DocumentId::fresh(clock_.now()), paper(pick({3'000, 120'000, 1'400'000}))};
            auto size = coming_->made.versions[0]->size();
            must("begin", room_.begin_pieces(coming_->made.matter, coming_->id, coming_->upload,
                                             {.name = coming_->made.name, .size = size}));
        } else {
            auto begun = say("send a piece");
            const auto& whole = *coming_->made.versions[0];
            auto now = must("piece", room_.send_piece(coming_->made.matter, coming_->upload, whole, whole.size() / 3 + 1));
            coming_->offset = now.offset();
            if (now.filed) acknowledge(coming_->id, coming_->made, begun, audit::Action::paper_added, 1);
        }
        coming_->done = disk_.now();
        played_.pieces.push_back(*coming_);
        if (coming_->offset == coming_->made.versions[0]->size()) coming_.reset();
    }

    // ---- all else ----

    void checkpoint() {
        auto begun = say("checkpoint");
        auto made = must("checkpoint", room_.firm().log().checkpoint_now());
        note({Fact::checkpoint, begun, disk_.now(), made.size, {}, {}});
    }
    void turn() {
        turn_by("turn", [&] { return must("turn", room_.firm().turn()); });
    }
    void renew() {
        turn_by("renew all keys", [&] { return must("renew", room_.firm().renew()).turn; });
    }
    void turn_by(const char* what, const std::function<strongroom::TurnReport()>& run) {
        auto begun = say(what);
        std::vector<Bytes> before;
        for (auto* slot : room_.stores().slot_list()) {
            for (const auto& name : slot->list().value())
                if (name.ends_with(".epoch")) before.push_back(slot->get(name).value());
        }
        if (!room_.firm().slots().may_touch()) look_at_slots(), look_at_slots();
        auto report = run();
        require(report.pending.empty(), "a slot is pending, without any cut");
        note({Fact::turned, begun, disk_.now(), report.epoch, {}, std::move(before)});
    }
    /// In the small pieces of the server, to the end; one of the last hours is enough, so in each life the first does something.
    void scrub() {
        say("scrub");
        for (int pieces = 0; !room_.firm().scrubbed() && pieces < 100; ++pieces) must("scrub", room_.firm().scrub_some());
    }
    void look_at_slots() {
        say("look at the slots");
        must("check", room_.firm().check());
    }
    void team() {
        auto begun = say("change the team");
        ben_ = !ben_;
        must("team", room_.set_ben(founded_.secrets.matters[0], ben_));
        note({ben_ ? Fact::ben_on_team : Fact::ben_off_team, begun, disk_.now(), 0, {}, {}});
    }
    void copy() {
        auto begun = say("copy the database");
        Path path = "/data/copy-" + std::to_string(++names_);
        auto entries = room_.records().entry_count().value();
        must("copy", room_.records().copy_to(path));
        note({Fact::copied, begun, disk_.now(), entries, path, {}});
    }
    void restart() {
        say("stop and start");
        if (dice_() % 2) room_.firm().stop_cleanly();
        room_.shut();
        must("start", room_.open());
    }

    // ---- what is drawn ----

    std::size_t pick(std::initializer_list<std::size_t> sizes) { return sizes.begin()[dice_() % sizes.size()]; }
    MatterId matter() { return founded_.secrets.matters[dice_() % 2]; }
    MatterId other(MatterId of) const { return founded_.secrets.matters[of == founded_.secrets.matters[0] ? 1 : 0]; }
    Content content(std::size_t size) {
        Bytes bytes(size);
        std::minstd_rand cheap(static_cast<unsigned>(dice_() | 1));
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(cheap() >> 16);
        return std::make_shared<const Bytes>(std::move(bytes));
    }
    Paper paper(std::size_t size) { return {matter(), "paper " + std::to_string(++names_), false, false, {content(size)}}; }
    std::pair<DocumentId, Paper>* any(const std::function<bool(const Paper&)>& fits) {
        std::vector<std::pair<DocumentId, Paper>*> found;
        for (auto& each : papers_)
            if (fits(each.second)) found.push_back(&each);
        return found.empty() ? nullptr : found[dice_() % found.size()];
    }

    // ---- what is remembered ----

    std::size_t say(const std::string& what) {
        played_.story.emplace_back(disk_.now(), what);
        return disk_.now();
    }
    void acknowledge(DocumentId id, const Paper& now, std::size_t begun, audit::Action action, std::uint64_t number) {
        auto done = disk_.now();
        played_.changes.push_back({id, now, begun, done});
        played_.entries.push_back({action, id.bytes, number, done});
        for (auto& [known, paper] : papers_)
            if (known == id) return static_cast<void>(paper = now);
        papers_.emplace_back(id, now);
    }
    void note(Fact fact) { played_.facts.push_back(std::move(fact)); }
    /// Outcomes are written behind the answer: a seed leads to the same trace only where nothing else is done meanwhile.
    void await_entries(std::uint64_t count) {
        for (int tries = 0; tries < 5'000 && room_.records().entry_count().value() < count; ++tries)
            std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    template <class T>
    T must(const char* what, Result<T> result) {
        if (!result) die(std::string("without any cut, ") + what + ": " + result.error().text());
        if constexpr (!std::is_void_v<T>) return *std::move(result);
    }

    const Founded& founded_;
    bool crowded_;   ///< several people file at the same moment: threads decide, and a seed does not tell everything
    Dice dice_;
    ManualClock clock_;
    LiveDisk disk_;
    Room room_;
    Played played_;
    std::vector<std::pair<DocumentId, Paper>> papers_;
    std::optional<Piece> coming_;
    bool ben_ = false;
    int names_ = 0;
};

}  // namespace

Played play(const Founded& founded, std::uint64_t seed) { return Life(founded, seed).live(); }

}  // namespace muniment::powercut

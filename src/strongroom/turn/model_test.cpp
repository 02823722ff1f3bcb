// SPDX-License-Identifier: Apache-2.0
// The turn of the epoch held against its model: walks that tests/model/walks.py takes through the model's states (turns that are killed
// after each step, slots that go away, the database put back to what it was) are taken with the program, over rows and slots in
// memory, and after each of them both must stand at the same place.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "strongroom/firm_test.hpp"
#include "strongroom/turn/key_set.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

/// Thrown where the process would be killed.
struct Killed {};

/// Counts what the model can see of a turn, and kills the process after so many of it.
struct Killer {
    int left = 0;
    void seen() {
        if (left > 0 && --left == 0) throw Killed{};
    }
};

class SimulatedSlot final : public storage::Slot {
  public:
    SimulatedSlot(std::string name, Killer& killer) : name_(std::move(name)), killer_(killer) {}
    std::map<std::string, Bytes, std::less<>> files;
    std::string name() const override { return name_; }
    Result<std::vector<std::string>> list() override {
        std::vector<std::string> names;
        for (const auto& [file, content] : files) names.push_back(file);
        return names;
    }
    Result<Bytes> get(std::string_view file) override {
        auto at = files.find(file);
        return at == files.end() ? Result<Bytes>(fail(Problem::not_found)) : at->second;
    }
    Result<void> put(std::string_view file, View content, storage::Replace replace) override {
        bool there = files.contains(file);
        if (there && replace == storage::Replace::no) return fail(Problem::conflict, "it is there");
        files[std::string(file)] = bytes(content);
        if (file.ends_with(".epoch")) killer_.seen();
        return {};
    }
    /// The model leaves a slot with one key in one step: what counts is the last file that goes.
    Result<void> erase(std::string_view file) override {
        files.erase(std::string(file));
        if (keys() == 1) killer_.seen();
        return {};
    }
    std::ptrdiff_t keys() const {
        return std::ranges::count_if(files, [](const auto& each) { return each.first.ends_with(".epoch"); });
    }

  private:
    std::string name_;
    Killer& killer_;
};

class SimulatedKeySets final : public storage::KeySets {
  public:
    explicit SimulatedKeySets(Killer& killer) : killer_(killer) {}
    std::map<std::string, Bytes, std::less<>> files;
    std::string name() const override { return "a site"; }
    Result<void> put(std::string_view file, View content) override {
        bool there = files.contains(file);
        files[std::string(file)] = bytes(content);
        if (!there) killer_.seen();
        return {};
    }
    Result<Bytes> get(std::string_view file) override {
        auto at = files.find(file);
        return at == files.end() ? Result<Bytes>(fail(Problem::not_found)) : at->second;
    }
    Result<std::vector<std::string>> list() override {
        std::vector<std::string> names;
        for (const auto& [file, content] : files) names.push_back(file);
        return names;
    }
    Result<void> remove(std::string_view file) override {
        files.erase(std::string(file));
        return {};
    }

  private:
    Killer& killer_;
};

class Program {
  public:
    explicit Program(std::size_t slot_count) : firm_(Store::memory, slot_count) {
        papers_.push_back(firm_.put("one", content(500, 1)).value().id);
        papers_.push_back(firm_.put("two", content(500, 2)).value().id);
        firm_.slots.clear();
        for (std::size_t i = 0; i < slot_count; ++i) {
            auto slot = std::make_unique<SimulatedSlot>(std::to_string(i), killer_);
            slots_.push_back(slot.get());
            firm_.slots.push_back(std::make_unique<PluggedSlot>(std::move(slot)));
            EXPECT_TRUE(firm_.ring->place_epoch(*slots_[i], firm_.root_key));
        }
        firm_.copies.clear();
        auto sets = std::make_unique<SimulatedKeySets>(killer_);
        sets_ = sets.get();
        firm_.copies.push_back(std::move(sets));
        firm_.watch = std::make_unique<SlotWatch>(*firm_.records, firm_.plain_slots(), firm_.ring, *firm_.log);
        EXPECT_TRUE(firm_.watch->claim());
        EXPECT_TRUE(firm_.turn().recover(firm_.root_key)) << "the first key set";
        first_records_ = storage::copy_memory(*firm_.records);
        for (auto* slot : slots_) first_slots_.push_back(slot->files);
        first_sets_ = sets_->files;
    }
    ~Program() { firm_.shut(); }

    /// As it was after the founding.
    void begin() {
        shut();
        firm_.records = storage::copy_memory(*first_records_);
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            slots_[i]->files = first_slots_[i];
            firm_.slots[i]->away = false;
        }
        sets_->files = first_sets_;
        earlier_.clear();
        number_of_.clear();
        know(keys::Ring::needed_mark(*firm_.records).value());
        numbers_ = 1;
        start();
    }

    void act(const std::string& line) {
        std::istringstream words(line);
        std::string what;
        std::size_t number = 0, head = 0;
        words >> what >> number >> head;
        if (what == "turn") kill_after(number, [&] { turn(); });
        else if (what == "recover") kill_after(number, [&] { recover(); });
        else if (what == "away") away(number, true);
        else if (what == "back") away(number, false);
        else if (what == "fall") fall(number, head);
        else if (what == "restore") restore();
        else FAIL() << "what is " << line;
    }

    /// In the words of the walk.
    std::string stands() {
        std::ostringstream out;
        out << "= head " << know(keys::Ring::needed_mark(*firm_.records).value()) << " slots ";
        for (std::size_t i = 0; i < slots_.size(); ++i) out << (i ? "/" : "") << marks_in(slots_[i]->files, ".epoch");
        return out.str();
    }
    std::string sets() { return marks_in(sets_->files, ".keys"); }
    std::string standing() { return std::string(name_of(firm_.standing().standing)); }
    /// What opens: everything, as long as it stands as the living firm.
    void expect_papers() {
        if (!firm_.papers) return;
        for (std::size_t i = 0; i < papers_.size(); ++i) {
            auto read = firm_.get(papers_[i]);
            ASSERT_TRUE(read) << why(read);
            EXPECT_EQ(*read, content(500, static_cast<std::uint32_t>(i + 1)));
        }
    }
    bool serves() const { return firm_.watch != nullptr; }

  private:
    void shut() {
        firm_.close_strongroom();
        firm_.close();
    }
    /// As `muniment serve` does; then two checks go by.
    void start() {
        shut();
        if (refusal(firm_.standing())) return;
        auto opened = firm_.open();
        ASSERT_TRUE(opened) << why(opened);
        // An older database knows nothing of our session; what is asked here is whether keys open.
        firm_.gate->ask_of_sessions({});
        for (int i = 0; i < SlotWatch::checks_needed; ++i) static_cast<void>(firm_.watch->check());
    }
    void kill_after(std::size_t steps, const std::function<void()>& what) {
        killer_.left = static_cast<int>(steps);
        try {
            what();
        } catch (const Killed&) {
            firm_.clock.advance(TurnToken::idle_max);
            start();
        }
        killer_.left = 0;
    }
    void turn() {
        if (!serves()) return start();
        firm_.tamper([&](storage::RecordWriter& writer) { return writer.put_single("stale/" + to_hex(View(firm_.matter)), {1, {}}); });
        std::unique_ptr<storage::Records> before;
        auto head = know(firm_.ring->mark());
        auto probe = [&](TurnStep step) {
            if (step == TurnStep::checked) before = storage::copy_memory(*firm_.records);
            if (step != TurnStep::committed) return;
            earlier_[{number(), head}] = std::move(before);
            numbers_of_head_[firm_.ring->mark()] = ++numbers_;
            killer_.seen();
        };
        static_cast<void>(firm_.turn(probe).run(firm_.root_key));   // whether it could is what the walk tells
    }
    std::size_t number() const { return numbers_; }
    void recover() {
        if (!serves()) return start();
        static_cast<void>(firm_.turn().recover(firm_.root_key));
    }
    void away(std::size_t slot, bool is) {
        firm_.slots[slot]->away = is;
        // A slot that was away when the firm was adopted is adopted when it is back.
        bool other = !is && serves() && firm_.watch->report()[slot].state == SlotState::anothers;
        if (other) adopt_again();
        start();
    }
    void fall(std::size_t number, std::size_t head) {
        auto at = earlier_.find({number, head});
        ASSERT_NE(at, earlier_.end()) << "a state that the program never had: " << number << ", head " << head;
        shut();
        auto fallen = std::move(at->second);
        earlier_[{numbers_, know(keys::Ring::needed_mark(*firm_.records).value())}] = std::move(firm_.records);
        firm_.records = std::move(fallen);
        numbers_ = number;
        firm_.clock.advance(TurnToken::idle_max);
        start();
    }
    void adopt_again() {
        shut();
        auto adopted = adopt(firm_.places(), firm_.root_key, firm_.firm);
        ASSERT_TRUE(adopted) << why(adopted);
    }
    void restore() {
        shut();
        auto adopted = adopt(firm_.places(), firm_.root_key, firm_.firm);
        ASSERT_TRUE(adopted) << why(adopted);
        EXPECT_TRUE(adopted->restored) << "it was older";
        EXPECT_TRUE(adopted->scrub.sound());
        auto at = numbers_of_head_.find(keys::Ring::needed_mark(*firm_.records).value());
        if (at != numbers_of_head_.end()) numbers_ = at->second;
        start();
    }

    /// Marks by the order in which they came up: those of the model.
    std::size_t know(const keys::Mark& mark) { return number_of_.try_emplace(mark, number_of_.size() + 1).first->second; }
    std::string marks_in(const std::map<std::string, Bytes, std::less<>>& files, std::string_view ending) {
        std::set<std::size_t> found;
        for (const auto& [name, content] : files) {
            if (!name.ends_with(ending)) continue;
            keys::Mark mark;
            auto raw = from_hex(std::string_view(name).substr(0, 64)).value();
            std::ranges::copy(raw, mark.begin());
            found.insert(know(mark));
        }
        std::string text;
        for (auto each : found) text += (text.empty() ? "" : ",") + std::to_string(each);
        return text.empty() ? "-" : text;
    }

    Killer killer_;
    Firm firm_;
    std::vector<DocumentId> papers_;
    std::vector<SimulatedSlot*> slots_;
    SimulatedKeySets* sets_ = nullptr;
    std::unique_ptr<storage::Records> first_records_;
    std::vector<std::map<std::string, Bytes, std::less<>>> first_slots_;
    std::map<std::string, Bytes, std::less<>> first_sets_;
    std::map<std::pair<std::size_t, std::size_t>, std::unique_ptr<storage::Records>> earlier_;   ///< by number and head
    std::map<keys::Mark, std::size_t> number_of_, numbers_of_head_;
    std::size_t numbers_ = 1;
};

/// The walk's lines; the environment asks for more of them (`./test deep`).
std::vector<std::string> walks(std::size_t slot_count, int count) {
    if (const char* more = std::getenv("MUNIMENT_WALKS")) count = std::atoi(more);
    auto command = "python3 " MUNIMENT_SOURCE_DIR "/tests/model/walks.py 1 " + std::to_string(count) + " " + std::to_string(slot_count);
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::vector<std::string> lines;
    std::array<char, 256> line;
    while (pipe && std::fgets(line.data(), line.size(), pipe.get())) {
        std::string text(line.data());
        while (text.ends_with('\n')) text.pop_back();
        lines.push_back(text);
    }
    return lines;
}

/// Of "1,2".
std::set<std::size_t> marks_of(const std::string& text) {
    std::set<std::size_t> found;
    std::istringstream words(text);
    for (std::string each; std::getline(words, each, ',');)
        if (each != "-") found.insert(std::stoul(each));
    return found;
}

class Model : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Model, AndProgramStandAtTheSamePlaceAfterEachStep) {
    auto lines = walks(GetParam(), 60);
    ASSERT_GT(lines.size(), 1'000u);
    Program program(GetParam());
    std::string walked;
    std::size_t older = 0;
    for (const auto& line : lines) {
        if (line.starts_with("walk")) {
            walked = line;
            program.begin();
        } else if (!line.starts_with("=")) {
            walked += "\n" + line;
            program.act(line);
        } else {
            // "= head 2 slots 2/2/1 sets 1,2 living": the model keeps former key sets, which open nothing any more.
            SCOPED_TRACE(walked + "\n" + line);
            auto sets_at = line.find(" sets ");
            auto standing_at = line.rfind(' ');
            auto sets = line.substr(sets_at + 6, standing_at - sets_at - 6);
            ASSERT_EQ(program.stands(), line.substr(0, sets_at));
            auto ours = marks_of(program.sets()), theirs = marks_of(sets);
            auto standing = program.standing(), meant = line.substr(standing_at + 1);
            // Where only a slot is in reach that a turn has not come to yet, a former key set tells the model that the firm is not gone.
            if (meant == "older" && ours != theirs) ASSERT_TRUE(standing == "older" || standing == "keyless") << standing;
            else ASSERT_EQ(standing, meant);
            ASSERT_TRUE(std::ranges::includes(theirs, ours)) << program.sets();
            ASSERT_TRUE(theirs.empty() || ours.contains(*theirs.rbegin())) << "the newest key set is missing: " << program.sets();
            older += line.ends_with("older");
            program.expect_papers();
            if (::testing::Test::HasFatalFailure()) return;
        }
    }
    EXPECT_GT(older, 20u) << "the walks go where it matters";
}

INSTANTIATE_TEST_SUITE_P(Slots, Model, ::testing::Values(2, 3), [](const auto& info) { return std::to_string(info.param) + "slots"; });

}  // namespace
}  // namespace muniment::strongroom

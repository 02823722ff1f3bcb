// SPDX-License-Identifier: Apache-2.0
// What the operations of the log cost as it grows: the seeder writes entries straight into the store up to each size, then each
// operation is timed. "Grows no faster than the logarithm" is a ratio of two such lines.
// Prints one JSON object a line: {"name", "entries", "value", "unit"}.
//
//   log_growth FOLDER|postgresql://… SIZE…         sizes ascending, for example 1000000 10000000 30000000; 0.7 GB a million
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>

#include "audit/audit.hpp"
#include "base/random.hpp"
#include "storage/open.hpp"
#include "must.hpp"

namespace {

using namespace muniment;
using Steady = std::chrono::steady_clock;
constexpr std::uint64_t batch = 20'000, subjects_known = 5'000;
constexpr int writers_count = 64, asked = 200;

double seconds_since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }
void print(const char* name, std::uint64_t entries, double value, const char* unit) {
    std::printf("{\"name\": \"%s\", \"entries\": %llu, \"value\": %.2f, \"unit\": \"%s\"}\n", name,
                static_cast<unsigned long long>(entries), value, unit);
    std::fflush(stdout);
}

class Growth {
  public:
    explicit Growth(std::string_view where) {
        records_ = where.starts_with("postgresql://")
                       ? must(storage::open_postgresql(std::string(where), {.schema = "bench-" + to_uuid_text(new_random_id())}))
                       : must(storage::open_sqlite(std::string(where) + "/growth.db"));
        must(records_->commit([&](storage::RecordWriter& writer) -> Result<void> {
            TRY(ring_, keys::Ring::found_in(writer, FirmId::random(), keys::EpochKey::random()));
            return audit::Log::found_in(writer, *ring_);
        }));
        for (auto& each : matters_) each = MatterId::random();
    }

    void to(std::uint64_t size) {
        seed(size);
        auto begin = Steady::now();
        auto log = must(audit::Log::open(*records_, ring_, clock_, {.start_sequencer = false}));
        print("open", size, 1e3 * seconds_since(begin), "ms");
        begin = Steady::now();
        static_cast<void>(must(log->checkpoint_now()));
        print("integrate", size, 1e6 * seconds_since(begin) / static_cast<double>(size - std::exchange(integrated_, size)), "us/entry");
        begin = Steady::now();
        static_cast<void>(must(log->find(matters_.front().bytes, UINT64_MAX, 100)));
        print("index", size, 1e6 * seconds_since(begin) / static_cast<double>(size - std::exchange(indexed_, size)), "us/entry");
        print("find_100_of_a_matter", size, median_us([&] { static_cast<void>(must(log->find(any_matter(), UINT64_MAX, 100))); }), "us");
        print("newest_100", size, median_us([&] { static_cast<void>(must(log->find(std::nullopt, UINT64_MAX, 100))); }), "us");
        print("prove", size, median_us([&] { static_cast<void>(must(log->prove(random_below(size)))); }), "us");
        print("record_one_writer", size, median_us([&] { static_cast<void>(must(log->record(draft()))); }), "us");
        print("checkpoint_after_one", size, median_us([&] {
                  static_cast<void>(must(log->record(draft())));
                  static_cast<void>(must(log->checkpoint_now()));
              }), "us");
        log.reset();
        log = must(audit::Log::open(*records_, ring_, clock_));
        print("durable_64_writers", size, durable_per_second(*log), "entries/s");
    }

  private:
    void seed(std::uint64_t size) {
        auto count = [&] { return must(records_->entry_count()); };
        auto begin = Steady::now();
        auto before = count();
        for (auto have = before; have < size; have = count())
            must(records_->commit([&](storage::RecordWriter& writer) -> Result<void> {
                for (std::uint64_t i = 0; i < std::min(batch, size - have); ++i) {
                    auto entry = leaf();
                    random_fill(entry.id.bytes);
                    storage::EntryRow row{0, entry.encode(), storage::OwnerKind::firm, ring_->firm().bytes, Bytes(112)};
                    TRY([[maybe_unused]] auto at, writer.append_entry(row));
                }
                return {};
            }));
        print("seeded", size, static_cast<double>(size - before) / seconds_since(begin), "entries/s");
    }

    static std::uint64_t random_below(std::uint64_t bound) {
        std::array<std::uint8_t, 8> raw = random_bytes<8>();
        std::uint64_t number = 0;
        for (auto byte : raw) number = number << 8 | byte;
        return number % bound;
    }
    Id16 any_matter() const { return matters_[random_below(subjects_known)].bytes; }
    audit::Leaf leaf() const {
        auto matter = any_matter();
        return {.id = EntryId::fresh(clock_.now()), .at = clock_.now(), .action = audit::Action::paper_opened,
                .outcome = audit::Outcome::permitted, .person = person_, .session = session_, .request = RequestId::random(),
                .subjects = {{audit::SubjectKind::matter, matter}, {audit::SubjectKind::document, DocumentId::random().bytes}}};
    }
    audit::Draft draft() const {
        return audit::Draft(leaf(), bytes(R"({"purpose":"view","from":"192.0.2.17"})"),
                            {storage::OwnerKind::firm, ring_->firm().bytes, ring_->firm_details()});
    }

    static double median_us(const std::function<void()>& operation) {
        std::vector<double> took;
        for (int i = 0; i < asked; ++i) {
            auto begin = Steady::now();
            operation();
            took.push_back(1e6 * seconds_since(begin));
        }
        std::ranges::nth_element(took, took.begin() + asked / 2);
        return took[asked / 2];
    }

    double durable_per_second(audit::Log& log) {
        constexpr std::uint64_t each = 1'500;
        auto begin = Steady::now();
        {
            std::vector<std::jthread> writers;
            for (int i = 0; i < writers_count; ++i)
                writers.emplace_back([&] {
                    for (std::uint64_t n = 0; n < each; ++n) static_cast<void>(must(log.record(draft())));
                });
        }
        return static_cast<double>(each * writers_count) / seconds_since(begin);
    }

    SystemClock clock_;
    PersonId person_ = PersonId::random();
    SessionId session_ = SessionId::random();
    std::array<MatterId, subjects_known> matters_;
    std::unique_ptr<storage::Records> records_;
    std::shared_ptr<keys::Ring> ring_;
    std::uint64_t integrated_ = 0, indexed_ = 0;
};

}  // namespace

int main(int count, char** words) {
    require(count >= 3, "log_growth FOLDER|postgresql://... SIZE...");
    Growth growth(words[1]);
    for (int i = 2; i < count; ++i) growth.to(std::strtoull(words[i], nullptr, 10));
}

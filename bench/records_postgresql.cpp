// SPDX-License-Identifier: Apache-2.0
// How many entries of the log a second become durable in PostgreSQL with 64 writers, and how long a commit of one takes.
// Prints one JSON object a line: {"name", "value", "unit"}. bench/strongroom puts pgbench's rate of inserts beside it.
//
//   records_postgresql ADDRESS
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "audit/audit.hpp"
#include "storage/open.hpp"

namespace {

using namespace muniment;
using Steady = std::chrono::steady_clock;
constexpr auto measured = std::chrono::seconds(5);
constexpr int writers_count = 64;

void print(const char* name, double value, const char* unit) {
    std::printf("{\"name\": \"%s\", \"value\": %.2f, \"unit\": \"%s\"}\n", name, value, unit);
    std::fflush(stdout);
}
double seconds_since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

/// Entries as an opened paper leaves them: sealed, hashed, two subjects.
double durable_per_second(audit::Log& log, const keys::Ring& ring, int writers) {
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> written{0};
    auto begin = Steady::now();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < writers; ++i)
            threads.emplace_back([&] {
                auto matter = MatterId::random();
                while (!stop) {
                    audit::Leaf leaf{.action = audit::Action::paper_opened, .outcome = audit::Outcome::permitted,
                                     .person = PersonId::random(), .session = SessionId::random(), .request = RequestId::random(),
                                     .subjects = {{audit::SubjectKind::matter, matter.bytes},
                                                  {audit::SubjectKind::document, matter.bytes}}};
                    audit::Draft draft(std::move(leaf), bytes(R"({"purpose":"view","from":"192.0.2.17"})"),
                                       {storage::OwnerKind::firm, ring.firm().bytes, ring.firm_details()});
                    auto durable = log.record(std::move(draft));
                    require(durable.has_value(), durable ? "" : durable.error().detail);
                    written.fetch_add(1, std::memory_order_relaxed);
                }
            });
        std::this_thread::sleep_for(measured);
        stop = true;
    }
    return static_cast<double>(written) / seconds_since(begin);
}

}  // namespace

int main(int count, char** words) {
    require(count == 2, "records_postgresql ADDRESS");
    auto opened = storage::open_postgresql(words[1], {.schema = "bench-" + to_uuid_text(new_random_id())});
    require(opened.has_value(), opened ? "" : opened.error().detail);
    auto records = *std::move(opened);
    std::shared_ptr<keys::Ring> ring;
    auto founded = records->commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(ring, keys::Ring::found_in(writer, FirmId::random(), keys::EpochKey::random()));
        return audit::Log::found_in(writer, *ring);
    });
    require(founded.has_value(), "not founded");
    SystemClock clock;
    {
        auto log = audit::Log::open(*records, ring, clock, {.start_sequencer = false}).value();
        print("postgresql_one_writer_per_second", durable_per_second(*log, *ring, 1), "entries/s");
        print("postgresql_durable_per_second_without_sequencer", durable_per_second(*log, *ring, writers_count), "entries/s");
    }
    auto log = audit::Log::open(*records, ring, clock).value();
    print("postgresql_durable_per_second", durable_per_second(*log, *ring, writers_count), "entries/s");
}

// SPDX-License-Identifier: Apache-2.0
// What a decision costs: a firm of 500 people, 50 groups, 5,000 matters with ten grants each and 200 walls, random pairs, while a
// writer changes grants 100 times a second. Prints JSON lines {"name", "value", "unit"}.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "access/decide/conflicts.hpp"
#include "access/decide/decide.hpp"
#include "access/decide/policy_cell.hpp"

using namespace muniment;
using namespace muniment::access;

namespace {

constexpr std::size_t people = 500, groups = 50, matters = 5'000, clients = 800, grants_each = 10, walls = 200;
constexpr Instant now{1'000'000};

template <class T>
T id(std::size_t n) {
    std::mt19937_64 engine(n + 1);
    T out;
    for (std::size_t at : {0, 8}) {
        auto word = engine();
        std::memcpy(out.bytes.data() + at, &word, sizeof word);
    }
    return out;
}

void print(const char* name, double value, const char* unit) {
    std::printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s\"}\n", name, value, unit);
}

double micros_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

struct Dice {
    std::mt19937_64 engine{42};
    std::size_t below(std::size_t n) { return engine() % n; }
    Grantee grantee() { return below(5) ? Grantee(id<PersonId>(below(people))) : Grantee(id<GroupId>(below(groups))); }
    Grant grant() { return {id<MatterId>(below(matters)), grantee(), all_team_roles()[below(3)], std::nullopt}; }
};

Facts firm(Dice& dice) {
    Facts f;
    for (std::size_t i = 0; i < people; ++i) f.people.push_back({id<PersonId>(i), 1, true, {FirmRole::lawyer}, {}});
    for (std::size_t i = 0; i < groups; ++i) {
        Group group{id<GroupId>(i), 1, {}};
        for (int n = 0; n < 15; ++n) group.members.push_back(id<PersonId>(dice.below(people)));
        f.groups.push_back(std::move(group));
    }
    for (std::size_t i = 0; i < matters; ++i) {
        f.matters.push_back({id<MatterId>(i), id<ClientId>(dice.below(clients)), MatterState::open, 1});
        for (std::size_t n = 0; n < grants_each; ++n) {
            auto grant = dice.grant();
            grant.matter = id<MatterId>(i);
            f.grants.push_back(grant);
        }
    }
    for (std::size_t i = 0; i < walls; ++i) {
        // A client and a few more of each side: what a conflict check puts behind a wall.
        auto side = [&]() -> Wall::Side {
            return {{id<MatterId>(dice.below(matters)), id<MatterId>(dice.below(matters))},
                    {id<ClientId>(dice.below(clients))},
                    {id<PersonId>(dice.below(people)), id<PersonId>(dice.below(people))},
                    {}};
        };
        f.walls.push_back({id<WallId>(i), 1, side(), side()});
    }
    return f;
}

struct Figures {
    double median, p99, p999;
};
Figures figures(std::vector<double>& samples) {
    std::ranges::sort(samples);
    auto at = [&](double part) { return samples[static_cast<std::size_t>(part * static_cast<double>(samples.size() - 1))]; };
    return {at(0.5), at(0.99), at(0.999)};
}

void print_all(const std::string& name, std::vector<double>& samples) {
    auto [median, p99, p999] = figures(samples);
    print((name + "_median").c_str(), median, "us");
    print((name + "_p99").c_str(), p99, "us");
    print((name + "_p999").c_str(), p999, "us");
}

/// One decision at a time, each with a fresh read of the cell, as the gate does it.
std::vector<double> time_decisions(const PolicyCell& cell, std::size_t count, std::size_t& permitted, std::size_t& walled) {
    std::vector<PersonId> who;
    std::vector<MatterId> where;
    for (std::size_t i = 0; i < people; ++i) who.push_back(id<PersonId>(i));
    for (std::size_t i = 0; i < matters; ++i) where.push_back(id<MatterId>(i));
    std::mt19937_64 engine(7);
    std::vector<double> samples;
    samples.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto person = who[engine() % people];
        Subject subject{.matter = where[engine() % matters]};
        auto start = std::chrono::steady_clock::now();
        auto decision = decide(*cell.read(), person, Permission::papers_read, subject, now);
        samples.push_back(micros_since(start));
        permitted += decision.permitted;
        walled += decision.reason == Reason::wall_forbids;
    }
    return samples;
}

void under_changes(PolicyCell& cell, Dice& dice) {
    std::atomic<bool> stop{false};
    std::vector<double> changes;
    std::thread writer([&] {
        auto next = std::chrono::steady_clock::now();
        while (!stop) {
            auto grant = dice.grant();
            Change change = grant;
            if (dice.below(2)) change = DropGrant{grant.matter, grant.grantee};
            auto start = std::chrono::steady_clock::now();
            cell.publish(cell.read()->with(change));
            changes.push_back(micros_since(start));
            std::this_thread::sleep_until(next += std::chrono::milliseconds(10));
        }
    });
    std::size_t permitted = 0, walled = 0;
    constexpr std::size_t count = 3'000'000;
    auto start = std::chrono::steady_clock::now();
    auto samples = time_decisions(cell, count, permitted, walled);
    auto seconds = micros_since(start) / 1e6;
    stop = true;
    writer.join();
    print_all("decide", samples);
    print("decide_rate_with_the_timing", count / seconds, "1/s");
    print("decide_permitted", 100.0 * static_cast<double>(permitted) / count, "%");
    print("decide_wall_forbids", 100.0 * static_cast<double>(walled) / count, "%");
    print("changes_during_it", static_cast<double>(changes.size()) / seconds, "1/s");
    print_all("change_of_a_grant", changes);
}

template <class F>
void time_each(const char* name, std::size_t count, F act) {
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i) {
        auto start = std::chrono::steady_clock::now();
        act(i);
        samples.push_back(micros_since(start));
    }
    print_all(name, samples);
}

double resident_mib() {
    std::FILE* f = std::fopen("/proc/self/statm", "r");
    long pages = 0;
    if (!f || std::fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
    if (f) std::fclose(f);
    return static_cast<double>(pages) * 4096 / (1024 * 1024);
}

/// What one thread pays to get at the current policy while a second one does the same all the time.
template <class Read>
void time_read(const char* name, Read read) {
    constexpr int count = 2'000'000;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> sum{0};  // so that the loops are not left out
    std::thread second([&] {
        while (!stop) sum += read()->revision();
    });
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) sum += read()->revision();
    print(name, micros_since(start) / count * 1e3, "ns");
    stop = true;
    second.join();
}

void readers_compared(const PolicyCell& cell) {
    std::atomic<std::shared_ptr<const Policy>> plain(cell.read());
    time_read("cell_read_two_threads", [&] { return cell.read(); });
    time_read("atomic_shared_ptr_read_two_threads", [&] { return plain.load(); });
}

}  // namespace

int main() {
    Dice dice;
    auto facts = firm(dice);
    auto before = resident_mib();
    auto start = std::chrono::steady_clock::now();
    auto policy = Policy::build(facts, 1);
    print("build", micros_since(start) / 1e3, "ms");
    print("memory", resident_mib() - before, "MiB");
    PolicyCell cell(policy);
    readers_compared(cell);
    under_changes(cell, dice);
    time_each("matters_visible", 2'000, [&](std::size_t i) { (void)matters_visible(policy, id<PersonId>(i % people), now); });
    time_each("change_of_a_wall", 200, [&](std::size_t i) { (void)policy.with(facts.walls[i % walls]); });
    time_each("change_of_a_group", 200, [&](std::size_t i) {
        auto group = facts.groups[i % groups];
        group.members.resize(5);
        (void)policy.with(group);
    });
    time_each("would_breach", 2'000, [&](std::size_t) { (void)would_breach(policy, dice.grant()); });
    return 0;
}

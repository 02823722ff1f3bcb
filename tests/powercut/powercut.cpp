// SPDX-License-Identifier: Apache-2.0
// Cuts the power of a firm's disk at any operation, loses whatever a disk may lose, and looks whether all that was acknowledged
// is there. README.md in this folder says what is simulated.
//
//   powercut --cuts N [--from SEED]     so many cuts; each that loses something is named with its seed
//   powercut --seed N                   that one cut, with what led to it
//   powercut --omit POINT [--cuts N]    the same without one sync: at least one cut must lose something
//   powercut --omissions [--cuts N]     each sync in turn
//   … --loud                            with what Muniment itself says of it
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "crypto/crypto.hpp"
#include "judge.hpp"
#include "points.hpp"
#include "seeded_random.hpp"

namespace muniment::powercut {
namespace {

constexpr std::uint64_t cuts_of_a_life = 40;                          // lives are drawn from seed / this
constexpr std::uint64_t founding_every = 10;                          // one cut in so many is made in the founding
constexpr std::size_t database_made = 30;                             // operations, about, until the database is there
constexpr std::uint64_t of_lives = 1ull << 40, of_cuts = 2ull << 40;  // no two draw the same ids
constexpr std::uint64_t omitted_cuts_max = 1'500;

struct Options {
    std::uint64_t cuts = 2'000, from = 0;
    std::optional<std::uint64_t> seed;
    std::optional<std::uint8_t> omit;
    bool omissions = false, loud = false;
};

/// One life, and what stands on the plates as it goes on.
class Lives {
  public:
    explicit Lives(const Founded& founded) : founded_(founded) {}
    const Played& at(std::uint64_t life) {
        if (life_ != life) {
            seed_random(of_lives + life);
            played_ = play(founded_, life);
            life_ = life;
        }
        return played_;
    }

  private:
    const Founded& founded_;
    std::optional<std::uint64_t> life_;
    Played played_;
};

struct Verdict {
    std::optional<std::string> lost;
    std::string where;
};

/// Anywhere; and often right before or after a sync, where the most is at stake.
std::size_t position_in(const Trace& trace, Dice& dice) {
    auto at = dice() % (trace.size() + 1);
    if (dice() % 2) return at;
    while (at < trace.size() && trace[at].act != Act::sync_file && trace[at].act != Act::sync_folder) ++at;
    return std::min<std::size_t>(trace.size(), at + dice() % 2);
}

Plates plates_at(const Image& image, const Trace& trace, std::size_t position, std::optional<std::uint8_t> omit) {
    Plates plates(image);
    for (std::size_t i = 0; i < position; ++i) plates.follow(trace[i], omit);
    return plates;
}

Verdict cut_founding(const Founded& founded, Dice& dice, std::optional<std::uint8_t> omit) {
    bool early = dice() % 2 || (omit && points[*omit].in_founding);
    auto position = early ? dice() % database_made : position_in(founded.trace, dice);
    auto cut = Cut::draw(dice);
    auto image = plates_at(Image{}, founded.trace, position, omit).leave(cut, dice);
    return {judge_founding(image, founded, position >= founded.acknowledged),
            "in the founding, at operation " + std::to_string(position) + "; " + cut.text()};
}

std::string story_until(const Played& played, std::size_t position) {
    std::string last = "before the start";
    for (const auto& [at, what] : played.story)
        if (at <= position) last = what;
    return "at operation " + std::to_string(position) + " of " + std::to_string(played.trace.size()) + " (" + last + ")";
}

Verdict cut_life(const Founded& founded, const Played& played, Dice& dice, std::optional<std::uint8_t> omit) {
    auto position = position_in(played.trace, dice);
    auto cut = Cut::draw(dice);
    auto image = plates_at(founded.image, played.trace, position, omit).leave(cut, dice);
    auto expected = expected_at(played, position);
    auto where = story_until(played, position) + "; " + cut.text();
    bool again = dice() % 4 == 0;
    Trace after;
    if (auto lost = judge(image, founded, expected, &after)) return {lost, where};
    if (!again) return {{}, where};
    // The power fails again while the firm recovers and goes on.
    auto second = dice() % (after.size() + 1);
    auto recut = Cut::draw(dice);
    auto rest = plates_at(image, after, second, omit).leave(recut, dice);
    return {judge(rest, founded, expected), where + "; again at operation " + std::to_string(second) + ", " + recut.text()};
}

Verdict cut(const Founded& founded, Lives& lives, std::uint64_t seed, std::optional<std::uint8_t> omit) {
    Dice dice(seed * 0x9e3779b97f4a7c15u + 1);
    if (seed % founding_every == founding_every - 1 || (omit && points[*omit].in_founding)) {
        seed_random(of_cuts + seed);
        return cut_founding(founded, dice, omit);
    }
    const auto& played = lives.at(seed / cuts_of_a_life);
    seed_random(of_cuts + seed);
    return cut_life(founded, played, dice, omit);
}

void report(std::uint64_t seed, const Verdict& verdict) {
    std::printf("cut %llu LOST %s\n    %s\n    powercut --seed %llu\n", static_cast<unsigned long long>(seed),
                verdict.lost->c_str(), verdict.where.c_str(), static_cast<unsigned long long>(seed));
    std::fflush(stdout);
}

int make_cuts(const Founded& founded, const Options& options) {
    Lives lives(founded);
    if (options.seed) {
        auto verdict = cut(founded, lives, *options.seed, options.omit);
        if (verdict.lost) return report(*options.seed, verdict), 1;
        std::printf("cut %llu lost nothing: %s\n", static_cast<unsigned long long>(*options.seed), verdict.where.c_str());
        return 0;
    }
    std::uint64_t bad = 0;
    for (auto seed = options.from; seed < options.from + options.cuts; ++seed) {
        auto verdict = cut(founded, lives, seed, {});
        if (!verdict.lost) continue;
        report(seed, verdict);
        if (++bad == 20) break;
    }
    std::printf("%llu cuts, %llu of them lost something\n", static_cast<unsigned long long>(options.cuts),
                static_cast<unsigned long long>(bad));
    return bad == 0 ? 0 : 1;
}

/// Whether a loss is found without that sync, as it must be.
bool omit(const Founded& founded, Lives& lives, std::uint8_t point, std::uint64_t cuts_max) {
    for (std::uint64_t seed = 0; seed < cuts_max; ++seed) {
        auto verdict = cut(founded, lives, seed, point);
        if (!verdict.lost) continue;
        std::printf("without %-20s cut %4llu lost %s\n", std::string(points[point].name).c_str(),
                    static_cast<unsigned long long>(seed), verdict.lost->c_str());
        std::fflush(stdout);
        return true;
    }
    std::printf("without %-20s NOTHING WAS LOST in %llu cuts: the sync is not needed, or not tested\n",
                std::string(points[point].name).c_str(), static_cast<unsigned long long>(cuts_max));
    return false;
}

int make_omissions(const Founded& founded, const Options& options) {
    Lives lives(founded);
    bool all = true;
    for (std::uint8_t point = 0; point < std::size(points); ++point) {
        if (options.omit && options.omit != point) continue;
        if (auto why = points[point].covered; !why.empty())
            std::printf("without %-20s nothing needs to be lost: %s\n", std::string(points[point].name).c_str(),
                        std::string(why).c_str());
        else
            all &= omit(founded, lives, point, options.cuts);
    }
    return all ? 0 : 1;
}

[[noreturn]] void usage() {
    std::fputs("powercut [--cuts N] [--from SEED] [--seed N] [--omit POINT] [--omissions] [--loud]\n", stderr);
    std::exit(2);
}

Options parse(std::span<char*> arguments) {
    Options options;
    bool cuts_given = false;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        std::string_view what = arguments[i];
        if (what == "--omissions" || what == "--loud") {
            (what == "--loud" ? options.loud : options.omissions) = true;
            continue;
        }
        if (i + 1 == arguments.size()) usage();
        std::string_view value = arguments[++i];
        std::uint64_t number = 0;
        bool numeric = std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc();
        if (what == "--cuts" && numeric)
            options.cuts = number, cuts_given = true;
        else if (what == "--from" && numeric)
            options.from = number;
        else if (what == "--seed" && numeric)
            options.seed = number;
        else if (what == "--omit" && point_named(value) != UINT8_MAX)
            options.omit = point_named(value), options.omissions = !options.seed;
        else
            usage();
    }
    if (options.seed) options.omissions = false;
    if (options.omissions && !cuts_given) options.cuts = omitted_cuts_max;
    return options;
}

int run(std::span<char*> arguments) {
    auto options = parse(arguments);
    if (!options.loud) quiet();
    if (auto ready = crypto::start(); !ready) return std::fprintf(stderr, "%s\n", ready.error().text().c_str()), 1;
    seed_random(0);
    auto begun = std::chrono::steady_clock::now();
    ManualClock clock;
    auto founded = found(clock);
    auto code = options.omissions ? make_omissions(founded, options) : make_cuts(founded, options);
    auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    std::printf("%.1f s\n", took);
    return code;
}

}  // namespace
}  // namespace muniment::powercut

int main(int count, char** arguments) { return muniment::powercut::run(std::span(arguments, static_cast<std::size_t>(count))); }

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "app/doctor/checkup.hpp"
#include "app/doctor/sync_speed.hpp"

namespace muniment::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view mounts =
    "22 1 253:0 / / rw,relatime - ext4 /dev/vda rw,errors=remount-ro\n"
    "30 22 0:40 / /mnt/site\\040a rw - tmpfs tmpfs rw,size=1024k\n"
    "31 22 0:41 / /mnt/site rw - btrfs /dev/sdb1 rw,nobarrier,space_cache\n"
    "32 22 0:42 / /mnt/hidden rw - ext4 /dev/sdc1 rw\n"
    "33 22 0:43 / /mnt/hidden rw shared:7 - nfs4 filer:/x rw,vers=4.2\n"
    "a line that is none\n";

std::string kind_at(const char* path) {
    auto found = file_system_in(mounts, path);
    return found ? found->kind : "none";
}

TEST(Places, TheDeepestAndLastMountHoldsAPath) {
    EXPECT_EQ(kind_at("/var/lib/muniment"), "ext4");
    EXPECT_EQ(kind_at("/mnt/site/slot"), "btrfs");
    EXPECT_EQ(kind_at("/mnt/site a/slot"), "tmpfs");
    EXPECT_EQ(kind_at("/mnt/sites"), "ext4") << "a name that only begins alike";
    EXPECT_EQ(kind_at("/mnt/hidden/x"), "nfs4") << "what was mounted over it";
    EXPECT_EQ(kind_at("/mnt/site"), "btrfs");
    EXPECT_FALSE(file_system_in("", "/x"));
}

TEST(Places, WhatAFileSystemMeans) {
    EXPECT_TRUE(file_system_in(mounts, "/mnt/site/x")->keeps_snapshots());
    EXPECT_TRUE(file_system_in(mounts, "/mnt/site/x")->discards_syncs());
    EXPECT_FALSE(file_system_in(mounts, "/x")->discards_syncs());
    EXPECT_TRUE(file_system_in(mounts, "/mnt/site a/x")->in_memory());
    EXPECT_TRUE(file_system_in(mounts, "/mnt/hidden")->on_network());
    EXPECT_TRUE((FileSystem{"vfat", ""}.without_modes()));
    EXPECT_FALSE(file_system_of("/no/such/folder"));
    EXPECT_TRUE(file_system_of("/proc"));
    EXPECT_EQ(file_system_of("/proc")->kind, "proc");
}

TEST(SyncSpeed, IsHeldAgainstWhatADeviceCanDo) {
    Device disk{.name = "sda", .turns = true}, nvme{.name = "nvme0n1", .says_no_cache = true}, guest{"vda", true, true},
        pmem{.name = "pmem0", .memory = true};
    EXPECT_EQ(judge({8ms, disk}), SyncVerdict::fine);
    EXPECT_EQ(judge({200us, disk}), SyncVerdict::doubtful);
    EXPECT_EQ(judge({2us, disk}), SyncVerdict::impossible);
    EXPECT_EQ(judge({20us, nvme}), SyncVerdict::fine) << "with power-loss protection that is honest";
    EXPECT_EQ(judge({1us, nvme}), SyncVerdict::impossible);
    EXPECT_EQ(judge({300us, guest}), SyncVerdict::fine) << "a virtual disk says that it turns whatever it stands on";
    EXPECT_EQ(judge({1us, Device{}}), SyncVerdict::impossible);
    EXPECT_EQ(judge({1us, pmem}), SyncVerdict::fine);
    EXPECT_EQ(judge({80ms, nvme}), SyncVerdict::slow);
}

TEST(SyncSpeed, IsMeasuredAndLeavesNothing) {
    auto folder = std::filesystem::temp_directory_path() / ("muniment-sync-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    auto speed = measure_sync(folder, SystemClock());
    ASSERT_TRUE(speed);
    EXPECT_GT(speed->median.count(), 0);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    std::filesystem::remove_all(folder);
    EXPECT_FALSE(measure_sync(folder, SystemClock()));
}

TEST(Findings, TheMostUrgentComeFirst) {
    Findings found;
    found.good("a", "");
    found.warning("b", "", "");
    found.red("c", "", "");
    found.warning("d", "", "");
    std::string order;
    for (const auto& finding : std::move(found).by_urgency()) order += finding.name.text();
    EXPECT_EQ(order, "cbda");
}

std::string source(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::set<std::string> all_in(const std::string& text, const std::regex& pattern) {
    std::set<std::string> all;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), pattern); at != std::sregex_iterator(); ++at)
        all.insert((*at)[1]);
    return all;
}

/// Monitoring hangs on the names: each stands in the page, and the page has no other.
TEST(Findings, TheNamesAreThoseOfThePage) {
    std::set<std::string> said, made;
    for (const auto& each : std::filesystem::directory_iterator(MUNIMENT_SOURCE_DIR "/src/app/doctor")) {
        if (each.path().native().ends_with("_test.cpp")) continue;
        made.merge(all_in(source(each.path()), std::regex(R"re((?:good|warning|red|keeps)\([^"]*"([a-z]+\.[a-z-]+)")re")));
        made.merge(all_in(source(each.path()), std::regex(R"re(, "(database\.[a-z-]+)", )re")));
    }
    said = all_in(source(MUNIMENT_SOURCE_DIR "/docs/operate/monitoring.md"), std::regex(R"(\n\| `([a-z]+\.[a-z-]+)` \|)"));
    EXPECT_GT(made.size(), 20u);
    EXPECT_EQ(made, said);
}

struct CheckupTest : testing::Test {
    std::filesystem::path home = std::filesystem::temp_directory_path() / ("muniment-checkup-" + std::to_string(::getpid()));
    std::atomic<int> seen{0};
    void SetUp() override {
        std::filesystem::create_directories(home / "data");
        std::filesystem::create_directories(home / "slot");
        std::ofstream(home / "home.json") << R"({"slots":["slot","gone"]})";
    }
    void TearDown() override { std::filesystem::remove_all(home); }
    Checkup checkup() {
        return Checkup(home, {}, [this] {
            ++seen;
            return ServerSight{.open = true, .keys_locked = true, .jobs = std::vector<JobSight>{}};
        });
    }
};

TEST_F(CheckupTest, LooksInItsOwnThread) {
    auto watching = checkup();
    auto said = watching.look_anew(10s);
    ASSERT_TRUE(said) << said.error().text();
    EXPECT_EQ(said->grade(), Grade::red);
    EXPECT_EQ(said->findings.front().grade, Grade::red);
    auto away = std::ranges::find_if(said->findings, [](const Finding& f) { return f.subject == "slot 2"; });
    ASSERT_NE(away, said->findings.end());
    EXPECT_EQ(away->name.text(), "slots.reach");
    EXPECT_EQ(away->grade, Grade::red);
    EXPECT_TRUE(away->place.ends_with("gone"));
    auto before = seen.load();
    EXPECT_FALSE(watching.condition()->looking);
    EXPECT_EQ(seen, before) << "what was seen within the minute is good enough";
    std::filesystem::create_directories(home / "gone");
    ASSERT_TRUE(watching.look_anew(10s));
    EXPECT_GT(seen, before);
    for (const auto& finding : watching.condition()->findings)
        EXPECT_FALSE(finding.name.text() == "slots.reach" && finding.grade == Grade::red);
}

TEST_F(CheckupTest, NoPathStandsInAText) {
    auto watching = checkup();
    auto said = watching.look_anew(10s);
    ASSERT_TRUE(said);
    for (const auto& finding : said->findings) {
        EXPECT_FALSE(finding.text.contains(home.native())) << finding.text;
        EXPECT_FALSE(finding.remedy.contains(home.native())) << finding.remedy;
    }
}

TEST_F(CheckupTest, AHomeThatIsGoneIsNoLook) {
    std::filesystem::remove(home / "home.json");
    auto watching = checkup();
    EXPECT_FALSE(watching.look_anew(200ms));
    EXPECT_EQ(watching.condition().error().problem, Problem::unavailable);
}

}  // namespace
}  // namespace muniment::app

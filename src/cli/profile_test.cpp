// SPDX-License-Identifier: Apache-2.0
#include "cli/profile.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/scratch_test.hpp"
#include "cli/sign_in.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace fs = std::filesystem;

TEST(ProfileTest, KeptForOneselfAlone) {
    Scratch scratch;
    const auto file = scratch / "config/muniment/client.json";
    const Profile anna{"https://m.example:8443", "cGlu", "anna", "mun_t_x", "2027-01-01T00:00:00Z"};
    auto profiles = Profiles::load(file);
    EXPECT_FALSE(profiles.find("default"));
    profiles.put("default", anna);
    profiles.put("other", {.server = "https://other.example"});
    profiles.save();
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(file.parent_path()).permissions(), fs::perms::owner_all);
    EXPECT_EQ(Profiles::load(file).find("default"), anna);
    EXPECT_EQ(Profiles::load(file).find("other")->token, "");
    EXPECT_EQ(std::distance(fs::directory_iterator(file.parent_path()), {}), 1) << "nothing temporary is left";
}

TEST(ProfileTest, RefusesWhatOthersCanReadOrWhatIsBroken) {
    Scratch scratch;
    const auto file = scratch / "client.json";
    auto profiles = Profiles::load(file);
    profiles.put("default", {.server = "https://a"});
    profiles.save();
    fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
    EXPECT_THROW(Profiles::load(file), Stop);
    fs::permissions(file, fs::perms::group_read, fs::perm_options::remove);
    EXPECT_NO_THROW(Profiles::load(file));
    std::ofstream(file, std::ios::trunc) << "{\"profiles\": 1}";
    EXPECT_THROW(Profiles::load(file), Stop);
    std::ofstream(file, std::ios::trunc) << "{";
    EXPECT_THROW(Profiles::load(file), Stop);
}

TEST(ProfileTest, WhereItLies) {
    Scratch scratch;
    const auto value = [](const char* name) { return std::getenv(name) ? std::getenv(name) : std::string(); };
    const auto own = value("MUNIMENT_CONFIG_DIR"), xdg = value("XDG_CONFIG_HOME");
    ::setenv("MUNIMENT_CONFIG_DIR", scratch.path().c_str(), 1);
    EXPECT_EQ(Profiles::default_file(), scratch / "client.json");
    ::unsetenv("MUNIMENT_CONFIG_DIR");
    ::setenv("XDG_CONFIG_HOME", scratch.path().c_str(), 1);
    EXPECT_EQ(Profiles::default_file(), scratch / "muniment/client.json");
    ::setenv("XDG_CONFIG_HOME", "relative", 1);
    EXPECT_NE(Profiles::default_file(), fs::path("relative/muniment/client.json"));
    own.empty() ? ::unsetenv("MUNIMENT_CONFIG_DIR") : ::setenv("MUNIMENT_CONFIG_DIR", own.c_str(), 1);
    xdg.empty() ? ::unsetenv("XDG_CONFIG_HOME") : ::setenv("XDG_CONFIG_HOME", xdg.c_str(), 1);
}

TEST(ProfileTest, ServerUrl) {
    EXPECT_EQ(server_url("muniment.example"), "https://muniment.example");
    EXPECT_EQ(server_url("https://muniment.example:8443/"), "https://muniment.example:8443");
    EXPECT_EQ(server_url("[::1]:8443"), "https://[::1]:8443");
    for (auto bad :
         {"http://muniment.example", "", "https://", "ftp://a", "a/b", "user@host", "host?x", "host#x", "a b", "a\r\nb"})
        EXPECT_THROW(server_url(bad), Stop) << bad;
}

TEST(ProfileTest, Fingerprints) {
    EXPECT_TRUE(same_fingerprint("AB:CD:01", "abcd01"));
    EXPECT_TRUE(same_fingerprint("AB CD", "AB:CD"));
    EXPECT_FALSE(same_fingerprint("AB:CD", "AB:CE"));
    EXPECT_FALSE(same_fingerprint("AB", "AB:CD")) << "a beginning is not the whole";
    EXPECT_FALSE(same_fingerprint("", ""));
}

}  // namespace
}  // namespace muniment::cli

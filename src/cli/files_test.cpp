// SPDX-License-Identifier: Apache-2.0
// What put reads from this computer, and under which names get writes to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli/local_tree.hpp"
#include "cli/safe_path.hpp"
#include "cli/scratch_test.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> places(const LocalTree& tree) {
    std::vector<std::string> out;
    for (const auto& file : tree.files) {
        std::string path;
        for (const auto& step : file.steps) path += "/" + step;
        out.push_back(path + (file.is_folder ? "/" : ""));
    }
    return out;
}
std::vector<std::string> names(const std::vector<LeftOut>& left) {
    std::vector<std::string> out;
    for (const auto& one : left) out.push_back(fs::path(one.path).filename().string());
    return out;
}

TEST(LocalTreeTest, WalksFoldersBeforeWhatIsInThem) {
    Scratch scratch;
    scratch.write("Docs/b/two.txt", "22");
    scratch.write("Docs/a.txt", "1");
    fs::create_directory(scratch / "Docs/empty");
    LocalTree tree;
    walk(scratch / "Docs", tree);
    EXPECT_THAT(places(tree), ElementsAre("/Docs/", "/Docs/a.txt", "/Docs/b/", "/Docs/b/two.txt", "/Docs/empty/"));
    EXPECT_EQ(tree.bytes, 3u);
    LocalTree same;
    walk(scratch / "Docs/", same);
    EXPECT_EQ(places(same), places(tree));
    LocalTree inside;
    walk(scratch / "Docs/.", inside);
    EXPECT_THAT(places(inside), ElementsAre("/a.txt", "/b/", "/b/two.txt", "/empty/"));
}

TEST(LocalTreeTest, LeavesOutLitterLinksAndDevices) {
    Scratch scratch;
    for (auto litter : {"Thumbs.db", "THUMBS.DB", "desktop.ini", ".DS_Store", "~$lease.docx"})
        scratch.write(std::string("D/") + litter, "x");
    scratch.write("D/Thumbs.db.pdf", "kept");
    scratch.write("outside/secret", "s");
    fs::create_symlink(scratch / "outside", scratch / "D/link");
    fs::create_symlink(scratch / "D", scratch / "D/loop");
    ASSERT_EQ(::mkfifo((scratch / "D/pipe").c_str(), 0600), 0);
    LocalTree tree;
    walk(scratch / "D", tree);
    EXPECT_THAT(places(tree), ElementsAre("/D/", "/D/Thumbs.db.pdf"));
    EXPECT_THAT(names(tree.skipped), UnorderedElementsAre("Thumbs.db", "THUMBS.DB", "desktop.ini", ".DS_Store", "~$lease.docx",
                                                          "link", "loop", "pipe"));
    EXPECT_TRUE(tree.failed.empty());
}

TEST(LocalTreeTest, RefusesNamesThatCannotBeKept) {
    Scratch scratch;
    scratch.write("D/latin1-\xe4.txt", "x");
    scratch.write("D/line\nbreak", "x");
    scratch.write("D/good", "x");
    LocalTree tree;
    walk(scratch / "D", tree);
    EXPECT_THAT(places(tree), ElementsAre("/D/", "/D/good"));
    ASSERT_EQ(tree.failed.size(), 2u);
    EXPECT_THAT(tree.failed[0].reason, testing::HasSubstr("name"));
}

TEST(LocalTreeTest, SaysWhatIsNotThere) {
    Scratch scratch;
    LocalTree tree;
    EXPECT_THROW(walk(scratch / "nothing", tree), Stop);
}

TEST(LocalTreeTest, TimesGoThereAndBack) {
    Scratch scratch;
    scratch.write("a", "x");
    const Instant time{1'700'000'000'123'456};
    set_modified_time(scratch / "a", time);
    EXPECT_EQ(modified_time(scratch / "a"), time);
}

TEST(LocalTreeTest, Sha256) {
    Scratch scratch;
    scratch.write("abc", "abc");    // FIPS 180-2, B.1
    EXPECT_EQ(sha256_of_file(scratch / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_THROW(sha256_of_file(scratch / "none"), Stop);
}

TEST(SafePathTest, NoNameLeadsOut) {
    const std::string zero("a\0b", 3);
    for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("../../etc/passwd"),
                                    std::string("/etc"), std::string("a/b"), zero}) {
        for (bool windows : {false, true}) {
            const auto safe = storable_name(name, windows);
            EXPECT_FALSE(safe.empty());
            EXPECT_NE(safe, ".");
            EXPECT_NE(safe, "..");
            EXPECT_EQ(safe.find('/'), std::string::npos) << safe;
            EXPECT_EQ(safe.find('\0'), std::string::npos);
            EXPECT_EQ(fs::path(safe).filename(), fs::path(safe));
        }
    }
    EXPECT_EQ(storable_name("Lease: draft?.pdf", false), "Lease: draft?.pdf");
    EXPECT_NE(storable_name("Lease: draft?.pdf", true), "Lease: draft?.pdf");
}

TEST(SafePathTest, LongNamesKeepTheirExtension) {
    std::string long_name;
    while (long_name.size() < 400) long_name += "ä";
    const auto safe = storable_name(long_name + ".pdf", false);
    EXPECT_LE(safe.size(), 255u);
    EXPECT_TRUE(safe.ends_with("ä.pdf"));
}

TEST(SafePathTest, CollisionsAreNumbered) {
    LocalNames names(true);
    EXPECT_EQ(names.name_for("a?.pdf"), storable_name("a?.pdf", true));
    const auto second = names.name_for("a*.pdf");
    EXPECT_TRUE(second.ends_with(" (2).pdf")) << second;
    EXPECT_EQ(names.name_for("B.txt"), "B.txt");
    EXPECT_EQ(names.name_for("b.txt"), "b (2).txt") << "Windows cannot tell them apart";
    LocalNames here(false);
    EXPECT_EQ(here.name_for("B.txt"), "B.txt");
    EXPECT_EQ(here.name_for("b.txt"), "b.txt");
}

TEST(SafePathTest, FoldersAreNotMadeThroughLinks) {
    Scratch scratch;
    fs::create_directories(scratch / "out");
    fs::create_directories(scratch / "elsewhere");
    make_folder_inside(scratch / "out", "a");
    make_folder_inside(scratch / "out", "a");
    make_folder_inside(scratch / "out", "a/b");
    EXPECT_TRUE(fs::is_directory(scratch / "out/a/b"));
    fs::create_directory_symlink(scratch / "elsewhere", scratch / "out/link");
    EXPECT_THROW(make_folder_inside(scratch / "out", "link"), Stop);
    EXPECT_THROW(make_folder_inside(scratch / "out", "link/c"), Stop);
    EXPECT_TRUE(fs::is_empty(scratch / "elsewhere"));
    scratch.write("out/file", "x");
    EXPECT_THROW(make_folder_inside(scratch / "out", "file"), Stop);
}

TEST(SafePathTest, FilesAndFoldersAreSynced) {
    Scratch scratch;
    scratch.write("file", "x");
    EXPECT_TRUE(sync_to_disk(scratch / "file"));
    EXPECT_TRUE(sync_to_disk(scratch / "."));
    EXPECT_FALSE(sync_to_disk(scratch / "none"));
}

TEST(SafePathTest, RenamingReplacesNothing) {
    Scratch scratch;
    scratch.write("new", "new");
    scratch.write("old", "old");
    std::error_code error;
    EXPECT_FALSE(rename_without_replacing(scratch / "new", scratch / "old", error));
    EXPECT_EQ(error, std::errc::file_exists);
    EXPECT_EQ(fs::file_size(scratch / "old"), 3u);
    EXPECT_TRUE(rename_without_replacing(scratch / "new", scratch / "free", error));
    EXPECT_FALSE(fs::exists(scratch / "new"));
}

}  // namespace
}  // namespace muniment::cli

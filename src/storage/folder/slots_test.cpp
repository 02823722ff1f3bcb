// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>

#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace {

struct FolderSlot : testing::Test {
    Scratch scratch;
    std::filesystem::path folder = scratch.path / "new" / "slot";
    std::unique_ptr<Slot> slot = open_slot_folder(folder, Missing::make).value();
};

TEST_F(FolderSlot, KeepsSmallFiles) {
    ASSERT_TRUE(slot->put("epoch-1.key", view("sealed"), Replace::no));
    ASSERT_TRUE(slot->put("a", {}, Replace::no));
    EXPECT_EQ(slot->get("epoch-1.key").value(), bytes("sealed"));
    EXPECT_EQ(slot->get("a").value(), Bytes{});
    EXPECT_EQ(slot->get("b").error().problem, Problem::not_found);
    EXPECT_EQ(slot->list().value(), (std::vector<std::string>{"a", "epoch-1.key"}));
    ASSERT_TRUE(slot->put("living", view("us"), Replace::yes));
    EXPECT_EQ(open_slot_folder(folder).value()->get("epoch-1.key").value(), bytes("sealed"));
}

TEST_F(FolderSlot, ReadsAnewEachTime) {
    ASSERT_TRUE(slot->put("living", view("a"), Replace::no));
    std::ofstream(folder / "living") << "b";
    EXPECT_EQ(slot->get("living").value(), bytes("b"));
}

TEST_F(FolderSlot, WritesOverOnlyWhereTheCallerSaysSo) {
    ASSERT_TRUE(slot->put("seen", view("1"), Replace::yes));
    EXPECT_EQ(slot->put("seen", view("2"), Replace::no).error().problem, Problem::conflict);
    EXPECT_EQ(slot->get("seen").value(), bytes("1"));
    ASSERT_TRUE(slot->put("seen", view("2"), Replace::yes));
    EXPECT_EQ(slot->get("seen").value(), bytes("2"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(FolderSlot, RefusesNamesAndSizesThatItDoesNotHold) {
    for (auto name : {std::string(""), std::string("A"), std::string("a/b"), std::string(".."), std::string(".a"),
                      std::string("a b"), std::string("a~writing"), std::string("a\0b", 3), std::string(81, 'a')}) {
        EXPECT_EQ(slot->put(name, view("x"), Replace::no).error().problem, Problem::bad_name) << name;
        EXPECT_EQ(slot->get(name).error().problem, Problem::bad_name) << name;
        EXPECT_EQ(slot->erase(name).error().problem, Problem::bad_name) << name;
    }
    EXPECT_TRUE(slot->put(std::string(80, 'a'), Bytes(slot_file_bytes_max), Replace::no));
    EXPECT_EQ(slot->put("b", Bytes(slot_file_bytes_max + 1), Replace::no).error().problem, Problem::too_large);
    std::ofstream(folder / "long") << std::string(slot_file_bytes_max + 1, 'x');
    EXPECT_EQ(slot->get("long").error().problem, Problem::corrupt);
}

TEST_F(FolderSlot, ErasesTheBytesAndTheName) {
    ASSERT_TRUE(slot->put("key", view("thirty-two bytes of something"), Replace::no));
    // A second name for the same bytes shows what became of them.
    std::filesystem::create_hard_link(folder / "key", scratch.path / "witness");
    ASSERT_TRUE(slot->erase("key"));
    EXPECT_EQ(slot->get("key").error().problem, Problem::not_found);
    EXPECT_TRUE(slot->list()->empty());
    std::ifstream stream(scratch.path / "witness", std::ios::binary);
    std::string left((std::istreambuf_iterator<char>(stream)), {});
    EXPECT_EQ(left.size(), 29u);
    EXPECT_EQ(left.find("something"), std::string::npos);
    EXPECT_EQ(slot->erase("key").error().problem, Problem::not_found);
}

TEST_F(FolderSlot, ErasesWhatAPutThatWasCutOffLeftBehind) {
    ASSERT_TRUE(slot->put("key", view("x"), Replace::no));
    auto leave = [&] { std::ofstream(folder / "0123~writing") << "a key that nobody would ever erase"; };
    leave();
    EXPECT_EQ(slot->list()->size(), 1u);
    ASSERT_TRUE(slot->erase("key"));
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    leave();
    ASSERT_TRUE(open_slot_folder(folder, Missing::make));
    EXPECT_TRUE(std::filesystem::is_empty(folder));
}

// A file system without RENAME_NOREPLACE names by a link, and a crash comes between it and the removing of the former name.
TEST_F(FolderSlot, KeepsAKeyThatACrashLeftWithTwoNames) {
    ASSERT_TRUE(slot->put("key", view("the only copy"), Replace::no));
    auto leave = [&] { std::filesystem::create_hard_link(folder / "key", folder / "0123~writing"); };
    leave();
    ASSERT_TRUE(open_slot_folder(folder, Missing::make));
    EXPECT_EQ(slot->get("key").value(), bytes("the only copy"));
    EXPECT_FALSE(std::filesystem::exists(folder / "0123~writing"));
    leave();
    ASSERT_TRUE(slot->put("other", view("x"), Replace::no));
    ASSERT_TRUE(slot->erase("other"));
    EXPECT_EQ(slot->get("key").value(), bytes("the only copy"));
}

/// The real disk, with somebody else at work on it at a moment that a test chooses.
class SharedDisk final : public Disk {
  public:
    std::function<void(const Path& path)> created, opened;
    std::function<void(const Path& from, const Path& to)> naming;

    Result<std::unique_ptr<File>> create(const Path& path) override {
        TRY(auto file, disk_.create(path));
        if (created) created(path);
        return file;
    }
    Result<std::unique_ptr<File>> open_write(const Path& path) override {
        TRY(auto file, disk_.open_write(path));
        if (opened) opened(path);
        return file;
    }
    Result<void> name_file(const Path& from, const Path& to) override {
        if (naming) naming(from, to);
        return disk_.name_file(from, to);
    }
    Result<void> rename_file(const Path& from, const Path& to) override {
        if (naming) naming(from, to);
        return disk_.rename_file(from, to);
    }
    Result<std::unique_ptr<File>> open_read(const Path& path) override { return disk_.open_read(path); }
    Result<std::unique_ptr<File>> lock(const Path& path) override { return disk_.lock(path); }
    bool exists(const Path& path) override { return disk_.exists(path); }
    bool is_folder(const Path& path) override { return disk_.is_folder(path); }
    Result<void> add_folder(const Path& path) override { return disk_.add_folder(path); }
    Result<std::vector<std::string>> names_in(const Path& folder) override { return disk_.names_in(folder); }
    Result<void> sync_folder(const Path& path, SyncPoint point) override { return disk_.sync_folder(path, point); }
    Result<void> remove_file(const Path& path) override { return disk_.remove_file(path); }

  private:
    Disk& disk_ = posix_disk();
};

// A slot on a shared file system: another process erases leftovers while a file is written and not yet named.
TEST_F(FolderSlot, WhatAnotherProcessSweepsAtThatMomentIsWrittenAllTheSame) {
    ASSERT_TRUE(slot->put("living", view("us"), Replace::no));
    for (auto replace : {Replace::no, Replace::yes}) {
        SharedDisk disk;
        int times = 0;
        disk.naming = [&](const auto&, const auto&) {
            if (++times == 1) EXPECT_TRUE(open_slot_folder(folder));
        };
        auto name = replace == Replace::no ? "key" : "living";
        auto put = open_slot_folder(folder, Missing::refuse, disk).value()->put(name, view("the only copy"), replace);
        EXPECT_TRUE(put) << put.error().text();
        EXPECT_EQ(times, 2) << "swept once, and written anew";
        EXPECT_EQ(slot->get(name).value(), bytes("the only copy"));
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 2) << "nothing is left over";
}

TEST_F(FolderSlot, WhatIsNamedAtThatMomentIsNotOverwritten) {
    ASSERT_TRUE(slot->put("living", view("us"), Replace::no));
    SharedDisk writes, sweeps;
    int times = 0;
    writes.naming = [&](const auto& from, const auto& to) {
        if (++times > 1) return;
        // The sweeper has its file open when the writer gives it its name.
        sweeps.opened = [&](const auto&) {
            std::error_code gone;
            std::filesystem::rename(from, to, gone);
        };
        EXPECT_TRUE(open_slot_folder(folder, Missing::refuse, sweeps));
    };
    auto put = open_slot_folder(folder, Missing::refuse, writes).value()->put("key", view("the only copy"), Replace::no);
    EXPECT_TRUE(put) << put.error().text();
    EXPECT_EQ(slot->get("key").value(), bytes("the only copy"));
}

// A file system that names by a link: between that and the removing of the former name the file is one that is in use.
TEST_F(FolderSlot, WhatIsSweptBetweenTheStepsOfNamingIsNamed) {
    ASSERT_TRUE(slot->put("living", view("us"), Replace::no));
    SharedDisk disk;
    disk.naming = [&](const auto& from, const auto& to) {
        std::filesystem::create_hard_link(from, to);
        EXPECT_TRUE(open_slot_folder(folder));
    };
    auto put = open_slot_folder(folder, Missing::refuse, disk).value()->put("key", view("the only copy"), Replace::no);
    EXPECT_TRUE(put) << put.error().text();
    EXPECT_EQ(slot->get("key").value(), bytes("the only copy"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 2);
}

TEST_F(FolderSlot, WhatIsWrittenAfterItWasSweptIsOverwrittenToo) {
    ASSERT_TRUE(slot->put("living", view("us"), Replace::no));
    SharedDisk disk;
    int times = 0;
    disk.created = [&](const auto& path) {
        if (++times > 1) return;
        std::filesystem::create_hard_link(path, scratch.path / "witness");
        EXPECT_TRUE(open_slot_folder(folder));
    };
    ASSERT_TRUE(open_slot_folder(folder, Missing::refuse, disk).value()->put("key", view("the only copy"), Replace::no));
    std::ifstream stream(scratch.path / "witness", std::ios::binary);
    std::string left((std::istreambuf_iterator<char>(stream)), {});
    EXPECT_EQ(left.size(), 13u);
    EXPECT_EQ(left.find("copy"), std::string::npos);
    EXPECT_EQ(slot->get("key").value(), bytes("the only copy"));
}

/// Each call, on a slot that is not in reach: nothing is answered as if it were empty, and nothing is written.
void expect_away(Slot& slot) {
    EXPECT_EQ(slot.list().error().problem, Problem::unavailable);
    EXPECT_EQ(slot.get("living").error().problem, Problem::unavailable);
    EXPECT_EQ(slot.put("key", view("x"), Replace::no).error().problem, Problem::unavailable);
    EXPECT_EQ(slot.put("living", view("x"), Replace::yes).error().problem, Problem::unavailable);
    EXPECT_EQ(slot.erase("key").error().problem, Problem::unavailable);
}

TEST_F(FolderSlot, ThatIsNotMountedIsAwayAndNotMade) {
    auto site = scratch.path / "site";
    auto unmounted = open_slot_folder(site / "slot").value();
    expect_away(*unmounted);
    EXPECT_FALSE(std::filesystem::exists(site));
    // A slot right at the mount point: the folder is there, and empty.
    std::filesystem::create_directories(site / "slot");
    expect_away(*unmounted);
    expect_away(*open_slot_folder(site / "slot").value());
    EXPECT_TRUE(std::filesystem::is_empty(site / "slot"));
    // It is mounted.
    std::ofstream(site / "slot" / "living") << "us";
    EXPECT_TRUE(unmounted->put("key", view("x"), Replace::no));
}

TEST_F(FolderSlot, HasKeySetsThatAreAwayWithTheirFolder) {
    auto site = scratch.path / "site" / "sets";
    auto sets = open_key_set_folder(site).value();
    EXPECT_EQ(sets->put("a.keys", view("x")).error().problem, Problem::unavailable);
    EXPECT_EQ(sets->get("a.keys").error().problem, Problem::unavailable);
    EXPECT_EQ(sets->list().error().problem, Problem::unavailable);
    EXPECT_FALSE(std::filesystem::exists(site.parent_path()));
    ASSERT_TRUE(open_key_set_folder(site, Missing::make).value()->put("a.keys", view("x")));
    EXPECT_EQ(sets->get("a.keys").value(), bytes("x"));
}

TEST_F(FolderSlot, IsPrivate) {
    auto former = ::umask(0);
    auto other = open_slot_folder(scratch.path / "other", Missing::make).value();
    ASSERT_TRUE(other->put("a", view("x"), Replace::no));
    ::umask(former);
    struct stat status{};
    ASSERT_EQ(::stat((scratch.path / "other").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    ASSERT_EQ(::stat((scratch.path / "other" / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace muniment::storage

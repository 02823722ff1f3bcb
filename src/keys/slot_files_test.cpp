// SPDX-License-Identifier: Apache-2.0
#include "keys/slot_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "keys/vectors_test.hpp"
#include "storage/open.hpp"

namespace muniment::keys {
namespace {

/// A slot in memory, whose keeper may do to its files what they like.
class MemorySlot final : public storage::Slot {
  public:
    std::map<std::string, Bytes, std::less<>> files;
    bool forgets = false;   ///< takes what it is given and does not keep it

    std::string name() const override { return "memory"; }
    Result<std::vector<std::string>> list() override {
        std::vector<std::string> names;
        for (const auto& [name, content] : files) names.push_back(name);
        return names;
    }
    Result<Bytes> get(std::string_view name) override {
        auto at = files.find(name);
        if (at == files.end()) return fail(Problem::not_found);
        return at->second;
    }
    Result<void> put(std::string_view name, View content, storage::Replace replace) override {
        if (files.contains(name) && replace == storage::Replace::no) return fail(Problem::already_done);
        if (!forgets) files[std::string(name)] = bytes(content);
        return {};
    }
    Result<void> erase(std::string_view name) override {
        files.erase(std::string(name));
        return {};
    }
};

struct SlotFiles : ::testing::Test {
    MemorySlot slot;
    RootKey root = RootKey::random();
    FirmId firm = FirmId::random();
    EpochKey epoch = EpochKey::random();
    Mark mark = mark_of(epoch, firm);
    std::string file = epoch_file_name(mark);
};

TEST_F(SlotFiles, GiveTheEpochKeyBack) {
    ASSERT_TRUE(put_epoch(slot, root, firm, epoch, 3));
    EXPECT_TRUE(get_epoch(slot, root, firm, mark).value().equals(epoch));
    EXPECT_EQ(epochs_in(slot).value(), std::vector<Mark>{mark});
    auto stored = slot.files.at(file);
    ASSERT_TRUE(put_epoch(slot, root, firm, epoch, 3)) << "a second time is no harm";
    EXPECT_EQ(slot.files.at(file), stored) << "and nothing was written over";
    EXPECT_EQ(text(stored).find(text(epoch.expose())), std::string_view::npos);
    ASSERT_TRUE(erase_epoch(slot, mark));
    EXPECT_EQ(get_epoch(slot, root, firm, mark).error().problem, Problem::not_found);
}

TEST_F(SlotFiles, WorkInAFolder) {
    auto folder = std::filesystem::temp_directory_path() / ("muniment-slot-" + to_uuid_text(new_random_id()));
    {
        auto opened = storage::open_slot_folder(folder, storage::Missing::make).value();
        ASSERT_TRUE(put_epoch(*opened, root, firm, epoch, 1));
        ASSERT_TRUE(write_living(*opened, {new_random_id(), new_random_id(), true}));
        ASSERT_TRUE(write_seen(*opened, {mark, 1, 2, {}, {}}));
        EXPECT_TRUE(get_epoch(*opened, root, firm, mark).value().equals(epoch));
        EXPECT_EQ(epochs_in(*opened).value(), std::vector<Mark>{mark}) << "other files are none";
        ASSERT_TRUE(erase_epoch(*opened, mark));
        EXPECT_TRUE(epochs_in(*opened).value().empty());
    }
    std::filesystem::remove_all(folder);
}

TEST_F(SlotFiles, AreOpenedByTheirRootKeyAndFirmAlone) {
    ASSERT_TRUE(put_epoch(slot, root, firm, epoch, 1));
    EXPECT_FALSE(get_epoch(slot, RootKey::random(), firm, mark));
    EXPECT_FALSE(get_epoch(slot, root, FirmId::random(), mark));
    // A file by another name holds another key than its name says.
    auto other = mark_of(EpochKey::random(), firm);
    slot.files[epoch_file_name(other)] = slot.files.at(file);
    EXPECT_EQ(get_epoch(slot, root, firm, other).error().problem, Problem::corrupt);
}

TEST_F(SlotFiles, EveryFlippedBitIsFound) {
    ASSERT_TRUE(put_epoch(slot, root, firm, epoch, 1));
    auto stored = slot.files.at(file);
    for (std::size_t bit = 0; bit < stored.size() * 8; ++bit) {
        auto damaged = stored;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        slot.files[file] = damaged;
        EXPECT_FALSE(get_epoch(slot, root, firm, mark)) << bit;
    }
    EXPECT_FALSE(put_epoch(slot, root, firm, epoch, 1)) << "a damaged file does not pass as placed";
}

TEST_F(SlotFiles, ASlotThatForgetsIsNoSlot) {
    slot.forgets = true;
    EXPECT_FALSE(put_epoch(slot, root, firm, epoch, 1));
}

TEST_F(SlotFiles, NamesThatAreNoMarksAreNoEpochs) {
    for (auto name : {".epoch", "00.epoch", "living", "seen"}) slot.files[name] = {};
    slot.files[std::string(64, 'g') + ".epoch"] = {};
    EXPECT_TRUE(epochs_in(slot).value().empty());
}

TEST_F(SlotFiles, AreThoseOfTheVectors) {
    testing::each_vector("slots.json", [&](const testing::Vector& v) {
        auto r = RootKey::from(v.secret("root")).value();
        auto e = EpochKey::from(v.secret("epoch")).value();
        slot.files = {{v.word("name"), v.bytes("file")}, {"seen", v.bytes("seen")}, {"living", v.bytes("living")}};
        auto there = mark_of(e, v.firm());
        EXPECT_EQ(epochs_in(slot).value(), std::vector{there});
        auto opened = get_epoch(slot, r, v.firm(), there);
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_TRUE(opened->equals(e));
        EXPECT_EQ(epoch_number_in(slot, there).value(), v.number("number"));
        auto seen = read_seen(slot).value().value();
        EXPECT_EQ(std::tuple(seen.head_mark, seen.head_number, seen.log_size, bytes(View(seen.log_root)), seen.checkpoint),
                  std::tuple(there, v.number("number"), v.number("size"), v.bytes("tree"), v.bytes("note")));
        auto living = read_living(slot).value().value();
        EXPECT_EQ(std::tuple(living.current, living.former, living.stopped_cleanly), std::tuple(v.id("current"), v.id("former"), true));
        // And what is written is the same again, but for the nonce of the sealed key.
        ASSERT_TRUE(write_seen(slot, seen));
        ASSERT_TRUE(write_living(slot, living));
        EXPECT_EQ(slot.files.at("seen"), v.bytes("seen"));
        EXPECT_EQ(slot.files.at("living"), v.bytes("living"));
    });
}

TEST_F(SlotFiles, KeepWhatWasSeenAndWhoLives) {
    EXPECT_FALSE(read_seen(slot).value());
    EXPECT_FALSE(read_living(slot).value());
    Seen seen{mark, 4, 1'000, crypto::sha256(view("root")), bytes("a note")};
    Living living{new_random_id(), new_random_id(), true};
    ASSERT_TRUE(write_seen(slot, seen));
    ASSERT_TRUE(write_living(slot, living));
    auto seen_back = read_seen(slot).value().value();
    EXPECT_EQ(seen_back.checkpoint, bytes("a note"));
    seen.checkpoint.resize(checkpoint_bytes_max + 1);
    EXPECT_FALSE(write_seen(slot, seen)) << "a slot's file has at most 1 KiB";
    EXPECT_EQ(std::tie(seen_back.head_mark, seen_back.head_number, seen_back.log_size, seen_back.log_root),
              std::tie(seen.head_mark, seen.head_number, seen.log_size, seen.log_root));
    auto living_back = read_living(slot).value().value();
    EXPECT_EQ(std::tie(living_back.current, living_back.former, living_back.stopped_cleanly),
              std::tie(living.current, living.former, living.stopped_cleanly));
    slot.files["seen"].pop_back();
    slot.files["living"].push_back(0);
    EXPECT_FALSE(read_seen(slot));
    EXPECT_FALSE(read_living(slot));
}

}  // namespace
}  // namespace muniment::keys

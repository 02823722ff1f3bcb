// SPDX-License-Identifier: Apache-2.0
// docs/formats/kinds.md and docs/formats/keys.md say what the code does: the list of kinds, and the worked example.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "keys/keys.hpp"

namespace muniment::keys {
namespace {

std::string page(std::string_view name) {
    std::ifstream file(std::string(MUNIMENT_SOURCE_DIR) + "/docs/formats/" + std::string(name));
    return {std::istreambuf_iterator<char>(file), {}};
}

using Kinds = std::map<std::string, unsigned long>;

/// The first two cells of every line "| name | number | …".
Kinds kinds_of_page() {
    Kinds found;
    std::istringstream lines(page("kinds.md"));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        std::string bar, name, number;
        if (!(cells >> bar >> name >> bar >> number) || number.find_first_not_of("0123456789") != std::string::npos) continue;
        EXPECT_TRUE(found.emplace(name, std::stoul(number)).second) << name << " is listed twice";
    }
    return found;
}

Kinds kinds_of_code() {
    return {
#define KIND(name, number, label) {label, number},
        MUNIMENT_SEALED_KINDS(KIND)
#undef KIND
    };
}

TEST(KindsPage, ListsEveryKindWithItsNumberAndNoOther) { EXPECT_EQ(kinds_of_page(), kinds_of_code()); }

/// Ids and keys of the worked example, which were put into the page from a computation that shares no code with ours.
class WorkedExample : public testing::Test {
  protected:
    static crypto::Secret counting_from(std::uint8_t first) {
        auto secret = crypto::Secret::zeros(32);
        for (auto& byte : secret.fill()) byte = first++;
        return secret;
    }
    static Id16 sixteen(std::uint8_t byte) {
        Id16 id;
        id.fill(byte);
        return id;
    }
    void stands_in_page(View value) const { EXPECT_NE(page_.find(to_hex(value)), std::string::npos) << to_hex(value); }

    const std::string page_ = page("keys.md");
    const FirmId firm_{sixteen(0x88)};
    const EpochKey key_ = EpochKey::from(counting_from(0)).value();
};

TEST_F(WorkedExample, MarkAndDerivedKey) {
    stands_in_page(mark_of(key_, firm_));
    stands_in_page(seal_key(key_, "records", firm_).expose());
}

TEST_F(WorkedExample, DocumentKey) {
    auto matter = MatterKey::from(counting_from(0)).value();
    auto secret = DocumentSecret::from(counting_from(0x20)).value();
    stands_in_page(document_key(matter, secret, firm_, DocumentId{sixteen(0x66)}).expose());
}

TEST_F(WorkedExample, ContextOfAnObject) { stands_in_page(object_context(firm_, ObjectId{sixteen(0x77)}, Role::part)); }

TEST_F(WorkedExample, FieldOpens) {
    auto begins = page_.find("    0101646566");
    ASSERT_NE(begins, std::string::npos);
    auto sealed = from_hex(page_.substr(begins + 4, page_.find('\n', begins) - begins - 4));
    ASSERT_TRUE(sealed);
    auto fields = seal_key(key_, "fields", firm_);
    Place place{Kind::client_profile, sixteen(0x11), sixteen(0x11), 3};
    auto content = open_field(fields, firm_, place, *sealed);
    ASSERT_TRUE(content) << content.error().detail;
    EXPECT_EQ(text(*content), "words");
    place.number = 4;
    EXPECT_FALSE(open_field(fields, firm_, place, *sealed));
}

TEST_F(WorkedExample, RowHashesAndTheirSum) {
    auto mac = mac_key(key_, "record-sum", firm_);
    auto first = row_hash(mac, 3, sixteen(0x11), sixteen(0x11), 1, view("sealed bytes"));
    auto second = row_hash(mac, 4, sixteen(0x22), sixteen(0x22), 2, view("other bytes"));
    stands_in_page(first);
    stands_in_page(second);
    RowSum sum;
    sum.add(first);
    sum.add(second);
    EXPECT_EQ(sum.count, 2u);
    stands_in_page(sum.sum);
    sum.remove(second);
    EXPECT_EQ(sum, (RowSum{1, first}));
}

}  // namespace
}  // namespace muniment::keys

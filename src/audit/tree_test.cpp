// SPDX-License-Identifier: Apache-2.0
// The tree against published vectors: RFC 6962's hashing facts, transparency-dev/merkle's 518 proofs, a real tlog-tiles log.
#include <boost/json.hpp>

#include "audit/checkpoint.hpp"
#include "audit/vectors_test.hpp"
#include "crypto/hash.hpp"

namespace muniment::audit::testing {
namespace {

namespace json = boost::json;

TEST(Tree, HashesAsRfc6962Does) {
    EXPECT_EQ(to_hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(leaf_hash({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    EXPECT_EQ(to_hex(leaf_hash(view("L123456"))), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    // An entry longer than what is hashed in one piece: `(printf '\0'; head -c 5000 /dev/zero) | sha256sum`.
    EXPECT_EQ(to_hex(leaf_hash(Bytes(5000, 0))), "e65be96c0f1afd31777f5328ea8e790cbcded0d82d277f7aaccc73dcfe2f6c4e");
}

TEST(Tree, RootsOfTheEightReferenceLeaves) {
    const std::vector<std::string> leaves{
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::vector<std::string> roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Edge edge;
    std::vector<Tile> full;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        edge.append(leaf_hash(from_hex(leaves[i]).value()), full);
        EXPECT_EQ(to_hex(edge.root()), roots[i]);
    }
}

/// Some vectors have a word of another length where a hash belongs. No caller of ours could even pass that on, so its SHA-256
/// stands for it: equal words stay equal, others stay different.
Hash hash_at(const json::value& text) {
    auto bytes = from_base64(std::string_view(text.as_string())).value();
    if (bytes.size() != 32) return crypto::sha256(View(bytes));
    Hash hash;
    std::ranges::copy(bytes, hash.begin());
    return hash;
}
std::vector<Hash> proof_of(const json::object& vector) {
    std::vector<Hash> proof;
    if (vector.at("proof").is_null()) return proof;
    for (const auto& text : vector.at("proof").as_array()) proof.push_back(hash_at(text));
    return proof;
}
std::uint64_t number(const json::object& vector, const char* key) { return vector.at(key).to_number<std::uint64_t>(); }

/// That a leaf hash has a hash's length the type of verify_inclusion() says.
bool has_leaf_hash(const json::object& vector) {
    return from_base64(std::string_view(vector.at("leafHash").as_string())).value().size() == 32;
}
bool inclusion(const json::object& v) {
    return has_leaf_hash(v) && verify_inclusion(hash_at(v.at("leafHash")), number(v, "leafIdx"), number(v, "treeSize"),
                                                proof_of(v), hash_at(v.at("root")));
}
bool subtree_inclusion(const json::object& v) {
    return has_leaf_hash(v) && verify_subtree_inclusion(hash_at(v.at("leafHash")), number(v, "leafIdx"), number(v, "start"),
                                                        number(v, "end"), proof_of(v), hash_at(v.at("root")));
}
bool consistency(const json::object& v) {
    return verify_consistency(number(v, "size1"), number(v, "size2"), proof_of(v), hash_at(v.at("root1")),
                              hash_at(v.at("root2")));
}
bool subtree_consistency(const json::object& v) {
    return verify_subtree_consistency(number(v, "start"), number(v, "end"), number(v, "size"), proof_of(v),
                                      hash_at(v.at("root1")), hash_at(v.at("root2")));
}

struct Vectors {
    const char* name;
    bool (*holds)(const json::object&);
    std::size_t count;
};
class MerkleVectors : public ::testing::TestWithParam<Vectors> {};

TEST_P(MerkleVectors, HoldOrAreRefusedAsTheySay) {
    auto all = json::parse(file_text(vector_path(std::string("merkle/") + GetParam().name + ".json")));
    EXPECT_EQ(all.as_array().size(), GetParam().count);
    for (const auto& row : all.as_array()) {
        const auto& vector = row.at("vector").as_object();
        EXPECT_NE(GetParam().holds(vector), vector.at("wantErr").as_bool()) << row.at("file").as_string();
    }
}
INSTANTIATE_TEST_SUITE_P(All, MerkleVectors,
                         ::testing::Values(Vectors{"inclusion", inclusion, 98}, Vectors{"consistency", consistency, 98},
                                           Vectors{"subtreeinclusion", subtree_inclusion, 204},
                                           Vectors{"subtreeconsistency", subtree_consistency, 118}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Tree, PathsAsTlogTilesSpellsThem) {
    EXPECT_EQ(tile_path(0, 1'234'067, 256), "tile/0/x001/x234/067");
    EXPECT_EQ(tile_path(3, 0, 17), "tile/3/000.p/17");
    EXPECT_EQ(entries_path(1'000, 256), "tile/entries/x001/000");
    EXPECT_EQ(entries_path(67, 1), "tile/entries/067.p/1");
}

TEST(Tree, TilesOfATreeOf70000AsTlogTilesCountsThem) {
    EXPECT_EQ(tile_hashes(70'000, 0, 272), 256u);
    EXPECT_EQ(tile_hashes(70'000, 0, 273), 112u);
    EXPECT_EQ(tile_hashes(70'000, 0, 274), 0u);
    EXPECT_EQ(tile_hashes(70'000, 1, 0), 256u);
    EXPECT_EQ(tile_hashes(70'000, 1, 1), 17u);
    EXPECT_EQ(tile_hashes(70'000, 2, 0), 1u);
    EXPECT_EQ(tile_hashes(70'000, 3, 0), 0u);
    EXPECT_EQ(tile_hashes(256, 1, 0), 1u);
    EXPECT_EQ(tile_hashes(~std::uint64_t{0}, 7, 0), 255u);
}

TEST(Tree, ProofsOutsideOfTheTreeAreRefused) {
    TiledTree tree;
    for (int i = 0; i < 5; ++i) tree.append(leaf_hash({}));
    EXPECT_EQ(prove_inclusion(5, 5, tree.source()).error().problem, Problem::conflict);
    EXPECT_EQ(prove_consistency(0, 5, tree.source()).error().problem, Problem::conflict);
    EXPECT_EQ(prove_consistency(6, 5, tree.source()).error().problem, Problem::conflict);
    EXPECT_FALSE(prove_inclusion(1, 9, tree.source()));
}

TEST(TesseraLog, CheckpointsVerifyAndRootsRecompute) {
    auto key = VerifierKey::parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx").value();
    auto bundle = file_text(vector_path("tlog/" + entries_path(0, 15)));
    auto tile = file_text(vector_path("tlog/" + tile_path(0, 0, 15)));
    Edge edge;
    std::vector<Tile> full;
    std::string hashes;
    Reader in(view(bundle));
    for (std::uint64_t size = 0; size <= 15; ++size) {
        auto note = file_text(vector_path("tlog/checkpoint." + std::to_string(size)));
        auto checkpoint = open_checkpoint(view(note), key);
        ASSERT_TRUE(checkpoint) << checkpoint.error().text();
        EXPECT_EQ(checkpoint->size, size);
        EXPECT_EQ(checkpoint->root, edge.root()) << size;
        EXPECT_EQ(Note::parse(view(note))->encode(), note);
        if (size == 15) break;
        auto leaf = leaf_hash(in.raw(in.u16()));
        hashes += text(leaf);
        edge.append(leaf, full);
    }
    EXPECT_TRUE(in.done("bundle"));
    EXPECT_EQ(hashes, tile);
}

}  // namespace
}  // namespace muniment::audit::testing

// SPDX-License-Identifier: Apache-2.0
// SHA-256 of what comes in pieces, perhaps over days and several processes. OpenSSL's EVP interface keeps its state to itself (until
// 3.5), so this stands on the older functions with their documented structure: the same code beneath, measured as fast.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace muniment::crypto {
namespace {

constexpr std::size_t words = 8, block_bytes = SHA256_CBLOCK;

}  // namespace

struct Sha256::Context {
    Context() { must(SHA256_Init(&sum)); }
    ~Context() { wipe({reinterpret_cast<std::uint8_t*>(&sum), sizeof sum}); }   // it may hold bytes of the content
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    SHA256_CTX sum{};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(View bytes) {
    if (!bytes.empty()) must(SHA256_Update(&context_->sum, bytes.data(), bytes.size()));
}

Hash Sha256::finish() {
    Hash hash;
    must(SHA256_Final(hash.data(), &context_->sum));
    must(SHA256_Init(&context_->sum));
    return hash;
}

Bytes Sha256::state() const {
    Writer out;
    for (auto word : context_->sum.h) out.u32(word);
    out.raw(View(reinterpret_cast<const std::uint8_t*>(context_->sum.data), context_->sum.num));
    return std::move(out).take();
}

Result<Sha256> Sha256::from(View state, std::uint64_t length) {
    Sha256 sha;
    auto& sum = sha.context_->sum;
    Reader in(state);
    for (auto& word : sum.h) word = in.u32();
    auto open_block = in.raw(length % block_bytes);
    CHECK(in.done("the state of a hash"));
    static_assert(sizeof sum.h == words * 4);
    // The length in bits, as two halves (FIPS 180-4 section 5.1.1).
    sum.Nl = static_cast<SHA_LONG>(length << 3);
    sum.Nh = static_cast<SHA_LONG>(length >> 29);
    sum.num = 0;
    std::copy(open_block.begin(), open_block.end(), reinterpret_cast<std::uint8_t*>(sum.data));
    sum.num = static_cast<unsigned>(open_block.size());
    return sha;
}

}  // namespace muniment::crypto

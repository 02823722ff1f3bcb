// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/credential.hpp"

#include "base/limits.hpp"
#include "base/random.hpp"

namespace muniment::access {
namespace {
constexpr std::uint8_t format = 1;
constexpr std::string_view code_letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // 32, so that five bits choose one
constexpr std::size_t phc_bytes_max = 256, totp_bytes_max = 64;
}  // namespace

Bytes Credential::encode() const {
    Writer w;
    w.u8(format)
        .u8(enrolled ? 1 : 0)
        .raw(invitation)
        .i64(invitation_until.us)
        .str(password)
        .str(totp)
        .u64(totp_step)
        .i64(password_set.us)
        .u8(static_cast<std::uint8_t>(sources.size()));
    for (const auto& each : sources) w.raw(each.source.bytes).i64(each.last.us);
    return std::move(w).take();
}

Result<Credential> Credential::decode(View content) {
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a credential");
    Credential c;
    auto enrolled = r.u8();
    c.enrolled = enrolled == 1;
    c.invitation = r.array<32>();
    c.invitation_until = {r.i64()};
    c.password = string(r.str(phc_bytes_max));
    c.totp = bytes(r.str(totp_bytes_max));
    c.totp_step = r.u64();
    c.password_set = {r.i64()};
    std::size_t sources = r.u8();
    if (sources > limits::known_sources_max) return fail(Problem::corrupt, "a credential with too many sources");
    for (std::size_t i = 0; i < sources; ++i) {
        Source source{r.array<9>()};
        c.sources.push_back({source, {r.i64()}});
    }
    CHECK(r.done("a credential"));
    if (enrolled > 1) return fail(Problem::corrupt, "a credential that no encoder writes");
    return c;
}

void Credential::signed_in_from(const Source& source, Instant now) {
    std::erase_if(sources, [&](const auto& each) { return each.source == source || now - each.last > limits::known_source_kept; });
    sources.insert(sources.begin(), {source, now});
    if (sources.size() > limits::known_sources_max) sources.pop_back();
}

RowPlace credential_place(const PersonId& person) { return {keys::Kind::gate_credential, person.bytes, person.bytes}; }

std::string new_invitation_code() {
    auto random = random_bytes<16>();
    std::string code;
    for (std::size_t i = 0; i < random.size(); ++i) {
        if (i > 0 && i % 4 == 0) code += '-';
        code += code_letters[random[i] % code_letters.size()];
    }
    return code;
}

Hash invitation_hash(std::string_view code) {
    std::string plain;
    for (char c : code) {
        if (c == '-' || c == ' ') continue;
        plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return crypto::sha256(view(plain));
}

}  // namespace muniment::access

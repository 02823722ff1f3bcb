// SPDX-License-Identifier: Apache-2.0
#include "keys/root.hpp"

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "keys/sealed.hpp"

namespace muniment::keys {
namespace {

constexpr std::string_view magic = "MUNIUNLK";
constexpr std::uint8_t format = 1;
constexpr std::size_t salt_bytes = 16, sealed_bytes_max = 256;
// A file that asks for more than this was not written by us: it would only be there to exhaust memory.
constexpr std::uint64_t passes_max = 64, memory_bytes_max = 4ull * 1024 * 1024 * 1024;

using MethodKey = crypto::Key<struct MethodKeyTag>;

Place place_of(const UnlockFile& file) { return {Kind::unlock, file.firm.bytes, file.id, 0}; }

UnlockFile seal_root(UnlockFile file, const RootKey& root, const MethodKey& method) {
    file.id = new_random_id();
    file.root_mark = mark_of(root, file.firm);
    file.sealed = seal(seal_key(method, "unlock", file.firm), file.firm, place_of(file), root.expose());
    return file;
}

Result<RootKey> open_root(const UnlockFile& file, const MethodKey& method) {
    auto opened = open_secret(seal_key(method, "unlock", file.firm), file.firm, place_of(file), file.sealed);
    if (!opened) return fail(Problem::wrong_key, "the unlock file of method " + to_uuid_text(file.id));
    TRY(auto root, RootKey::from(std::move(*opened)));
    if (mark_of(root, file.firm) != file.root_mark) return fail(Problem::corrupt, "the unlock file's mark is another key's");
    return root;
}

Result<MethodKey> method_key(const crypto::Secret& key_file) {
    if (key_file.size() != MethodKey::size) return fail(Problem::malformed, "a key file holds 32 bytes");
    return MethodKey::from(key_file.clone());
}

}  // namespace

Bytes UnlockFile::encode() const {
    Writer w;
    w.raw(magic).u8(format).u8(static_cast<std::uint8_t>(method)).raw(View(firm)).raw(id).raw(root_mark);
    w.str(salt).u64(cost.passes).u64(cost.memory_bytes).str(sealed);
    return std::move(w).take();
}

Result<UnlockFile> UnlockFile::decode(View content) {
    Reader r(content);
    if (text(r.raw(magic.size())) != magic) return fail(Problem::corrupt, "this is not an unlock file");
    auto version = r.u8();
    if (version > format) return fail(Problem::too_new, "the unlock file");
    UnlockFile file;
    auto method = r.u8();
    file.firm.bytes = r.array<16>();
    file.id = r.array<16>();
    file.root_mark = r.array<32>();
    file.salt = bytes(r.str(salt_bytes));
    file.cost.passes = r.u64();
    file.cost.memory_bytes = r.u64();
    file.sealed = bytes(r.str(sealed_bytes_max));
    CHECK(r.done("the unlock file"));
    if (version != format) return fail(Problem::corrupt, "an unlock file of an unknown format");
    if (method != 1 && method != 2) return fail(Problem::corrupt, "an unlock method that is not known");
    file.method = static_cast<UnlockMethod>(method);
    if (file.cost.passes > passes_max || file.cost.memory_bytes > memory_bytes_max) {
        return fail(Problem::corrupt, "the unlock file asks for more work than any of ours");
    }
    // One spelling for each content, so that a changed byte is always found: Argon2id counts memory in KiB, a key file needs neither.
    bool canonical = file.method == UnlockMethod::passphrase
                         ? file.salt.size() == salt_bytes && file.cost.memory_bytes % 1024 == 0
                         : file.salt.empty() && file.cost.passes == 0 && file.cost.memory_bytes == 0;
    if (!canonical) return fail(Problem::corrupt, "an unlock file whose salt or cost is not one of ours");
    return file;
}

UnlockFile seal_root_with_key_file(const RootKey& root, const FirmId& firm, const crypto::Secret& key_file) {
    UnlockFile file{.method = UnlockMethod::key_file, .firm = firm, .cost = {0, 0}};
    return seal_root(std::move(file), root, method_key(key_file).value());
}

Result<UnlockFile> seal_root_with_passphrase(const RootKey& root, const FirmId& firm, std::string_view passphrase,
                                             crypto::PasswordCost cost) {
    if (passphrase.empty() || passphrase.size() > limits::passphrase_bytes_max)
        return fail(Problem::weak_password, "it is empty or far too long");
    cost.memory_bytes -= cost.memory_bytes % 1024;   // as Argon2id does
    UnlockFile file{
        .method = UnlockMethod::passphrase, .firm = firm, .salt = bytes(View(random_bytes<salt_bytes>())), .cost = cost};
    TRY(auto typed, normalize_password(passphrase));
    TRY(auto derived, crypto::derive_from_passphrase(typed, file.salt, cost));
    TRY(auto key, MethodKey::from(std::move(derived)));
    return seal_root(std::move(file), root, key);
}

Result<RootKey> unlock_with_key_file(const UnlockFile& file, const crypto::Secret& key_file) {
    if (file.method != UnlockMethod::key_file) return fail(Problem::wrong_key, "this unlock file wants a passphrase");
    TRY(auto key, method_key(key_file));
    return open_root(file, key);
}

Result<RootKey> unlock_with_passphrase(const UnlockFile& file, std::string_view passphrase) {
    if (file.method != UnlockMethod::passphrase) return fail(Problem::wrong_key, "this unlock file wants a key file");
    auto typed = normalize_password(passphrase);
    if (!typed) return fail(Problem::wrong_key, "the unlock file");
    TRY(auto derived, crypto::derive_from_passphrase(*typed, file.salt, file.cost));
    TRY(auto key, MethodKey::from(std::move(derived)));
    return open_root(file, key);
}

}  // namespace muniment::keys

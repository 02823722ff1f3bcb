// SPDX-License-Identifier: Apache-2.0
#include "app/unlock_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace muniment::app {
namespace {

using keys::UnlockMethod;

// Offline guesses are what a passphrase must stand: more memory than a sign-in takes.
constexpr crypto::PasswordCost passphrase_cost{.passes = 3, .memory_bytes = 256ull * 1024 * 1024};

std::filesystem::path path_of(const Home& home, UnlockMethod method, const keys::Mark& root) {
    return home.keys() / (std::string(name_of(method)) + "-" + short_mark(root) + ".unlock");
}

/// Written over first, as far as the disk writes in place.
Result<void> erase_file(const std::filesystem::path& path) {
    std::error_code failed;
    auto size = std::filesystem::file_size(path, failed);
    if (failed) return {};
    int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        const std::string zeros(size, '\0');
        bool written = ::write(fd, zeros.data(), zeros.size()) == static_cast<ssize_t>(zeros.size()) && ::fsync(fd) == 0;
        ::close(fd);
        if (!written) return fail(Problem::unavailable, "a file beside the unlock files cannot be erased");
    }
    std::filesystem::remove(path, failed);
    if (failed) return fail(Problem::unavailable, "an unlock file cannot be removed");
    return {};
}

Result<void> erase(const StoredUnlock& stored) {
    CHECK(erase_file(stored.key_file()));
    CHECK(erase_file(stored.next_key_file()));
    return erase_file(stored.path);
}

Result<keys::RootKey> root_by(const StoredUnlock& stored, const std::filesystem::path& key_file) {
    auto key = read_key_file(key_file);
    if (!key) return fail(Problem::locked);
    return keys::unlock_with_key_file(stored.file, *key);
}

Result<void> take_next_key(const StoredUnlock& stored) {
    std::error_code failed;
    std::filesystem::rename(stored.next_key_file(), stored.key_file(), failed);
    if (failed) return fail(Problem::unavailable, "the new key file is there and cannot take the place of the former one");
    return {};
}

template <class Open>
Result<std::vector<keys::RootKey>> roots_by(const Home& home, UnlockMethod method, Open open) {
    TRY(auto all, unlock_files(home));
    std::vector<keys::RootKey> roots;
    Error last(Problem::locked);
    for (const auto& stored : all) {
        if (stored.file.method != method) continue;
        auto root = open(stored);
        if (root) roots.push_back(std::move(*root));
        else last = root.error();
    }
    if (roots.empty()) return std::unexpected(last);
    return roots;
}

}  // namespace

std::string_view name_of(UnlockMethod method) { return method == UnlockMethod::passphrase ? "passphrase" : "key-file"; }

std::string short_mark(const keys::Mark& mark) { return to_hex(View(mark).first(8)); }

Result<std::vector<StoredUnlock>> unlock_files(const Home& home) {
    std::vector<StoredUnlock> all;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(home.keys(), failed)) {
        if (entry.path().extension() != ".unlock") continue;
        TRY(auto content, read_small_file(entry.path()));
        TRY(auto file, keys::UnlockFile::decode(view(content)));
        all.push_back({entry.path(), std::move(file)});
    }
    std::ranges::sort(all, {}, &StoredUnlock::path);
    return all;
}

bool has_key_file(const Home& home) {
    auto all = unlock_files(home);
    auto has = [](const StoredUnlock& stored) {
        return std::filesystem::exists(stored.key_file()) || std::filesystem::exists(stored.next_key_file());
    };
    return all && std::ranges::any_of(*all, has);
}

Result<void> add_methods(const Home& home, const keys::RootKey& root, const FirmId& firm, const Methods& methods, bool replace) {
    auto mark = keys::mark_of(root, firm);
    if (methods.passphrase) {
        TRY(auto file, keys::seal_root_with_passphrase(root, firm, *methods.passphrase, passphrase_cost));
        CHECK(write_private_file(path_of(home, UnlockMethod::passphrase, mark), text(file.encode()), replace));
    }
    if (!methods.key_file) return {};
    StoredUnlock stored{path_of(home, UnlockMethod::key_file, mark), {}};
    if (!replace && std::filesystem::exists(stored.path)) return fail(Problem::already_done, "there is a key file");
    auto key = crypto::Secret::random(32);
    auto file = keys::seal_root_with_key_file(root, firm, key);
    // The key first: an unlock file without its key opens nothing. Where there is a pair already, its key stays until the new unlock file
    // has taken the old one's place: whenever this is cut off, one of the two keys opens what is there.
    bool first = !std::filesystem::exists(stored.path);
    if (std::filesystem::exists(stored.next_key_file())) {
        TRY(auto present, read_small_file(stored.path));
        TRY(stored.file, keys::UnlockFile::decode(view(present)));
        if (root_by(stored, stored.next_key_file())) CHECK(take_next_key(stored));
    }
    CHECK(write_private_file(first ? stored.key_file() : stored.next_key_file(), to_hex(key.expose()) + "\n", true));
    CHECK(write_private_file(stored.path, text(file.encode()), true));
    return first ? Result<void>{} : take_next_key(stored);
}

Result<void> remove_method(const Home& home, const keys::Mark& root, UnlockMethod method) {
    StoredUnlock stored{path_of(home, method, root), {}};
    if (!std::filesystem::exists(stored.path)) return fail(Problem::not_found, "There is no such unlock method.");
    return erase(stored);
}

Result<void> keep_only(const Home& home, const keys::Mark& root) {
    TRY(auto all, unlock_files(home));
    for (const auto& stored : all)
        if (stored.file.root_mark != root) CHECK(erase(stored));
    return {};
}

Result<std::vector<keys::RootKey>> roots_by_key_file(const Home& home) {
    return roots_by(home, UnlockMethod::key_file, [](const StoredUnlock& stored) -> Result<keys::RootKey> {
        auto root = root_by(stored, stored.key_file());
        return root ? std::move(root) : root_by(stored, stored.next_key_file());
    });
}

Result<std::vector<keys::RootKey>> roots_by_passphrase(const Home& home, std::string_view passphrase) {
    return roots_by(home, UnlockMethod::passphrase,
                    [&](const StoredUnlock& stored) { return keys::unlock_with_passphrase(stored.file, passphrase); });
}

}  // namespace muniment::app

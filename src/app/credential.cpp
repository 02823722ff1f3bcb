// SPDX-License-Identifier: Apache-2.0
#include "app/credential.hpp"

#include <sys/stat.h>

#include <cstdlib>

namespace muniment::app {
namespace {

constexpr std::string_view systemd_mark = "systemd:";

/// A file in a folder that only this service sees.
Result<std::filesystem::path> systemd_credential(std::string_view name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (!folder || !*folder)
        return fail(Problem::not_found,
                    "systemd gave no credentials to this process (LoadCredential=" + std::string(name) + ":FILE in the unit)");
    if (name.empty() || name.find('/') != std::string_view::npos || name.starts_with('.'))
        return fail(Problem::malformed, "a credential of systemd has a plain name");
    return std::filesystem::path(folder) / name;
}

Result<void> kept_from_others(const std::filesystem::path& path, Readers readers) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return fail(Problem::not_found, "There is no " + path.string() + ".");
    if ((found.st_mode & (readers == Readers::owner ? 077 : 07)) != 0)
        return fail(Problem::malformed, path.string() + " can be read by others on this machine: chmod 600 " + path.string());
    return {};
}

}  // namespace

Result<std::filesystem::path> credential_file(std::string_view said, Readers readers) {
    if (said.starts_with(systemd_mark)) return systemd_credential(said.substr(systemd_mark.size()));
    std::filesystem::path path(said);
    CHECK(kept_from_others(path, readers));
    return path;
}

}  // namespace muniment::app

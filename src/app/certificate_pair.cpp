// SPDX-License-Identifier: Apache-2.0
#include "app/certificate_pair.hpp"

#include <cstdlib>

#include "app/credential.hpp"
#include "crypto/certificate_names.hpp"

namespace muniment::app {
namespace {

std::unexpected<Error> unusable(const std::string& what, const std::filesystem::path& file, std::string why) {
    while (why.ends_with('.')) why.pop_back();
    return fail(Problem::conflict, "the server's " + what + " " + file.string() + " cannot be used: " + why);
}

server::TlsFiles places_of(const config::Settings& settings, const std::filesystem::path& home) {
    const auto tls = home / "tls";
    return {.certificate = settings.certificate.empty() ? (tls / "server.pem").string() : settings.certificate,
            .key = settings.key.empty() ? (tls / "server.key").string() : settings.key,
            .allow_tls12 = settings.allow_tls12};
}

bool comes_by_systemd(const std::string& place) { return place.starts_with("systemd:"); }

Result<std::string> read_certificate(const std::string& file) {
    auto pem = read_small_file(file);
    if (!pem) return unusable("certificate", file, "it cannot be read");
    auto facts = crypto::certificate_facts(*pem);
    if (!facts) return unusable("certificate", file, facts.error().detail);
    return std::move(*pem);
}

}  // namespace

Result<server::TlsFiles> certificate_pair(const config::Settings& settings, const std::filesystem::path& home) {
    auto files = places_of(settings, home);
    // A certificate is nobody's secret: for it the credential's place is all that is asked.
    if (comes_by_systemd(files.certificate)) {
        TRY(auto place, credential_file(files.certificate));
        files.certificate = place.string();
    }
    auto key_file = credential_file(files.key, Readers::group);
    if (!key_file) return unusable("key", files.key, key_file.error().detail);
    files.key = key_file->string();
    TRY(auto pem, read_certificate(files.certificate));
    auto key = read_small_file(files.key);
    if (!key) return unusable("key", files.key, "it cannot be read");
    auto facts = crypto::certificate_facts(pem, *key);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(key->data()), key->size()});
    if (!facts) return unusable("key", files.key, facts.error().detail);
    if (!facts->key_fits) return unusable("key", files.key, "it is not the key of the certificate " + files.certificate);
    return files;
}

Result<server::TlsFiles> certificate_in_sight(const config::Settings& settings, const std::filesystem::path& home, bool& unseen) {
    auto files = places_of(settings, home);
    unseen = !std::getenv("CREDENTIALS_DIRECTORY") && (comes_by_systemd(files.certificate) || comes_by_systemd(files.key));
    if (!unseen) return certificate_pair(settings, home);
    if (!comes_by_systemd(files.certificate)) {
        TRY(auto pem, read_certificate(files.certificate));
    }
    return files;
}

std::vector<std::string> names_missing(const config::Settings& settings, const server::TlsFiles& files) {
    std::vector<std::string> missing;
    auto pem = read_small_file(files.certificate);
    if (!pem) return {};    // one that systemd hands over, to somebody else
    for (const auto& name : settings.names)
        if ( !crypto::certificate_names(*pem, name)) missing.push_back(name);
    return missing;
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
#include "cli/profile.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/json.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {

namespace fs = std::filesystem;
namespace json = boost::json;

fs::path Profiles::default_file() {
    const auto folder = [](const char* name) -> fs::path {
        const char* value = std::getenv(name);
        return value ? value : "";
    };
    if (const auto own = folder("MUNIMENT_CONFIG_DIR"); !own.empty()) return own / "client.json";
    // The XDG specification: what is not absolute is to be ignored.
    if (const auto xdg = folder("XDG_CONFIG_HOME"); xdg.is_absolute()) return xdg / "muniment" / "client.json";
    const auto home = folder("HOME");
    if (home.empty()) usage("Neither MUNIMENT_CONFIG_DIR nor HOME says where to keep the sign-in.");
    return home / ".config" / "muniment" / "client.json";
}

Profiles Profiles::load(const fs::path& file) {
    Profiles profiles;
    profiles.file_ = file;
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        if (fs::exists(file)) throw Stop(ExitCode::failed, file.string() + " cannot be read.");
        return profiles;
    }
    if (readable_by_others(file))
        throw Stop(ExitCode::failed, file.string() + " holds your sign-in and can be read by others; make it yours alone "
                                     "(chmod 600), and sign in again if somebody may have read it.");
    const std::string text(std::istreambuf_iterator<char>(in), {});
    boost::system::error_code error;
    const auto root = json::parse(text, error);
    const auto* all = error || !root.is_object() ? nullptr : root.as_object().if_contains("profiles");
    if (!all || !all->is_object())
        throw Stop(ExitCode::failed, file.string() + " is not understood; remove it and sign in again.");
    for (const auto& [name, value] : all->as_object())
        profiles.profiles_[name] = {text_of(value, "server"), text_of(value, "pin"), text_of(value, "sign_in"),
                                    text_of(value, "token"), text_of(value, "expires")};
    return profiles;
}

std::optional<Profile> Profiles::find(const std::string& name) const {
    auto found = profiles_.find(name);
    return found == profiles_.end() ? std::nullopt : std::optional(found->second);
}

void Profiles::put(const std::string& name, Profile profile) { profiles_[name] = std::move(profile); }

void Profiles::save() const {
    json::object all;
    for (const auto& [name, p] : profiles_)
        all[name] = {{"server", p.server}, {"pin", p.pin}, {"sign_in", p.sign_in}, {"token", p.token}, {"expires", p.expires}};
    write_private_file(file_, json::serialize(json::object{{"profiles", all}}) + "\n");
}

std::string server_url(std::string_view typed) {
    constexpr std::string_view scheme = "https://";
    auto host = typed;
    if (host.starts_with(scheme)) host.remove_prefix(scheme.size());
    else if (host.contains("://")) usage("The server's address begins with https://; nothing is sent unencrypted.");
    if (host.ends_with('/')) host.remove_suffix(1);
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(".-_:[]").contains(c);
    };
    if (host.empty() || !std::ranges::all_of(host, allowed))
        usage("The server's address is like https://muniment.firm.example:8443.");
    return std::string(scheme) + std::string(host);
}

}  // namespace muniment::cli

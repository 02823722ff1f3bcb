// SPDX-License-Identifier: Apache-2.0
// What the client remembers between calls: which server, whose certificate, which token. One file for all profiles,
// $MUNIMENT_CONFIG_DIR/client.json, else $XDG_CONFIG_HOME/muniment/client.json, else ~/.config/muniment/client.json; mode 0600.
//
// The token in it is worth as much as the person's session until it expires: a file that others can read is refused, not used.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace muniment::cli {

struct Profile {
    std::string server;      ///< "https://muniment.firm.example:8443", nothing after it
    std::string pin;         ///< base64 of SHA-256 of the server's public key; empty: by the system's authorities
    std::string sign_in;
    std::string token;       ///< empty: not signed in
    std::string expires;
    friend bool operator==(const Profile&, const Profile&) = default;
};

class Profiles {
  public:
    static std::filesystem::path default_file();
    /// None where the file is not there. Stop where it is not ours alone or cannot be understood.
    static Profiles load(const std::filesystem::path& file = default_file());

    std::optional<Profile> find(const std::string& name) const;
    void put(const std::string& name, Profile profile);
    void save() const;

  private:
    std::filesystem::path file_;
    std::map<std::string, Profile> profiles_;
};

/// "https://host[:port]" of what was typed ("host", "host:8443", with a slash at the end). Stop(usage) for anything else:
/// no plain http, no path, no sign-in in it.
std::string server_url(std::string_view typed);

}  // namespace muniment::cli

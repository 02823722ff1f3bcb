// SPDX-License-Identifier: Apache-2.0
// What login and accept share: which server, is it the right one, and who is there.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/profile.hpp"

namespace muniment::cli {

/// --server, --fingerprint, --ca, --sign-in, --password-file, --password-stdin, --code
std::vector<Option> sign_in_options();

/// The profile's server, or the one of --server, known from now on: by the key behind --fingerprint, by the person's yes at the
/// terminal, or by the system's authorities (--ca system). Nothing of a former sign-in at another server is left in it.
Profile trusted_server(const Arguments& arguments);

std::string sign_in_from(const Arguments& arguments, const Profile& profile);
std::string code_from(const Arguments& arguments);
std::string password_in_file(const std::string& name);   ///< its first line
/// `twice`: when it is a new one and is typed, it is asked again and compared.
std::string password_from(const Arguments& arguments, bool twice);

/// Keeps the token of a new session in the profile, and says who is signed in.
void keep_session(const Arguments& arguments, Profile profile, const boost::json::value& session);

/// Whether two spellings of a fingerprint are one: case and colons do not matter.
bool same_fingerprint(std::string_view a, std::string_view b);

}  // namespace muniment::cli

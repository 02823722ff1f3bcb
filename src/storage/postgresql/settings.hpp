// SPDX-License-Identifier: Apache-2.0
// Where the database is, how it is reached, and what a server must be like that rows are trusted to.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "storage/open.hpp"

namespace muniment::storage::postgresql {

enum class Role : bool { read, write };

struct Settings {
    std::vector<std::pair<std::string, std::string>> words;  ///< for libpq, keyword by keyword
    std::string schema = "muniment";                         ///< where our tables are
    bool durable = true;                                     ///< refuse a server that does not sync; false in tests alone
    bool local = false;                                      ///< by a socket of this machine: no TLS

    /// `malformed`, saying what to write instead, where the address holds a password or asks for less than verified TLS.
    static Result<Settings> from(const std::string& url, const PostgresqlForTests& tests);
};

/// Whether libpq means a socket of this machine by that host.
bool is_socket(std::string_view host);

}  // namespace muniment::storage::postgresql

// SPDX-License-Identifier: Apache-2.0
// How a holder's recovery share comes in: at the terminal, without being shown, from a file or from standard input; never on the
// command line, where other users of the computer and its history see it.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace muniment::cli {

/// --share-file, --share-stdin
std::vector<Option> share_input_options();

/// The words, read and checked here, so that a slip of the pen never travels. Stop(usage) where they are no share.
std::string share_from(const Arguments& arguments);
/// What the server said of a set, in words: who has come, how many are missing, whether it is open now.
std::string shares_so_far(const boost::json::value& standing);
/// Over as many lines as it takes.
std::string ask_share(std::string_view question);

}  // namespace muniment::cli

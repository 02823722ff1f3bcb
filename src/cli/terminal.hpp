// SPDX-License-Identifier: Apache-2.0
// What only an operating system can do. terminal.cpp is the one source of this module with calls that are not in the C++ standard
// library or in libcurl: whoever brings the client to another system writes this file anew.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace muniment::cli {

enum class Stream { in, out, err };
bool is_terminal(Stream stream);
int terminal_columns();                          ///< of stderr; 80 where it is not known

/// Asks on the terminal itself, not on stdin, so that a pipe does not answer. Stop(usage) where there is none.
std::string ask(std::string_view question);
std::string ask_hidden(std::string_view question);   ///< nothing that is typed is shown

/// A file that nobody else can read from its first moment on, complete or not there at all; the folder is made likewise.
void write_private_file(const std::filesystem::path& path, std::string_view content);
bool readable_by_others(const std::filesystem::path& path);

/// A file's bytes, or the names in a folder, so that they survive a power cut. False where that failed.
bool sync_to_disk(const std::filesystem::path& path);
/// Renames, and fails where something stands at `to`, without a moment in between.
bool rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to, std::error_code& error);

}  // namespace muniment::cli

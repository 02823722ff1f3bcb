// SPDX-License-Identifier: Apache-2.0
// In place of the browser's part, where the program was built without it.
#include "server/page/page.hpp"

namespace muniment::server {
namespace {

constexpr unsigned char plain[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Muniment</title>\n<h1>Muniment</h1>\n"
    "<p>This server was built without its page for the browser. The command line <code>muniment-cli</code> does all that the page "
    "does.</p>\n";

constexpr PageFile files[] = {
    {"/index.html", "text/html; charset=utf-8", "plain-page", View(plain).first(sizeof plain - 1), {}, {}}};
constexpr std::string_view addresses[] = {"/"};

}  // namespace

constinit const PageFiles page_files{files, addresses};

}  // namespace muniment::server

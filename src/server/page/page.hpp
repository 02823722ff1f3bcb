// SPDX-License-Identifier: Apache-2.0
// The browser's part, as it is handed out: files that the build compressed and put into the program (tools/page), and nothing else.
//
// Promises   The same bytes for everybody: what a browser shows of the firm, it fetches by the API. Nothing here comes from another
//            server, and by the policy that goes with each file the browser asks no other, runs no script and takes no style but
//            these. An address of the page holds ids only; one that holds anything else is not its own.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "server/http/message.hpp"

namespace muniment::server {

struct PageFile {
    std::string_view path;        ///< "/assets/main-B7kq….js"; the page itself is "/index.html"
    std::string_view type;
    std::string_view tag;         ///< of its content: another content has another
    View plain, gzip, brotli;
};

struct PageFiles {
    std::span<const PageFile> files;
    std::span<const std::string_view> addresses;      ///< at which the page itself stands: "/matters/{matter}"
};

/// What was built in: by the build, out of web/.
extern const PageFiles page_files;

class Page {
  public:
    explicit Page(PageFiles files) : files_(files) {}

    /// Nothing where the request asks for something else than the page. `for_nothing` is the page for a person who asked for what is
    /// not there: it says so.
    std::optional<Response> answer(const Request& request) const;
    std::optional<Response> for_nothing(const Request& request) const;

  private:
    const PageFile* find(std::string_view path) const;
    bool is_address(const Request& request) const;

    PageFiles files_;
};

}  // namespace muniment::server

// SPDX-License-Identifier: Apache-2.0
// One connection to the server, by libcurl: TLS always, the server known by its pinned public key or by the system's
// authorities, no redirects (a redirect could send the token elsewhere). Bodies of papers are streamed both ways.
//
// One Http per thread. Connections are kept and used again.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/certificate.hpp"

namespace muniment::cli {

/// How the server is known.
struct Server {
    std::string url;
    std::string pin;    ///< empty: the system's authorities
};

/// Bytes that are read while they are sent.
struct Content {
    std::uint64_t size = 0;
    std::function<std::optional<std::size_t>(std::span<char>)> read;   ///< nothing: give up; 0: the end
};

struct Request {
    std::string method;
    std::string path;                                          ///< from "/api" on
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};                                     ///< JSON
    const Content* content = nullptr;                          ///< then `body` is its part `about`, before it
    bool bare = false;                                         ///< `content` is the whole body
    std::function<bool(std::string_view)> receive = {};        ///< takes a 2xx body piece by piece; false: give up
};

struct Response {
    int status = 0;
    std::string body;
    std::optional<int> retry_after;
};

/// It never came to an answer; after `broken_off` the server may have acted on it all the same.
struct NoAnswer {
    enum class Why { not_reached, another_certificate, broken_off, gave_up } why;
    std::string text;
};

class Http {
  public:
    explicit Http(Server server);
    ~Http();
    Http(Http&&) noexcept;

    std::expected<Response, NoAnswer> send(const Request& request);

  private:
    struct Curl;
    Server server_;
    std::unique_ptr<Curl> curl_;
};

/// Connects, believing nobody, sends nothing, and says whose certificate it was. Stop(unreachable).
crypto::CertificateFacts certificate_of(const std::string& url);

}  // namespace muniment::cli

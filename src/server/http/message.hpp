// SPDX-License-Identifier: Apache-2.0
// What a request says and what an answer is, free of sockets, so that routes are tested without a server.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace muniment::server {

enum class Method : std::uint8_t {
    get, head, post, put, patch, del, options, propfind, proppatch, mkcol, copy, move, lock, unlock
};
std::string_view name(Method method);                            ///< "DELETE"
std::optional<Method> method_named(std::string_view name);       ///< case counts (RFC 9110 section 9.1)

/// Header fields in their order; names compare without case (RFC 9110 section 5.1).
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}
    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    void set(std::string_view name, std::string value);          ///< in place of all of that name
    std::optional<std::string_view> find(std::string_view name) const;   ///< the first
    std::optional<std::string> list(std::string_view name) const;        ///< all, joined by commas (section 5.3)
    bool has(std::string_view name) const { return find(name).has_value(); }
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

  private:
    std::vector<Field> fields_;
};

struct Request {
    Method method = Method::get;
    std::string path;                       ///< as it was sent, without the query
    std::vector<std::string> segments;      ///< decoded once; none is empty, "." or "..", none holds '/' or a control character
    bool trailing_slash = false;            ///< "/a/" rather than "/a"; true for "/"
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
    Headers headers;
    std::string source_address;             ///< numeric, without the port
    RequestId id;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// A long answer, made in steps on the worker pool: bounded work each, no waiting for the client inside.
class BodySource {
  public:
    virtual ~BodySource() = default;
    virtual std::optional<std::uint64_t> length() const = 0;     ///< nullopt: not known beforehand, sent in chunks
    /// Writes at most out.size() (never more than limits::transfer_step_bytes) and says how many; 0 is the end. An error
    /// before the first byte becomes a problem answer, a later one cuts the connection: a client never takes half for whole.
    virtual Result<std::size_t> next(std::span<std::uint8_t> out) = 0;
    /// Called once, last: how many bytes of the body the network took, and whether that was all of it.
    virtual void ended(std::uint64_t bytes_sent, bool whole) = 0;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    std::unique_ptr<BodySource> stream;     ///< in place of the body
};

/// A long request body. Dropped without finish(): it was cut off, and nothing of it may be kept.
class BodySink {
  public:
    virtual ~BodySink() = default;
    virtual Result<void> add(View step) = 0;  ///< at most limits::transfer_step_bytes; the view ends with the call
    virtual Result<Response> finish() = 0;
};

/// "Go on, send it; I will look at it when it is all there."
struct WantsBody {
    std::size_t bytes_max;
    std::move_only_function<Result<Response>(const Request&, Bytes)> then;
};
/// "Go on, send it; I take it as it comes."
struct WantsStream {
    std::uint64_t bytes_max;
    std::unique_ptr<BodySink> sink;
};
using Answer = std::variant<Response, WantsBody, WantsStream>;

}  // namespace muniment::server

// SPDX-License-Identifier: Apache-2.0
// The server's API (docs/api/openapi.json) as calls that give JSON or throw Stop.
//
// Promises   What is made is made once, though a connection breaks: each creation has a random Idempotency-Key, the same on
//            every try. Only what is safe to repeat is repeated: reading, PUT, DELETE and creations; never a change that
//            names a revision, because a first try that came through would read as somebody else's change.
// Does not   Look into what it carries.
#pragma once
#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "cli/http.hpp"
#include "cli/profile.hpp"

namespace muniment::cli {

class Arguments;

class Api {
  public:
    Api(Server server, std::string token) : server_(std::move(server)), token_(std::move(token)), http_(server_) {}
    /// Another connection to the same server, for another thread.
    Api another() const { return {server_, token_}; }

    boost::json::value get(const std::string& path);
    /// All pages of a list, or the first `items_max` things of it.
    boost::json::array list(const std::string& path, std::size_t items_max = SIZE_MAX);
    boost::json::value create(const std::string& path, const boost::json::value& body,
                              std::optional<std::uint64_t> revision = std::nullopt);
    boost::json::value post(const std::string& path, const boost::json::value& body = {});   ///< not repeated
    boost::json::value change(const std::string& method, const std::string& path, std::uint64_t revision,
                              const boost::json::value& body = {});
    void put(const std::string& path, const boost::json::value& body = {});
    void remove(const std::string& path);

    /// `open` and `begin` are called anew at every try.
    boost::json::value upload(const std::string& path, const boost::json::value& about, const std::function<Content()>& open,
                              std::optional<std::uint64_t> revision = std::nullopt);
    void download(const std::string& path, const std::function<std::function<bool(std::string_view)>()>& begin);
    std::string text(const std::string& path);

    // Of an upload in pieces. What breaks off, or finds another connection still sending, is no failure: the caller asks how far it
    // is, and goes on.
    void send_piece(const std::string& address, std::uint64_t offset, const Content& content);
    std::optional<boost::json::value> try_get(const std::string& path);
    void end_upload(const std::string& address);    ///< also where it is gone already

  private:
    enum class Repeat : bool { no, yes };
    Response answer(Request request, Repeat repeat, const std::function<void(Request&)>& before_try = {});
    boost::json::value call(Request request, Repeat repeat);

    Server server_;
    std::string token_;
    Http http_;
};

/// As who signed in with this profile. Stop(not_signed_in).
Api connect(const Arguments& arguments);

/// Random, for one thing to be made.
std::string new_idempotency_key();

}  // namespace muniment::cli

// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a server on 127.0.0.1 with a handler that shows what happens to it, and a client that sends
// any bytes at all over TLS.
#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "server/http/http.hpp"

namespace muniment::server {

/// The byte at a place of every made-up body: no period that a lost or doubled step would fit into.
std::uint8_t pattern_byte(std::uint64_t at);
std::string pattern(std::uint64_t length);

class TestHandler final : public Handler {
  public:
    Result<Answer> begin(const Request& request) override;
    void failed(const RequestId& request, const Error& error) override;

    std::uint64_t sink_bytes_max = 1 << 30;
    std::atomic<std::uint64_t> begun = 0, sink_bytes = 0, sinks_finished = 0, sinks_dropped = 0, sinks_wrong = 0;
    std::atomic<std::uint64_t> sources_whole = 0, sources_cut = 0, last_sent = 0;
    std::atomic<std::size_t> largest_step = 0;
    std::mutex mutex;
    std::string last_failure;     // under the mutex
    Request last;                 // under the mutex
};

struct Reply {
    int status = 0;
    Headers headers;
    std::string body;
};

/// Blocking, for one test at a time. Waits at most 10 s for anything.
class Client {
  public:
    struct Options {
        int tls_max = 0;               // 0: whatever OpenSSL likes
        std::string alpn = "http/1.1"; // empty: none is offered
        int receive_buffer = 0;        // bytes, to be a slow reader soon
    };
    explicit Client(std::uint16_t port);
    Client(std::uint16_t port, const Options& options);
    ~Client();
    Client(Client&&) = delete;

    bool shook_hands() const { return shook_; }
    bool send(std::string_view bytes);
    std::optional<Reply> receive(bool head_only = false);
    Reply ask(std::string_view request);         ///< send and receive; status 0 if nothing came
    std::string receive_line();
    bool closed();                               ///< the server ended the connection, nothing more came
    void end_sending();                          ///< close_notify and FIN: no more of the request will come
    std::string certificate_name() const;

  private:
    bool fill();
    int socket_ = -1;
    void* context_ = nullptr;
    void* ssl_ = nullptr;
    bool shook_ = false;
    std::string buffer_;
};

class Fixture {
  public:
    explicit Fixture(Config config = {});
    TlsFiles tls() const { return {.certificate = folder / "server.pem", .key = folder / "server.key"}; }
    ~Fixture();
    void write_certificate(const std::string& name);   ///< a fresh authority and a certificate of this name
    std::uint16_t port() const { return server->port(); }

    TestHandler handler;
    std::filesystem::path folder;
    SystemClock clock;
    std::unique_ptr<Server> server;
};

/// Limits of fractions of a second.
Config quick();

}  // namespace muniment::server

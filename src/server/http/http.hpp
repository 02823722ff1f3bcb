// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TLS: the only place that knows sockets, and the only place where anything waits for a client.
//
// A connection lives on one thread of its own loop, as a coroutine; what a Handler does runs on a pool of workers, blocking,
// one step of at most 1 MiB at a time, and never two at once for one connection. While a worker fills or empties one step
// the loop encrypts or decrypts the next, so a slow client holds two buffers and never a worker.
//
// Promises   A Handler sees a whole, well-formed head: path decoded once and free of dot segments, `/` and control
//            characters inside a segment; no request whose length two readers could understand differently.
//            A sink whose body did not arrive to its last byte is destroyed without finish().
//            Every wait, size and count is bounded (Limits), and where an answer can still be sent it is a problem document
//            (RFC 9457). An exception or an `internal` error tells the client its request id and nothing else.
// Assumes    Steps are bounded. Whoever starts the process ignores SIGPIPE. No proxy stands in front: source_address is the
//            peer's.
// Does not   Know routes, people or content. Speak HTTP/1.0, HTTP/2, or anything without TLS.
// Read next  message.hpp, connection.cpp (the way of one request), channel.hpp (TLS and time), router.hpp beside this folder.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "server/http/message.hpp"

namespace muniment::server {

/// Called on the workers, for many connections at once.
class Handler {
  public:
    virtual ~Handler() = default;
    /// The head has come, the body has not: a refusal here spares the client the sending.
    virtual Result<Answer> begin(const Request& request) = 0;
    /// Something of ours failed (status 500 and above): for the operations log. The client saw only the request's id.
    virtual void failed(const RequestId& request, const Error& error) = 0;
};

/// As in base/limits.hpp, or lower in tests.
struct Limits {
    std::size_t header_bytes = limits::header_bytes_max;
    std::size_t target_bytes = limits::target_bytes_max;
    std::size_t connections = limits::connections_max;
    std::size_t connections_per_source = limits::connections_per_source_max;
    std::size_t requests_per_connection = limits::requests_per_connection_max;
    std::size_t discarded_bytes = limits::discarded_body_bytes_max;
    std::size_t step_bytes = limits::body_step_bytes;
    std::size_t stall_bytes = limits::body_stall_bytes;
    Duration handshake_wait = limits::handshake_wait;
    Duration header_wait = limits::header_wait;
    Duration idle_wait = limits::idle_wait;
    Duration stall_wait = limits::body_stall_wait;
    Duration drain_wait = limits::drain_wait;
    Duration linger_wait = limits::linger_wait;
    Duration watch_interval = limits::watch_interval;
};

/// One for each two processors: what a worker does with a request takes about as long as its TLS.
inline unsigned loops_default() { return std::max(1u, std::thread::hardware_concurrency() / 2); }

/// What handshakes are made with.
struct TlsFiles {
    std::string certificate;                ///< PEM, the whole chain, the server's first
    std::string key;                        ///< PEM
    bool allow_tls12 = false;
};

struct Config {
    std::string address = "127.0.0.1";      ///< numeric; "::" is every address of both families
    std::uint16_t port = 0;                 ///< 0: any free one
    TlsFiles tls;
    unsigned loops = loops_default();       ///< threads that do TLS
    unsigned workers = limits::http_workers;
    Limits limits;
};

class Server {
  public:
    /// Listens when it returns. `handler` and `clock` outlive the server.
    static Result<std::unique_ptr<Server>> start(Config config, Handler& handler, const Clock& clock);
    ~Server();                              ///< stop()

    std::uint16_t port() const;
    /// Reads both files; new handshakes use them. If they do not fit each other, nothing changes.
    Result<void> use(const TlsFiles& tls);
    /// Takes no more connections, closes idle ones, lets what is under way end within drain_wait, then stop(). True if all
    /// of it ended by itself.
    bool drain();
    /// Cuts what is under way and returns when no handler is being called any more.
    void stop();
    std::size_t connections() const;

  private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace muniment::server

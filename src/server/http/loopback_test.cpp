// SPDX-License-Identifier: Apache-2.0
#include "server/http/loopback.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "crypto/certificate.hpp"

namespace muniment::server {

std::uint8_t pattern_byte(std::uint64_t at) { return static_cast<std::uint8_t>((at * 2654435761u) >> 13); }

std::string pattern(std::uint64_t length) {
    std::string out(length, '\0');
    for (std::uint64_t i = 0; i < length; ++i) out[i] = static_cast<char>(pattern_byte(i));
    return out;
}

namespace {

class PatternSource final : public BodySource {
  public:
    PatternSource(TestHandler& handler, std::uint64_t bytes, std::optional<std::uint64_t> announced, bool fails)
        : handler_(handler), bytes_(bytes), announced_(announced), fails_(fails) {}
    std::optional<std::uint64_t> length() const override { return announced_; }
    Result<std::size_t> next(std::span<std::uint8_t> out) override {
        handler_.largest_step = std::max(handler_.largest_step.load(), out.size());
        if (fails_ && at_ == bytes_) return fail(Problem::corrupt, "object 7");
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), bytes_ - at_));
        for (std::size_t i = 0; i < count; ++i) out[i] = pattern_byte(at_ + i);
        at_ += count;
        return count;
    }
    void ended(std::uint64_t sent, bool whole) override {
        handler_.last_sent = sent;
        ++(whole ? handler_.sources_whole : handler_.sources_cut);
    }

  private:
    TestHandler& handler_;
    std::uint64_t bytes_, at_ = 0;
    std::optional<std::uint64_t> announced_;
    bool fails_;
};

class CountingSink final : public BodySink {
  public:
    explicit CountingSink(TestHandler& handler) : handler_(handler) {}
    ~CountingSink() override {
        if (!finished_) ++handler_.sinks_dropped;
    }
    Result<void> add(View step) override {
        handler_.largest_step = std::max(handler_.largest_step.load(), step.size());
        for (const auto byte : step)
            if (byte != pattern_byte(at_++)) wrong_ = true;
        handler_.sink_bytes = at_;
        return {};
    }
    Result<Response> finish() override {
        finished_ = true;
        ++handler_.sinks_finished;
        if (wrong_) ++handler_.sinks_wrong;
        return Response{.status = 201, .body = std::to_string(at_)};
    }

  private:
    TestHandler& handler_;
    std::uint64_t at_ = 0;
    bool finished_ = false, wrong_ = false;
};

std::uint64_t number(const std::string& text) { return std::stoull(text); }

}  // namespace

Result<Answer> TestHandler::begin(const Request& request) {
    ++begun;
    {
        const std::lock_guard lock(mutex);
        last = request;
    }
    const auto& what = request.segments.empty() ? "" : request.segments.front();
    if (what == "hello") return Answer(Response{.headers = {{"Content-Type", "text/plain"}}, .body = "hello"});
    if (what == "big") return Answer(Response{.body = pattern(number(request.segments[1]))});
    if (what == "stream") {
        const auto size = number(request.segments[1]);
        return Answer(Response{.stream = std::make_unique<PatternSource>(*this, size, size, false)});
    }
    if (what == "endless")
        return Answer(
            Response{.stream = std::make_unique<PatternSource>(*this, number(request.segments[1]), std::nullopt, false)});
    if (what == "breaks") {
        const auto size = number(request.segments[1]);
        return Answer(Response{.stream = std::make_unique<PatternSource>(*this, size, size + 1'000'000, true)});
    }
    if (what == "short") {
        const auto size = number(request.segments[1]);
        return Answer(Response{.stream = std::make_unique<PatternSource>(*this, size, size + 1'000'000, false)});
    }
    if (what == "body")
        return Answer(
            WantsBody{1'000, [](const Request&, Bytes body) -> Result<Response> { return Response{.body = string(body)}; }});
    if (what == "sink") return Answer(WantsStream{sink_bytes_max, std::make_unique<CountingSink>(*this)});
    if (what == "throws") throw std::runtime_error("Smith v Jones");
    if (what == "mistake") return fail(Problem::internal, "row 17 of Smith v Jones");
    if (what == "splits") return Answer(Response{.headers = {{"X-Name", "a\r\nSet-Cookie: b"}}});
    if (what == "busy") return fail(Problem::busy, "commits");
    if (what == "sleep") {
        std::this_thread::sleep_for(std::chrono::milliseconds(number(request.segments[1])));
        return Answer(Response{.body = "rested"});
    }
    return fail(Problem::denied);
}

void TestHandler::failed(const RequestId&, const Error& error) {
    const std::lock_guard lock(mutex);
    last_failure = error.detail;
}

Client::Client(std::uint16_t port) : Client(port, Options{}) {}

Client::Client(std::uint16_t port, const Options& options) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 10};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (options.receive_buffer > 0)
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    auto* context = SSL_CTX_new(TLS_client_method());
    context_ = context;
    if (options.tls_max) SSL_CTX_set_max_proto_version(context, options.tls_max);
    auto* ssl = SSL_new(context);
    ssl_ = ssl;
    if (!options.alpn.empty()) {
        const auto wire = std::string(1, static_cast<char>(options.alpn.size())) + options.alpn;
        SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(wire.data()), static_cast<unsigned>(wire.size()));
    }
    SSL_set_fd(ssl, socket_);
    shook_ = SSL_connect(ssl) == 1;
}

Client::~Client() {
    SSL_free(static_cast<SSL*>(ssl_));
    SSL_CTX_free(static_cast<SSL_CTX*>(context_));
    ::close(socket_);
}

bool Client::send(std::string_view bytes) {
    std::size_t written = 0;
    return shook_ && SSL_write_ex(static_cast<SSL*>(ssl_), bytes.data(), bytes.size(), &written) == 1;
}

bool Client::fill() {
    std::array<char, 16'384> piece;
    std::size_t count = 0;
    if (!shook_ || SSL_read_ex(static_cast<SSL*>(ssl_), piece.data(), piece.size(), &count) != 1) return false;
    buffer_.append(piece.data(), count);
    return true;
}

std::string Client::receive_line() {
    auto end = buffer_.find("\r\n");
    while (end == std::string::npos) {
        if (!fill()) return "";
        end = buffer_.find("\r\n");
    }
    auto line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
}

std::optional<Reply> Client::receive(bool head_only) {
    Reply reply;
    const auto status = receive_line();
    if (!status.starts_with("HTTP/1.1 ")) return std::nullopt;
    reply.status = std::stoi(status.substr(9, 3));
    for (auto line = receive_line(); !line.empty(); line = receive_line()) {
        const auto colon = line.find(": ");
        reply.headers.add(line.substr(0, colon), line.substr(colon + 2));
    }
    if (head_only || reply.status == 204 || reply.status == 304) return reply;
    const auto take = [&](std::size_t count) {
        while (buffer_.size() < count)
            if (!fill()) return false;
        reply.body.append(buffer_, 0, count);
        buffer_.erase(0, count);
        return true;
    };
    if (const auto length = reply.headers.find("content-length")) {
        if (!take(std::stoull(std::string(*length)))) return std::nullopt;
    } else if (reply.headers.has("transfer-encoding")) {
        while (true) {
            const auto size = std::stoull("0" + receive_line(), nullptr, 16);
            if (!take(size)) return std::nullopt;
            if (!receive_line().empty()) return std::nullopt;
            if (size == 0) break;
        }
    }
    return reply;
}

Reply Client::ask(std::string_view request) {
    if (!send(request)) return {};
    return receive().value_or(Reply{});
}

bool Client::closed() {
    return buffer_.empty() && !fill() && buffer_.empty();
}

void Client::end_sending() {
    SSL_shutdown(static_cast<SSL*>(ssl_));
    ::shutdown(socket_, SHUT_WR);
}

std::string Client::certificate_name() const {
    auto* certificate = SSL_get1_peer_certificate(static_cast<SSL*>(ssl_));
    std::string names;
    for (const auto* name : {"first.example", "second.example"})
        if (X509_check_host(certificate, name, 0, 0, nullptr) == 1) names += name;
    X509_free(certificate);
    return names;
}

void Fixture::write_certificate(const std::string& name) {
    const Instant now = clock.now();
    const auto authority = crypto::make_authority("Test authority", now);
    ASSERT_TRUE(authority);
    const auto issued = crypto::issue_server_certificate(*authority, {name, "127.0.0.1"}, now);
    ASSERT_TRUE(issued);
    std::ofstream(folder / "server.pem") << issued->certificate_pem;
    std::ofstream(folder / "server.key") << issued->key_pem;
}

Fixture::Fixture(Config config)
    : folder(std::filesystem::temp_directory_path() / ("muniment-http-" + RequestId::random().text())) {
    std::signal(SIGPIPE, SIG_IGN);
    std::filesystem::create_directories(folder);
    write_certificate("first.example");
    config.tls.certificate = tls().certificate;
    config.tls.key = tls().key;
    auto started = Server::start(std::move(config), handler, clock);
    if (!started) throw std::runtime_error(started.error().text());
    server = *std::move(started);
}

Fixture::~Fixture() {
    server.reset();
    std::filesystem::remove_all(folder);
}

Config quick() {
    using namespace std::chrono_literals;
    Config config{.workers = 8};
    config.limits.handshake_wait = config.limits.header_wait = config.limits.idle_wait = config.limits.stall_wait = 300ms;
    config.limits.drain_wait = 2s;
    config.limits.linger_wait = 300ms;
    config.limits.watch_interval = 10ms;
    return config;
}

}  // namespace muniment::server

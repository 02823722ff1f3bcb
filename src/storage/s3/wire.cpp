// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/wire.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::storage::s3 {
namespace {

// libcurl's own 16 and 64 KiB are hundreds of turns between two processes for one part.
constexpr long receive_buffer_bytes = 256 * 1024, send_buffer_bytes = 512 * 1024;

template <class D>
long seconds(D wait) {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(wait).count());
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

void add(Headers& headers, const std::string& line) {
    auto* longer = curl_slist_append(headers.get(), line.c_str());
    require(longer != nullptr, "no memory for a header");
    static_cast<void>(headers.release());
    headers.reset(longer);
}

/// What the callbacks of one exchange work on.
struct Exchange {
    CURL* curl;
    const Request& request;
    std::chrono::seconds stall_wait;
    Answer answer{};
    curl_off_t moved = 0;                                                            ///< bytes, both ways
    std::chrono::steady_clock::time_point moved_at = std::chrono::steady_clock::now();
};

/// Called about once a second. libcurl's own limit is an average over five seconds, so that one piece hides a standstill.
int look_at_progress(void* exchange_, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
    auto& exchange = *static_cast<Exchange*>(exchange_);
    auto now = std::chrono::steady_clock::now();
    if (down + up != exchange.moved) {
        exchange.moved = down + up;
        exchange.moved_at = now;
    }
    return now - exchange.moved_at > exchange.stall_wait ? 1 : 0;
}

std::optional<std::uint64_t> take_number(std::string_view& rest) {
    std::uint64_t number = 0;
    auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failed != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return number;
}

/// RFC 9110 section 14.4: "bytes 0-24/1234".
std::optional<ContentRange> content_range(std::string_view said) {
    constexpr std::string_view unit = "bytes ";
    if (!said.starts_with(unit)) return std::nullopt;
    said.remove_prefix(unit.size());
    auto step = [&](char c) { return said.starts_with(c) ? (said.remove_prefix(1), true) : false; };
    auto first = take_number(said);
    if (!first || !step('-')) return std::nullopt;
    auto last = take_number(said);
    if (!last || !step('/')) return std::nullopt;
    auto total = take_number(said);
    if (!total || !said.empty() || *last < *first || *last >= *total) return std::nullopt;
    return ContentRange{*first, *last, *total};
}

std::size_t take_header(char* data, std::size_t one, std::size_t count, void* exchange_) {
    auto& answer = static_cast<Exchange*>(exchange_)->answer;
    std::string_view line(data, one * count);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
    auto colon = line.find(':');
    if (colon == std::string_view::npos) return one * count;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "etag") answer.etag = value;
    if (name == "content-range") answer.range = content_range(value);
    if (name == "content-length") answer.length = take_number(value).value_or(0);
    if (name == "date")
        if (auto when = curl_getdate(std::string(value).c_str(), nullptr); when > 0)
            answer.date = Instant{static_cast<std::int64_t>(when) * 1'000'000};
    return one * count;
}

std::size_t take_body(char* data, std::size_t one, std::size_t count, void* exchange_) {
    auto& exchange = *static_cast<Exchange*>(exchange_);
    auto& answer = exchange.answer;
    auto size = one * count;
    long status = 0;
    curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 206) {
        if (size > exchange.request.into.size() - answer.filled) return 0;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(data), size, exchange.request.into.begin() + answer.filled);
        answer.filled += size;
    } else {
        if (size > limits::s3_answer_bytes_max - answer.body.size()) return 0;
        answer.body.append(data, size);
    }
    return size;
}

bool is_one_of(char c, std::string_view others) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
}
bool consists_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [&](char c) { return is_one_of(c, others); });
}

/// What is sent over plain HTTP can be answered by anybody in between: "kept", and it was not.
bool is_loopback(std::string_view endpoint) {
    for (std::string_view local : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (endpoint.starts_with(local) && (endpoint.size() == local.size() || endpoint[local.size()] == ':')) return true;
    return false;
}

}  // namespace

Result<void> check(const S3Place& place) {
    constexpr std::string_view tls = "https://";
    auto host = std::string_view(place.endpoint)
                    .substr(place.endpoint.find("//") == std::string::npos ? 0 : place.endpoint.find("//") + 2);
    if (!place.endpoint.starts_with(tls) && !is_loopback(place.endpoint))
        return fail(Problem::malformed,
                    "the endpoint of the object store is https://HOST[:PORT]; http only on this machine itself");
    if (host.empty() || !consists_of(host, ".-:[]"))
        return fail(Problem::malformed, "the endpoint of the object store is https://HOST[:PORT], without a path");
    if (place.bucket.size() < 3 || place.bucket.size() > 63 || !consists_of(place.bucket, ".-"))
        return fail(Problem::malformed, "a bucket's name has 3 to 63 letters, digits, dots and dashes");
    if (place.region.empty() || place.region.size() > 64 || !consists_of(place.region, "-"))
        return fail(Problem::malformed, "a region's name has letters, digits and dashes");
    if (place.prefix.size() > 256 || !consists_of(place.prefix, "._-/") || place.prefix.starts_with('/') ||
        place.prefix.find("//") != std::string::npos || place.prefix.find("..") != std::string::npos ||
        (!place.prefix.empty() && !place.prefix.ends_with('/')))
        return fail(Problem::malformed, "a prefix has letters, digits, dots, dashes and slashes, and ends with a slash");
    return {};
}

struct Wire::Curl {
    Curl() : easy(curl_easy_init()) { require(easy != nullptr, "libcurl gives no handle"); }
    ~Curl() { curl_easy_cleanup(easy); }
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;
    CURL* easy;
};

Wire::Wire(S3Place place, S3Credentials credentials) : place_(std::move(place)), credentials_(std::move(credentials)) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    require(started == CURLE_OK, "libcurl does not start");
}
Wire::~Wire() = default;

std::unique_ptr<Wire::Curl> Wire::take() {
    std::lock_guard held(lock_);
    if (idle_.empty()) return std::make_unique<Curl>();
    auto curl = std::move(idle_.back());
    idle_.pop_back();
    return curl;
}

void Wire::give_back(std::unique_ptr<Curl> curl) {
    curl_easy_reset(curl->easy);   // keeps the connection, and forgets the secret
    std::lock_guard held(lock_);
    if (idle_.size() < limits::s3_connections_kept_max) idle_.push_back(std::move(curl));
}

void Wire::address(Curl& curl, const Request& request) const {
    auto url = place_.endpoint + "/" + place_.bucket;
    if (!request.key.empty()) url += "/" + request.key;
    if (!request.query.empty()) url += "?" + request.query;
    curl_easy_setopt(curl.easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl.easy, CURLOPT_PROTOCOLS_STR, place_.endpoint.starts_with("https") ? "https" : "http");
    curl_easy_setopt(curl.easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!place_.authority.empty()) curl_easy_setopt(curl.easy, CURLOPT_CAINFO, place_.authority.c_str());
    curl_easy_setopt(curl.easy, CURLOPT_PROXY, "");
    curl_easy_setopt(curl.easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl.easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl.easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.easy, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
    curl_easy_setopt(curl.easy, CURLOPT_UPLOAD_BUFFERSIZE, send_buffer_bytes);
    // Nobody waits for leave to send a body. (Not by an empty Expect header: libcurl 7.88 would sign it and not send it.)
    curl_easy_setopt(curl.easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    curl_easy_setopt(curl.easy, CURLOPT_CONNECTTIMEOUT, seconds(limits::s3_connect_wait));
    curl_easy_setopt(curl.easy, CURLOPT_AWS_SIGV4, ("aws:amz:" + place_.region + ":s3").c_str());
    curl_easy_setopt(curl.easy, CURLOPT_USERNAME, credentials_.key.c_str());
    curl_easy_setopt(curl.easy, CURLOPT_PASSWORD, std::string(text(credentials_.secret.expose())).c_str());
}

std::expected<Answer, NoAnswer> Wire::exchange(const Request& request) {
    auto curl = take();
    address(*curl, request);
    Headers headers;
    // libcurl 7.88 signs a body that it was given otherwise than by a form only where its hash stands there.
    add(headers, "x-amz-content-sha256: " + to_hex(crypto::sha256(request.body)));
    for (const auto& line : request.headers) add(headers, line);
    auto* easy = curl->easy;
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (request.method == "PUT" || request.method == "POST") {
        add(headers, "Content-Type: application/octet-stream");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                         request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
    }
    Exchange exchange{easy, request, place_.stall_wait};
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_at_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &exchange);
    auto code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    give_back(std::move(curl));
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return std::unexpected(NoAnswer{true, "nothing moved for " + std::to_string(place_.stall_wait.count()) + " seconds"});
    bool untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM;
    if (code != CURLE_OK) {
        auto why = std::string(untrusted ? "its certificate is not to be trusted: " : "") + curl_easy_strerror(code);
        return std::unexpected(NoAnswer{.worth_repeating = !untrusted && code != CURLE_WRITE_ERROR, .what = std::move(why)});
    }
    exchange.answer.status = static_cast<int>(status);
    return std::move(exchange.answer);
}

}  // namespace muniment::storage::s3

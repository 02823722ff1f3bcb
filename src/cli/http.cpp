// SPDX-License-Identifier: Apache-2.0
#include "cli/http.hpp"

#include <curl/curl.h>

#include <algorithm>

#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

constexpr long connect_wait_s = 15, stall_wait_s = 90;
constexpr std::size_t answer_bytes_max = 64u << 20;    // of what is kept in memory: the longest page of a list is far below

void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw Stop(ExitCode::failed, "libcurl could not be started.");
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeMime {
    void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
struct FreeCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

/// What the callbacks of one exchange work on.
struct Exchange {
    CURL* curl;
    const Request& request;
    Response response;
    bool gave_up = false;
};

std::size_t take_body(char* data, std::size_t one, std::size_t count, void* exchange_) {
    auto& exchange = *static_cast<Exchange*>(exchange_);
    const std::string_view piece(data, one * count);
    long status = 0;
    curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
    if (exchange.request.receive && status >= 200 && status < 300) {
        if (exchange.request.receive(piece)) return piece.size();
        exchange.gave_up = true;
        return 0;
    }
    if (exchange.response.body.size() + piece.size() > answer_bytes_max) return 0;
    exchange.response.body += piece;
    return piece.size();
}

std::size_t give_content(char* into, std::size_t one, std::size_t count, void* exchange_) {
    auto& exchange = *static_cast<Exchange*>(exchange_);
    if (const auto got = exchange.request.content->read({into, one * count})) return *got;
    exchange.gave_up = true;
    return CURL_READFUNC_ABORT;
}

/// The same for every connection. `pinned`: the key was confirmed by the person or by a fingerprint that they were handed, so
/// the certificate's issuer, names and dates say nothing more; curl compares the pin whether or not it verifies the chain.
void set_connection(CURL* curl, const Server& server, bool pinned) {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_wait_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stall_wait_s);
    if (!pinned) return;
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    if (!server.pin.empty()) curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, ("sha256//" + server.pin).c_str());
}

NoAnswer no_answer(const Server& server, const Exchange& exchange, CURLcode code) {
    if (exchange.gave_up) return {NoAnswer::Why::gave_up, "It was given up."};
    const std::string why = curl_easy_strerror(code);
    switch (code) {
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return {NoAnswer::Why::another_certificate,
                    "The server at " + server.url + " shows another certificate than the one confirmed at login. Either it was "
                    "renewed with a new key, or somebody stands between. Nothing was sent. Ask your administrator for the "
                    "fingerprint, then: muniment-cli login --server " + server.url + " --fingerprint …"};
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
            return {NoAnswer::Why::another_certificate, "The certificate of " + server.url + " is not to be trusted: " + why};
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_SSL_CONNECT_ERROR:
            return {NoAnswer::Why::not_reached, server.url + " cannot be reached: " + why};
        default: return {NoAnswer::Why::broken_off, "The connection to " + server.url + " broke off: " + why};
    }
}

}  // namespace

struct Http::Curl {
    std::unique_ptr<CURL, FreeCurl> handle;
};

Http::Http(Server server) : server_(std::move(server)), curl_(std::make_unique<Curl>()) {
    start_curl();
    curl_->handle.reset(curl_easy_init());
    if (!curl_->handle) throw Stop(ExitCode::failed, "libcurl could not be started.");
}
Http::~Http() = default;
Http::Http(Http&&) noexcept = default;

std::expected<Response, NoAnswer> Http::send(const Request& request) {
    CURL* curl = curl_->handle.get();
    curl_easy_reset(curl);    // keeps connections
    set_connection(curl, server_, !server_.pin.empty());
    curl_easy_setopt(curl, CURLOPT_URL, (server_.url + request.path).c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    std::unique_ptr<curl_slist, FreeList> headers;
    const auto header = [&](const std::string& line) {
        if (auto* longer = curl_slist_append(headers.get(), line.c_str())) {
            (void)headers.release();
            headers.reset(longer);
        }
    };
    for (const auto& [name, value] : request.headers) header(name + ": " + value);
    Exchange exchange{curl, request, {}};
    std::unique_ptr<curl_mime, FreeMime> mime;
    if (request.content && request.bare) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.content->size));
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_content);
        curl_easy_setopt(curl, CURLOPT_READDATA, &exchange);
    } else if (request.content) {
        mime.reset(curl_mime_init(curl));
        auto* about = curl_mime_addpart(mime.get());
        curl_mime_name(about, "about");
        curl_mime_type(about, "application/json");
        curl_mime_data(about, request.body.data(), request.body.size());
        auto* content = curl_mime_addpart(mime.get());
        curl_mime_name(content, "content");
        curl_mime_type(content, "application/octet-stream");
        curl_mime_data_cb(content, static_cast<curl_off_t>(request.content->size), give_content, nullptr, nullptr, &exchange);
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime.get());
    } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        if (!request.body.empty()) header("Content-Type: application/json");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
        if (request.body.empty()) header("Content-Type:");    // curl would call an empty body a form
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    const auto code = curl_easy_perform(curl);
    if (code != CURLE_OK) return std::unexpected(no_answer(server_, exchange, code));
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        exchange.response.retry_after = static_cast<int>(std::min<curl_off_t>(wait, 3'600));
    return std::move(exchange.response);
}

crypto::CertificateFacts certificate_of(const std::string& url) {
    start_curl();
    const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
    set_connection(curl.get(), {url, {}}, true);
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECT_ONLY, 1L);
    if (const auto code = curl_easy_perform(curl.get()); code != CURLE_OK)
        throw Stop(ExitCode::unreachable, url + " cannot be reached: " + curl_easy_strerror(code));
    curl_certinfo* found = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_CERTINFO, &found);
    constexpr std::string_view field = "Cert:";
    if (found && found->num_of_certs > 0)
        for (const auto* line = found->certinfo[0]; line; line = line->next)
            if (const std::string_view text = line->data; text.starts_with(field))
                return must(crypto::certificate_facts(text.substr(field.size())));
    throw Stop(ExitCode::unreachable, url + " showed no certificate.");
}

}  // namespace muniment::cli

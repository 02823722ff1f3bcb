// SPDX-License-Identifier: Apache-2.0
#include "server/http/parser.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace muniment::server {
namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
using boost::beast::string_view;
namespace {

// Two of any of these and two readers may believe different ones (RFC 9112 section 11.2 on smuggling; RFC 9110 section 5.3:
// only fields defined as lists may come twice).
constexpr std::array<std::string_view, 14> single_fields{
    "host", "content-length", "transfer-encoding", "content-type", "authorization", "cookie", "range",
    "if-range", "expect", "origin", "destination", "depth", "overwrite", "idempotency-key"};

}  // namespace

class Parser::Rules final : public http::basic_parser<true> {
  public:
    Rules(std::size_t header_bytes_max, std::size_t target_bytes_max)
        : header_bytes_max_(header_bytes_max), target_bytes_max_(target_bytes_max) {
        header_limit(static_cast<std::uint32_t>(header_bytes_max + 1));
        body_limit(boost::none);  // bounded by what the handler wants, not here
        eager(false);
    }

    const std::size_t header_bytes_max_, target_bytes_max_;
    Head head_;
    std::optional<Error> refusal_;
    std::size_t head_bytes_ = 0;
    bool complete_ = false;

    /// Whether a line of what was taken, now or with the last byte before, begins with a blank.
    bool folded(View taken) {
        for (auto byte : taken) {
            if ((byte == ' ' || byte == '\t') && last_taken_ == '\n') return true;
            last_taken_ = byte;
        }
        return false;
    }
    std::uint8_t last_taken_ = 0;

    void refuse(Problem problem, std::string detail, error_code& ec) {
        refusal_.emplace(problem, std::move(detail));
        ec = http::error::bad_field;
    }

  private:
    void on_request_impl(http::verb, string_view method, string_view target, int version, error_code& ec) override {
        if (version != 11) return refuse(Problem::malformed, "HTTP/1.1 is spoken here and nothing else", ec);
        if (target.size() > target_bytes_max_)
            return refuse(Problem::too_large, "an address may have " + std::to_string(target_bytes_max_) + " bytes", ec);
        head_.method = std::string_view(method);
        head_.target = std::string_view(target);
    }

    void on_response_impl(int, string_view, int, error_code&) override {}

    void on_field_impl(http::field, string_view name, string_view value, error_code& ec) override {
        std::string lower(name);
        std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (std::ranges::find(single_fields, lower) != single_fields.end() && head_.headers.has(lower))
            return refuse(Problem::malformed, "the header field " + lower + " came twice", ec);
        if (lower == "content-length" && !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }))
            return refuse(Problem::malformed, "a Content-Length that is not one number", ec);
        // An encoding that Beast does not know would leave the body without an end, to be read as the next request.
        if (lower == "transfer-encoding" && !iequals(value, "chunked"))
            return refuse(Problem::malformed, "a Transfer-Encoding other than chunked", ec);
        if (lower == "expect") {
            if (!iequals(value, "100-continue")) return refuse(Problem::malformed, "an Expect other than 100-continue", ec);
            head_.expects_continue = true;
        }
        head_.headers.add(std::move(lower), std::string(std::string_view(value)));
    }

    void on_header_impl(error_code& ec) override {
        if (!head_.headers.has("host")) return refuse(Problem::malformed, "no Host", ec);
        head_.chunked = chunked();
        if (auto length = content_length(); !head_.chunked && length) head_.content_length = *length;
        head_.keep_alive = keep_alive();
        complete_ = true;
    }

    // It is shown heads only.
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}
};

Parser::Parser(std::size_t header_bytes_max, std::size_t target_bytes_max)
    : rules_(std::make_unique<Rules>(header_bytes_max, target_bytes_max)) {}
Parser::~Parser() = default;

bool Parser::head_complete() const { return rules_->complete_; }
const Head& Parser::head() const { return rules_->head_; }

Result<std::size_t> Parser::take_head(View input) {
    error_code ec;
    std::size_t taken = 0;
    while (!head_complete() && !ec) taken += rules_->put({input.data() + taken, input.size() - taken}, ec);
    // RFC 9112 section 5.2: Beast would take a line that begins with a blank for the rest of the one before; who stands between
    // may not, and see another Transfer-Encoding than we do.
    if (rules_->folded(input.first(taken)))
        return fail(Problem::malformed, "a line of the head that begins with a blank");
    if (rules_->refusal_) return std::unexpected(*rules_->refusal_);
    // Beast compares its limit with what it is shown at once, so a head that comes field by field would be endless.
    rules_->head_bytes_ += taken;
    const bool endless = !head_complete() && rules_->head_bytes_ + (input.size() - taken) >= rules_->header_bytes_max_;
    if (endless || ec == http::error::header_limit || ec == http::error::buffer_overflow)
        return fail(Problem::too_large, "the head of a request may have " + std::to_string(rules_->header_bytes_max_) + " bytes");
    if (ec && ec != http::error::need_more) return fail(Problem::malformed, "not HTTP: " + ec.message());
    return taken;
}

}  // namespace muniment::server

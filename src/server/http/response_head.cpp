// SPDX-License-Identifier: Apache-2.0
#include "server/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace muniment::server {
namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 207: return "Multi-Status";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 422: return "Unprocessable Content";
        case 423: return "Locked";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        case 507: return "Insufficient Storage";
        default: return "";  // RFC 9112 section 4: the phrase may be empty, and nobody should read it
    }
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> always{{
    {"Strict-Transport-Security", "max-age=63072000"},
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
}};

void field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool well_formed(const Headers& headers) {
    return std::ranges::all_of(headers, [](const Headers::Field& f) {
        const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
        return !f.first.empty() && f.first.find_first_of(": ") == std::string::npos && std::ranges::all_of(f.first, plain) &&
               std::ranges::all_of(f.second, plain);
    });
}

std::string imf_date(Instant t) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = static_cast<std::time_t>(t.us / 1'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days.at(static_cast<std::size_t>(parts.tm_wday)),
                  parts.tm_mday, months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    return out.data();
}

std::string render_head(int status, const Headers& headers, const Framing& framing, const RequestId& request, Instant now) {
    std::string out;
    out.reserve(768);
    out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason(status)).append("\r\n");
    for (const auto& [name, value] : headers) field(out, name, value);
    for (const auto& [name, value] : always)
        if (!headers.has(name)) field(out, name, value);
    field(out, "X-Request-Id", request.text());
    field(out, "Date", imf_date(now));
    if (framing.length) field(out, "Content-Length", std::to_string(*framing.length));
    if (framing.chunked) field(out, "Transfer-Encoding", "chunked");
    if (framing.close) field(out, "Connection", "close");
    out.append("\r\n");
    return out;
}

}  // namespace muniment::server

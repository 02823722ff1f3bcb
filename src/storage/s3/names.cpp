// SPDX-License-Identifier: Apache-2.0
// How people name a bucket and hand over its credentials.
#include <algorithm>

#include "storage/open.hpp"

namespace muniment::storage {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

bool is_printable(std::string_view text) { return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }); }

}  // namespace

Result<std::pair<std::string, std::string>> parse_s3_address(std::string_view address) {
    constexpr std::string_view scheme = "s3://";
    if (!address.starts_with(scheme)) return fail(Problem::malformed, "the packs' place is s3://BUCKET or s3://BUCKET/PREFIX");
    address.remove_prefix(scheme.size());
    auto slash = address.find('/');
    std::string bucket(address.substr(0, slash)), prefix(slash == std::string_view::npos ? "" : address.substr(slash + 1));
    if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
    return std::pair(std::move(bucket), std::move(prefix));
}

Result<S3Credentials> parse_s3_credentials(std::string_view content) {
    S3Credentials credentials;
    int profiles = 0;
    while (!content.empty()) {
        auto end = content.find('\n');
        auto line = trimmed(content.substr(0, end));
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
        if (line.starts_with('[')) {
            if (++profiles > 1) return fail(Problem::malformed, "the credentials hold several profiles, and one is needed");
            continue;
        }
        auto equals = line.find('=');
        auto name = trimmed(line.substr(0, equals)),
             value = equals == std::string_view::npos ? "" : trimmed(line.substr(equals + 1));
        bool fits = !value.empty() && value.size() <= 256 && is_printable(value);
        if (name == "aws_access_key_id" && fits && value.find(':') == std::string_view::npos) {
            credentials.key = value;
        } else if (name == "aws_secret_access_key" && fits) {
            auto copy = bytes(value);
            credentials.secret = crypto::Secret::take(copy);
        } else {
            // The line itself may be the secret.
            return fail(Problem::malformed,
                        "the credentials hold aws_access_key_id and aws_secret_access_key, a line each, and nothing else");
        }
    }
    if (credentials.key.empty() || credentials.secret.empty())
        return fail(Problem::malformed, "the credentials lack aws_access_key_id or aws_secret_access_key");
    return credentials;
}

}  // namespace muniment::storage

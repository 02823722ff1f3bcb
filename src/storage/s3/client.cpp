// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/client.hpp"

#include <algorithm>
#include <thread>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "storage/s3/answers.hpp"

namespace muniment::storage::s3 {
namespace {

bool worth_repeating(const Answer& answer, std::string_view code) {
    if (answer.status == 501) return false;
    return answer.status >= 500 || answer.status == 429 || code == "SlowDown" || code == "RequestTimeout" ||
           code == "OperationAborted" || code == "ConditionalRequestConflict";
}

std::string skew_text(const Answer& answer) {
    if (!answer.date) return "the clocks of this machine and of the object store differ too much";
    auto seconds = (SystemClock().now() - *answer.date).count() / 1'000'000;
    return "the clock of this machine is " + std::to_string(std::abs(seconds)) + " seconds " +
           (seconds < 0 ? "behind" : "ahead of") + " the object store's; set it right";
}

/// An answer that no repetition would change.
Error meaning_of(const Answer& answer, const std::string& code, const S3Place& place) {
    auto refused = [](std::string what) { return Error(Problem::store_refused, std::move(what)); };
    if (code == "RequestTimeTooSkewed" || code == "RequestExpired") return refused(skew_text(answer));
    if (code == "SignatureDoesNotMatch") return refused("the secret key of the bucket " + place.bucket + " is wrong");
    if (code == "InvalidAccessKeyId") return refused("the access key of the bucket " + place.bucket + " is not known there");
    if (code == "NoSuchBucket") return refused("there is no bucket " + place.bucket + " at " + place.endpoint);
    if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" || answer.status == 301 || answer.status == 307)
        return refused("the bucket " + place.bucket + " lies in another region or at another endpoint");
    if (code == "QuotaExceeded" || code == "EntityTooLarge" || code == "ServiceQuotaExceededException" ||
        code == "XMinioStorageFull")
        return Error(Problem::no_room, "the quota of the bucket " + place.bucket + " is used up (" + code + ")");
    if (answer.status == 403)
        return refused("the bucket " + place.bucket + " does not permit it" + (code.empty() ? "" : " (" + code + ")"));
    return Error(Problem::unavailable,
                 "the object store answered " + std::to_string(answer.status) + (code.empty() ? "" : " " + code));
}

/// Codes are words of the protocol; what a server makes up does not get into a log or an error.
std::string code_of(const Answer& answer) {
    auto code = text_of(answer.body, "Code");
    auto letters = std::ranges::all_of(
        code, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    return letters && code.size() <= 64 ? code : std::string();
}

}  // namespace

Client::Client(S3Place place, S3Credentials credentials) : place_(place), wire_(std::move(place), std::move(credentials)) {}

Result<Answer> Client::send(const Request& request, Deadline until) {
    std::chrono::milliseconds pause = limits::s3_pause_first;
    for (;;) {
        auto answer = wire_.exchange(request);
        std::string why;
        if (answer) {
            auto status = answer->status;
            auto code = status >= 300 ? code_of(*answer) : std::string();
            if (status >= 200 && status < 300) return std::move(*answer);
            if ((status == 404 && code != "NoSuchBucket") || status == 412 || status == 416) return std::move(*answer);
            if (!worth_repeating(*answer, code)) return std::unexpected(meaning_of(*answer, code, place_));
            why = "it answers " + std::to_string(status) + (code.empty() ? "" : " " + code);
        } else {
            if (!answer.error().worth_repeating)
                return fail(Problem::store_refused, "the object store at " + place_.endpoint + ": " + answer.error().what);
            why = answer.error().what;
        }
        // Those who were refused together do not come back together.
        auto jitter = pause * random_bytes<1>()[0] / 512;
        if (std::chrono::steady_clock::now() + pause + jitter >= until)
            return fail(Problem::unavailable, "the object store at " + place_.endpoint + " is out of reach: " + why);
        std::this_thread::sleep_for(pause + jitter);
        pause = std::min<std::chrono::milliseconds>(2 * pause, limits::s3_pause_max);
    }
}

Result<Client::Got> Client::get(const std::string& key, std::uint64_t offset, std::span<std::uint8_t> out) {
    if (out.empty()) {
        TRY(auto total, length(key));
        return Got{0, total};
    }
    auto range = "Range: bytes=" + std::to_string(offset) + "-" + std::to_string(offset + out.size() - 1);
    TRY(auto answer, send({.method = "GET", .key = key, .headers = {range}, .into = out}, deadline()));
    if (answer.status == 404) return fail(Problem::not_found, "there is no " + key);
    if (answer.status == 416) {
        TRY(auto total, length(key));
        return Got{0, total};
    }
    bool fits = answer.status == 206 && answer.range && answer.range->first == offset &&
                answer.range->last - offset + 1 == std::min<std::uint64_t>(out.size(), answer.range->total - offset) &&
                answer.filled == answer.range->last - offset + 1;
    if (!fits) return fail(Problem::unavailable, "the object store answered another range than was asked of " + key);
    return Got{answer.filled, answer.range->total};
}

Result<std::uint64_t> Client::length(const std::string& key) {
    TRY(auto answer, send({.method = "HEAD", .key = key}, deadline()));
    if (answer.status == 404) return fail(Problem::not_found, "there is no " + key);
    if (answer.status != 200) return fail(Problem::unavailable, "the object store answered " + std::to_string(answer.status));
    return answer.length;
}

Result<void> Client::put_new(const std::string& key, View body, Deadline until) {
    TRY(auto answer, send({.method = "PUT", .key = key, .headers = {"If-None-Match: *"}, .body = body}, until));
    if (answer.status == 412) return same_there(key, body);
    if (answer.status == 404)
        return fail(Problem::store_refused, "there is no bucket " + place_.bucket + " at " + place_.endpoint);
    if (answer.status >= 300) return fail(Problem::unavailable, "the object store answered " + std::to_string(answer.status));
    return {};
}

Result<void> Client::same_there(const std::string& key, View body) {
    Bytes there(body.size());
    TRY(auto got, get(key, 0, there));
    if (got.total != body.size() || got.bytes != body.size() || !std::ranges::equal(there, body))
        return fail(Problem::conflict, "something else is at " + key);
    return {};
}

Result<void> Client::remove(const std::string& key) {
    // S3 says "removed" of what was never there.
    CHECK(length(key));
    TRY(auto answer, send({.method = "DELETE", .key = key}, deadline()));
    if (answer.status >= 300 && answer.status != 404)
        return fail(Problem::unavailable, "the object store answered " + std::to_string(answer.status));
    return {};
}

Result<std::vector<std::string>> Client::list(const std::string& prefix) {
    std::vector<std::string> keys;
    std::string token;
    for (std::size_t page = 0; page < limits::s3_list_pages_max; ++page) {
        auto query = (token.empty() ? "" : "continuation-token=" + in_query(token) + "&") +
                     "list-type=2&max-keys=1000&prefix=" + in_query(prefix);
        TRY(auto answer, send({.method = "GET", .query = query}, deadline()));
        if (answer.status != 200 || answer.body.find("<ListBucketResult") == std::string::npos)
            return fail(Problem::unavailable, "the object store does not list the bucket " + place_.bucket);
        for (auto object : each(answer.body, "Contents")) keys.push_back(text_of(object, "Key"));
        if (text_of(answer.body, "IsTruncated") != "true") return keys;
        token = text_of(answer.body, "NextContinuationToken");
        if (token.empty()) break;
    }
    return fail(Problem::unavailable, "the object store's list of the bucket " + place_.bucket + " has no end");
}

}  // namespace muniment::storage::s3

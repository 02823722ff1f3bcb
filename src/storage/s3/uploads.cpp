// SPDX-License-Identifier: Apache-2.0
// Multipart uploads: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
#include <algorithm>

#include "base/limits.hpp"
#include "storage/s3/answers.hpp"
#include "storage/s3/client.hpp"

namespace muniment::storage::s3 {
namespace {

std::unexpected<Error> unexpected_answer(const Answer& answer) {
    return fail(Problem::unavailable, "the object store answered " + std::to_string(answer.status) + " to an upload in parts");
}

}  // namespace

Result<std::string> Client::begin_upload(const std::string& key) {
    TRY(auto answer, send({.method = "POST", .key = key, .query = "uploads="}, deadline()));
    auto id = text_of(answer.body, "UploadId");
    if (answer.status != 200 || id.empty() || id.size() > 1'024) return unexpected_answer(answer);
    return id;
}

Result<std::string> Client::put_part(const std::string& key, const std::string& upload, std::size_t number, View body) {
    auto query = "partNumber=" + std::to_string(number) + "&uploadId=" + in_query(upload);
    TRY(auto answer, send({.method = "PUT", .key = key, .query = query, .body = body}, deadline()));
    if (answer.status != 200 || answer.etag.empty() || answer.etag.size() > 256) return unexpected_answer(answer);
    return answer.etag;
}

/// Completing is answered with 200 before it is done, and may end with an error in that very answer; and a repetition of one that
/// was done finds no upload any more. What counts is whether the whole is there: nobody else writes this key.
Result<void> Client::complete_upload(const std::string& key, const std::string& upload, const std::vector<std::string>& etags,
                                     View head, std::uint64_t total) {
    std::string parts = "<CompleteMultipartUpload>";
    for (std::size_t n = 0; n < etags.size(); ++n)
        parts += "<Part><PartNumber>" + std::to_string(n + 1) + "</PartNumber><ETag>" + etags[n] + "</ETag></Part>";
    parts += "</CompleteMultipartUpload>";
    auto answer = send({.method = "POST", .key = key, .query = "uploadId=" + in_query(upload), .body = view(parts)}, deadline());
    if (!answer && answer.error().problem != Problem::unavailable) return std::unexpected(answer.error());
    Bytes there(head.size());
    auto got = get(key, 0, there);
    if (got && got->total == total && got->bytes == head.size() && std::ranges::equal(there, head)) return {};
    if (!answer) return std::unexpected(answer.error());
    if (!got && got.error().problem != Problem::not_found) return std::unexpected(got.error());
    return unexpected_answer(*answer);
}

Result<void> Client::abort_upload(const std::string& key, const std::string& upload, Deadline until) {
    TRY(auto answer, send({.method = "DELETE", .key = key, .query = "uploadId=" + in_query(upload)}, until));
    if (answer.status >= 300 && answer.status != 404) return unexpected_answer(answer);
    return {};
}

Result<std::vector<Upload>> Client::uploads(const std::string& prefix) {
    std::vector<Upload> found;
    std::string key_marker, id_marker;
    for (std::size_t page = 0; page < limits::s3_list_pages_max; ++page) {
        std::string query;
        if (!key_marker.empty()) query += "key-marker=" + in_query(key_marker) + "&";
        query += "max-uploads=1000&prefix=" + in_query(prefix);
        if (!key_marker.empty()) query += "&upload-id-marker=" + in_query(id_marker);
        query += "&uploads=";
        TRY(auto answer, send({.method = "GET", .query = query}, deadline()));
        if (answer.status != 200) return unexpected_answer(answer);
        for (auto upload : each(answer.body, "Upload"))
            found.push_back({text_of(upload, "Key"), text_of(upload, "UploadId"), text_of(upload, "Initiated")});
        if (text_of(answer.body, "IsTruncated") != "true") return found;
        key_marker = text_of(answer.body, "NextKeyMarker");
        id_marker = text_of(answer.body, "NextUploadIdMarker");
        if (key_marker.empty()) break;
    }
    return fail(Problem::unavailable, "the object store's list of uploads has no end");
}

}  // namespace muniment::storage::s3

// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/answers.hpp"
#include "storage/s3/packs.hpp"

namespace muniment::storage {
namespace s3 {
namespace {

/// Nothing where the credentials may not ask, or the server does not know the question.
std::optional<bool> says_enabled(Client& client, const std::string& query, const char* element) {
    auto answer = client.send({.method = "GET", .query = query}, client.deadline());
    if (!answer) return std::nullopt;
    return answer->status == 200 && text_of(answer->body, element) == "Enabled";
}

}  // namespace
}  // namespace s3

Result<S3Sight> look_at_s3(S3Place place, S3Credentials credentials) {
    CHECK(s3::check(place));
    S3Credentials again{credentials.key, credentials.secret.clone()};
    CHECK(open_pack_s3(place, std::move(credentials), [](const PackRow&) -> Result<void> { return {}; }));
    s3::Client client(place, std::move(again));
    TRY(auto answer, client.send({.method = "HEAD", .key = place.prefix + "store"}, client.deadline()));
    S3Sight sight;
    if (answer.date) sight.ahead = SystemClock().now() - *answer.date;
    sight.versions = s3::says_enabled(client, "versioning=", "Status");
    sight.locks = s3::says_enabled(client, "object-lock=", "ObjectLockEnabled");
    return sight;
}

}  // namespace muniment::storage

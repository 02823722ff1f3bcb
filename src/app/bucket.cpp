// SPDX-License-Identifier: Apache-2.0
#include "app/bucket.hpp"

#include <boost/json.hpp>

#include "app/credential.hpp"
#include "app/home.hpp"

namespace muniment::app {

namespace json = boost::json;

namespace {

constexpr std::string_view systemd_mark = "systemd:";
constexpr auto look_patience = std::chrono::seconds(5);   // of doctor: somebody waits before a terminal

std::string text_in(const json::object& said, const char* name) {
    const auto* value = said.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

json::object Bucket::as_json() const {
    return {{"endpoint", place.endpoint}, {"region", place.region},       {"bucket", place.bucket},    {"prefix", place.prefix},
            {"store", place.store},       {"authority", place.authority}, {"credentials", credentials}};
}

Result<Bucket> Bucket::from_json(const json::object& said) {
    Bucket bucket{.place = {.endpoint = text_in(said, "endpoint"),
                            .region = text_in(said, "region"),
                            .bucket = text_in(said, "bucket"),
                            .prefix = text_in(said, "prefix"),
                            .authority = text_in(said, "authority"),
                            .store = text_in(said, "store")},
                  .credentials = text_in(said, "credentials")};
    if (bucket.place.endpoint.empty() || bucket.place.store.empty() || bucket.credentials.empty())
        return fail(Problem::corrupt, "what home.json says of the bucket");
    return bucket;
}

Result<Bucket> Bucket::from_options(const cli::Arguments& given) {
    TRY(auto address, storage::parse_s3_address(given.get("--packs")));
    Bucket bucket{.place = {.endpoint = given.get("--s3-endpoint"),
                            .region = given.get("--s3-region", "us-east-1"),
                            .bucket = address.first,
                            .prefix = address.second,
                            .authority = given.get("--s3-authority"),
                            .store = to_uuid_text(new_random_id())},
                  .credentials = given.get("--s3-credentials")};
    while (bucket.place.endpoint.ends_with('/')) bucket.place.endpoint.pop_back();
    if (bucket.place.endpoint.empty() || bucket.credentials.empty())
        return fail(Problem::malformed, "--packs s3://… needs --s3-endpoint and --s3-credentials");
    for (auto* path : {&bucket.place.authority, &bucket.credentials})
        if (!path->empty() && !path->starts_with(systemd_mark)) *path = std::filesystem::absolute(*path).string();
    return bucket;
}

Result<storage::S3Credentials> Bucket::read_credentials() const {
    TRY(auto path, credential_file(credentials));
    TRY(auto content, read_small_file(path));
    auto read = storage::parse_s3_credentials(content);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
    if (!read) return fail(read.error().problem, path.string() + ": " + read.error().detail);
    return read;
}

Result<std::unique_ptr<storage::PackStore>> Bucket::open(storage::RegisterPack registered, storage::Missing missing) const {
    TRY(auto read, read_credentials());
    return storage::open_pack_s3(place, std::move(read), std::move(registered), missing);
}

Result<storage::S3Sight> Bucket::look() const {
    TRY(auto read, read_credentials());
    auto soon = place;
    soon.patience = look_patience;
    return storage::look_at_s3(std::move(soon), std::move(read));
}

std::vector<cli::Option> bucket_options() {
    return {{"--packs", "WHERE", "keep the sealed papers in an S3 bucket, s3://BUCKET/PREFIX, or in another folder than the data folder"},
            {"--s3-endpoint", "URL", "its server: https://HOST[:PORT]"},
            {"--s3-region", "NAME", "its region (default: us-east-1)"},
            {"--s3-credentials", "FILE", "mode 0600, aws_access_key_id and aws_secret_access_key; or systemd:NAME"},
            {"--s3-authority", "FILE", "PEM of who signed the server's certificate (default: the system's authorities)"}};
}

}  // namespace muniment::app

// SPDX-License-Identifier: Apache-2.0
// One request to an S3 server and its answer, signed by libcurl (AWS Signature Version 4, https://docs.aws.amazon.com/AmazonS3/
// latest/API/sig-v4-header-based-auth.html). Addresses are path-style: <endpoint>/<bucket>/<key>.
//
// Promises   Every request carries the SHA-256 of its body under the signature, so that a body which was changed on the way is
//            refused. Certificates are verified. No proxy, user name or authority is taken from the environment.
// Does not   Repeat anything, or say what a status means: that is client.hpp.
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "storage/open.hpp"

namespace muniment::storage::s3 {

struct Request {
    std::string method;                      ///< GET, HEAD, PUT, POST or DELETE
    std::string key;                         ///< within the bucket; empty: the bucket itself
    std::string query;                       ///< as it is signed: encoded, sorted, `name=` where it has no value
    std::vector<std::string> headers;
    View body;
    std::span<std::uint8_t> into;            ///< where the body of a 206 goes; one that is longer is broken off
};

struct ContentRange {
    std::uint64_t first = 0, last = 0, total = 0;
};

struct Answer {
    int status = 0;
    std::string body;                        ///< but for a 206
    std::size_t filled = 0;                  ///< bytes of `into`
    std::string etag;
    std::uint64_t length = 0;                ///< Content-Length
    std::optional<ContentRange> range;
    std::optional<Instant> date;             ///< the server's clock
};

struct NoAnswer {
    bool worth_repeating;
    std::string what;
};

/// `malformed`, saying what, where the place could not be asked at all.
Result<void> check(const S3Place& place);

class Wire {
  public:
    Wire(S3Place place, S3Credentials credentials);
    ~Wire();
    std::expected<Answer, NoAnswer> exchange(const Request& request);

  private:
    struct Curl;
    std::unique_ptr<Curl> take();
    void give_back(std::unique_ptr<Curl> curl);
    void address(Curl& curl, const Request& request) const;

    S3Place place_;
    S3Credentials credentials_;
    std::mutex lock_;
    std::vector<std::unique_ptr<Curl>> idle_;   ///< with their connections
};

}  // namespace muniment::storage::s3

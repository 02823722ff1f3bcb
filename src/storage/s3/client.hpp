// SPDX-License-Identifier: Apache-2.0
// What Muniment asks of a bucket, repeated where that may help and explained where it does not.
//
// Promises   An answer that was lost is never guessed: a repeated `put_new` that finds the key taken compares what is there.
//            `store_refused` where nobody but an administrator can mend it (credentials, clock, region, bucket, certificate),
//            `no_room` where a quota is used up, `unavailable` when patience is at its end.
#pragma once
#include <atomic>

#include "storage/s3/wire.hpp"

namespace muniment::storage::s3 {

/// Until when a request is repeated.
using Deadline = std::chrono::steady_clock::time_point;

struct Upload {
    std::string key, id;
    std::string initiated;   ///< RFC 3339
};

class Client {
  public:
    Client(S3Place place, S3Credentials credentials);

    const S3Place& place() const { return place_; }
    Deadline deadline() const { return std::chrono::steady_clock::now() + place_.patience; }

    /// Bytes from `offset`, fewer than asked only where the object ends; the object's length. `not_found` where it is not there.
    struct Got {
        std::size_t bytes = 0;
        std::uint64_t total = 0;
    };
    Result<Got> get(const std::string& key, std::uint64_t offset, std::span<std::uint8_t> out);
    Result<std::uint64_t> length(const std::string& key);
    /// `conflict` where the key is taken by something else.
    Result<void> put_new(const std::string& key, View body, Deadline until);
    Result<void> remove(const std::string& key);
    /// All keys that begin so, in order.
    Result<std::vector<std::string>> list(const std::string& prefix);

    Result<std::string> begin_upload(const std::string& key);
    Result<std::string> put_part(const std::string& key, const std::string& upload, std::size_t number, View body);  ///< its ETag
    /// `head` are the first bytes of the whole, of `total` bytes: by them it is known again where the answer was lost.
    Result<void> complete_upload(const std::string& key, const std::string& upload, const std::vector<std::string>& etags,
                                 View head, std::uint64_t total);
    Result<void> abort_upload(const std::string& key, const std::string& upload, Deadline until);
    Result<std::vector<Upload>> uploads(const std::string& prefix);

    /// One request, repeated until `until`: gives what was done or not (2xx, 404, 412, 416), everything else is an error.
    Result<Answer> send(const Request& request, Deadline until);

  private:
    Result<void> same_there(const std::string& key, View body);

    S3Place place_;
    Wire wire_;
};

}  // namespace muniment::storage::s3

// SPDX-License-Identifier: Apache-2.0
// Packs in an S3 bucket, as an installation knows of them: what stands in home.json, and where the credentials are. The
// credentials themselves stand in a file of their own or come from systemd; never in home.json, in the environment or in a
// command line.
#pragma once
#include <boost/json/object.hpp>

#include "cli/command.hpp"
#include "storage/open.hpp"

namespace muniment::app {

struct Bucket {
    storage::S3Place place;
    std::string credentials;   ///< a path, or "systemd:NAME"

    std::string text() const { return "s3://" + place.bucket + "/" + place.prefix + " at " + place.endpoint; }
    boost::json::object as_json() const;
    static Result<Bucket> from_json(const boost::json::object& said);
    /// What was given to init: a new store.
    static Result<Bucket> from_options(const cli::Arguments& given);
    /// Read each time, so that nothing keeps them but the driver. Refused where others on this machine can read the file.
    Result<storage::S3Credentials> read_credentials() const;

    Result<std::unique_ptr<storage::PackStore>> open(storage::RegisterPack registered, storage::Missing missing) const;
    Result<storage::S3Sight> look() const;
};

std::vector<cli::Option> bucket_options();

}  // namespace muniment::app

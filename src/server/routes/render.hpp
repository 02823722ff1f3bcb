// SPDX-License-Identifier: Apache-2.0
// What an answer says: each thing that the API shows, as JSON, in one place.
#pragma once
#include <boost/json.hpp>
#include <optional>

#include "server/house.hpp"
#include "server/http/message.hpp"

namespace muniment::server::routes {

/// With `revision`, it stands in ETag, for If-Match.
Response answer(int status, const boost::json::value& said, std::optional<std::uint64_t> revision = {});
Response no_content();

boost::json::array names_of(access::FirmRoles roles);
boost::json::object brief(const access::PersonView& person);
boost::json::object json_of(const access::PersonView& person);
boost::json::object json_of(const access::GroupView& group);
boost::json::object json_of(const strongroom::ClientView& client);
boost::json::object json_of(const strongroom::MatterView& matter);
boost::json::object json_of(const House& house, const access::Grant& grant);
boost::json::object json_of(const access::WallView& wall, const std::vector<PersonId>& on_both_sides);
boost::json::object json_of(const House& house, const strongroom::PaperView& paper);
boost::json::object json_of(const House& house, const strongroom::VersionView& version);
/// With the names that `asker` may read; `words` is the entry's opened detail.
boost::json::object json_of(const House& house, const PersonId& asker, const audit::Log::Found& entry,
                            const std::optional<Bytes>& words);

/// The matter's name where the asker sees the matter or the register without a wall between; nothing otherwise.
std::optional<std::string> name_for(const House& house, const PersonId& asker, const MatterId& matter);

}  // namespace muniment::server::routes

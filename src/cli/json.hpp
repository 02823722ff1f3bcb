// SPDX-License-Identifier: Apache-2.0
// Looking into answers of the server. What is not there reads as empty: answers may grow and optional fields may be absent.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace muniment::cli {

std::string text_of(const boost::json::value& object, std::string_view field);
std::uint64_t number_of(const boost::json::value& object, std::string_view field);
bool truth_of(const boost::json::value& object, std::string_view field);
/// An empty array or object where there is none.
const boost::json::array& list_of(const boost::json::value& object, std::string_view field);
const boost::json::value& part_of(const boost::json::value& object, std::string_view field);
/// The texts of an array, with ", " between them.
std::string joined(const boost::json::array& texts);

}  // namespace muniment::cli

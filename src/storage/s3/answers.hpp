// SPDX-License-Identifier: Apache-2.0
// What S3 answers in XML. The few elements that are needed are found by their names; what else stands there is not looked at, and
// nothing in it makes more work than its length.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muniment::storage::s3 {

/// The text of the first element of that name, with the five predefined entities; empty where there is none.
std::string text_of(std::string_view xml, std::string_view element);
/// The insides of each element of that name, in order. Elements of one name do not lie in each other here.
std::vector<std::string_view> each(std::string_view xml, std::string_view element);
/// A value in a query string (RFC 3986: all but the unreserved characters encoded).
std::string in_query(std::string_view value);

}  // namespace muniment::storage::s3

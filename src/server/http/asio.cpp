// SPDX-License-Identifier: Apache-2.0
// Asio's and Beast's own code, compiled here and nowhere else (BOOST_…_SEPARATE_COMPILATION): it halves the build.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>

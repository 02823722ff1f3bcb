# SPDX-License-Identifier: Apache-2.0
# The libraries, all from Debian (docs/dependencies.md says why each).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(POSTGRESQL REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-i18n icu-uc)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(OATH REQUIRED IMPORTED_TARGET liboath)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
find_library(ZXCVBN zxcvbn REQUIRED)

# What each module may link, beside the modules below it.
set(muniment_base_needs Threads::Threads PkgConfig::ICU)
set(muniment_crypto_needs OpenSSL::Crypto PkgConfig::SODIUM Boost::json)  # JSON: for its test vectors only
set(muniment_storage_needs PkgConfig::SQLITE PkgConfig::POSTGRESQL PkgConfig::CURL)
set(muniment_keys_needs)
set(muniment_audit_needs Boost::json)
set(muniment_access_needs PkgConfig::OATH PkgConfig::QRENCODE ${ZXCVBN} Boost::json)
set(muniment_duties_needs Boost::json)
set(muniment_strongroom_needs Boost::json)
set(muniment_server_needs OpenSSL::SSL Boost::json)
set(muniment_cli_needs PkgConfig::CURL PkgConfig::QRENCODE Boost::json)
set(muniment_app_needs)

set(muniment_base_below)
set(muniment_crypto_below base)
set(muniment_storage_below crypto base)
set(muniment_keys_below storage crypto base)
set(muniment_audit_below keys storage crypto base)
set(muniment_access_below audit keys storage crypto base)
set(muniment_duties_below access audit keys storage crypto base)
set(muniment_strongroom_below duties access audit keys storage crypto base)
set(muniment_server_below strongroom duties access audit keys storage crypto base)
set(muniment_cli_below crypto base)
set(muniment_app_below cli server strongroom duties access audit keys storage crypto base)

# Beast and Asio are compiled once (src/server/http/asio.cpp), not in every source that includes them.
set(muniment_server_definitions BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

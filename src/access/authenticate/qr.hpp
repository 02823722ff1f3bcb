// SPDX-License-Identifier: Apache-2.0
// A QR code (ISO/IEC 18004) of a short text, for a terminal and for a page. It is drawn here, so that the secret in a sign-in
// set-up goes to no service and no file.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace muniment::access {

/// Half blocks, two rows of modules a line, light modules drawn: read correctly on a dark terminal, and by most scanners on a
/// light one. With the quiet zone of four modules. `too_large` above 1,000 bytes.
Result<std::string> qr_text(std::string_view content);

/// A picture without script, style or outside reference, so that it passes the strictest Content-Security-Policy.
Result<std::string> qr_svg(std::string_view content);

}  // namespace muniment::access

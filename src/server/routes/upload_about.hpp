// SPDX-License-Identifier: Apache-2.0
// What the sender says of a paper or version that comes in, in one request or in pieces.
#pragma once
#include "server/routes/input.hpp"
#include "strongroom/matters/upload.hpp"

namespace muniment::server::routes {

/// The caller looks at in.done().
strongroom::UploadAbout about_paper(Fields& in);
strongroom::UploadAbout about_version(Fields& in);

}  // namespace muniment::server::routes

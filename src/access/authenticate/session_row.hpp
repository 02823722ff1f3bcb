// SPDX-License-Identifier: Apache-2.0
// A session as the plaintext of its gate row. docs/formats/gate.md
#pragma once
#include "access/authenticate/session.hpp"
#include "access/record/fact_rows.hpp"

namespace muniment::access {

RowPlace session_place(const PersonId& person, const SessionId& session);
Bytes encode(const Session& session);
Result<Session> decode_session(View content);

}  // namespace muniment::access

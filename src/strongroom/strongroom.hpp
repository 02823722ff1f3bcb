// SPDX-License-Identifier: Apache-2.0
// The strongroom: what a Permit opens.
//
// For        Clients, matters, papers and their versions; the turn of the epoch, and keys renewed after a leak.
// Promises   Everything about a client is sealed under the key of what it belongs to before it reaches storage. What is
//            acknowledged is durable, bytes and rows and record. Bytes that do not fit their seal are an error that names the
//            paper, never data.
// Assumes    A Permit was decided and recorded (access/). Its action names what is opened: no function takes another id.
// Does not   Decide, speak HTTP, or keep plaintext anywhere but in memory while it is used.
// Read next  matters/register.hpp, matters/papers.hpp, matters/upload.hpp, matters/open_uploads.hpp, matters/reading.hpp, turn/turn.hpp,
//            turn/adopt.hpp
#pragma once
#include "strongroom/founding.hpp"
#include "strongroom/matters/loss.hpp"
#include "strongroom/matters/open_uploads.hpp"
#include "strongroom/matters/pack_report.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/reading.hpp"
#include "strongroom/matters/recovery.hpp"
#include "strongroom/matters/register.hpp"
#include "strongroom/matters/upload.hpp"
#include "strongroom/turn/adopt.hpp"
#include "strongroom/turn/renewal.hpp"
#include "strongroom/turn/turn.hpp"
#include "strongroom/verification.hpp"

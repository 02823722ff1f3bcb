// SPDX-License-Identifier: Apache-2.0
// Access: how a Permit comes to be, and who is somebody.
//
// For        Signing people in, deciding what they may, recording the decision, and changing what is decided from.
// Promises   No Permit exists without a durable entry naming the same person, action and object, and none against a wall. What the
//            gate reads is sealed, counted and summed: a row that was edited, deleted, added or rolled back shuts the gate.
// Assumes    The log's promise (audit/audit.hpp), and that whoever holds a session's secret is its person.
// Does not   Open client information (strongroom/), speak HTTP (server/), or defend against a hostile root.
// Read next  gate.hpp, permit.hpp, decide/decide.hpp, authenticate/sign_in.hpp, people/people.hpp
#pragma once
#include "access/authenticate/sign_in.hpp"
#include "access/gate.hpp"
#include "access/people/groups.hpp"
#include "access/people/people.hpp"
#include "access/people/teams.hpp"
#include "access/people/walls.hpp"
#include "access/permit.hpp"

// SPDX-License-Identifier: Apache-2.0
// Audit: the record of every decision and every change, as a Merkle tree that cannot be rewritten unnoticed.
//
// For        Making an entry durable (before anything happens), proving it later, finding entries, verifying the whole.
// Promises   A Durable exists only for an entry that survives a power cut. A change and its entry are one commit. Leaves hold
//            random ids, an action, an outcome, times and a salted commitment: never a word about a client. The tree is
//            RFC 6962's, its files C2SP tlog-tiles, its checkpoints C2SP signed notes, so that others' tools verify it.
// Assumes    The disk's syncs are honest. Whoever can sign with the log's key can sign lies from then on, not earlier.
// Does not   Decide (access/), or judge what an entry means. A checkpoint nobody else has seen can be replaced by its signer.
// Read next  entry.hpp, log.hpp, tree.hpp, verify.hpp. Contract: docs/formats/log.md
#pragma once
#include "audit/afterwards.hpp"
#include "audit/entry.hpp"
#include "audit/log.hpp"
#include "audit/reseal.hpp"
#include "audit/verify.hpp"

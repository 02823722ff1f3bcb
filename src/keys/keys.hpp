// SPDX-License-Identifier: Apache-2.0
// Keys: every key of the firm, from 32 bytes of root down to one object's key. docs/formats/keys.md is the contract.
//
// For        Unlocking the root key, opening the key records under the epoch key, deriving what seals, the files in slots.
// Promises   Each key serves one algorithm and one purpose, fixed by its type and its label. What is sealed names its kind, firm,
//            owner, row and revision in its associated data, so that nothing opens in another place. A ring that does not count
//            and hash as its head says is not opened.
// Assumes    The slots are the only places that hold epoch keys, and erase what they are told to.
// Does not   Turn the epoch (strongroom/turn), decide who may (access/), or hold content.
// Read next  derive.hpp (the tree of keys), sealed.hpp (small sealed things), ring.hpp (the living keys), root.hpp, slot_files.hpp
#pragma once
#include "keys/derive.hpp"
#include "keys/ring.hpp"
#include "keys/root.hpp"
#include "keys/sealed.hpp"
#include "keys/slot_files.hpp"

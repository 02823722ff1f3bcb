// SPDX-License-Identifier: Apache-2.0
// Storage: the ports behind which bytes lie, and their drivers.
//
// For        Records (rows: keys, gate, fields, papers, the log), packs (sealed objects), slots (the only place that is erased).
// Promises   What a port says is durable survives a power cut: `commit`, `Pending::wait`, `finish` and `put` return only then.
//            A failed sync is final: that pack is never written again, that database is closed.
// Assumes    An honest disk. Everything given to it is already sealed: it never sees a secret, and it is never believed.
// Does not   Decide, seal, open or interpret. It does not know what a matter is, only that rows have owners.
// Read next  records.hpp, packs.hpp, slots.hpp; drivers in sqlite/, memory/, folder/. One suite in conformance/ is the law for all.
#pragma once
#include "storage/key_sets.hpp"
#include "storage/packs.hpp"
#include "storage/records.hpp"
#include "storage/slots.hpp"

// SPDX-License-Identifier: Apache-2.0
// The server: the API of docs/api/openapi.json over HTTP/1.1 and TLS.
//
// For        Browsers and programs of the firm: whatever can be done with Muniment from outside is a route here.
// Promises   A route parses strictly (an unknown field, a wrong type, a size beyond base/limits.hpp is refused), asks the gate,
//            acts on the permit, and renders: JSON never travels past routes/. What nobody may see is answered as what does not
//            exist. Names and contents stand in bodies only, never in a header or an address. The OpenAPI document and the
//            routes are compared by a test, both ways.
// Assumes    Who holds a session's secret is its person. The parts of a House outlive it.
// Does not   Decide (access/), keep anything between requests, or make pages: page/ hands out the browser's part as it was built.
// Read next  door.hpp (open and locked), routes/call.hpp (what every route is made of), http/http.hpp (the way of the bytes).
#pragma once
#include "server/door.hpp"
#include "server/house.hpp"
#include "server/http/http.hpp"
#include "server/router.hpp"

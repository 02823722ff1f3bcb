// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";

import { place_of } from "./router";

const id = "0192f3a1-5c7e-7d3a-9b1e-3f2a6c8d4e01";

test("an address names a room by ids alone", () => {
    expect(place_of(`/matters/${id}/folders/${id}`)).toEqual({
        route: "/matters/{matter}/folders/{folder}",
        ids: { matter: id, folder: id },
    });
    expect(place_of("/").route).toBe("/");
    for (const other of ["/matters/Bergmann", "/matters", "/people/", `/matters/${id}/`, `/matters/${id.toUpperCase()}`])
        expect(place_of(other).route).toBe("");
});

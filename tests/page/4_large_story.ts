// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, utimesSync, writeFileSync } from "node:fs";

import { enter, expect, seen, test } from "./firm.ts";

const hash_of = async (path: string): Promise<string> => {
    const hash = createHash("sha256");
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    return hash.digest("hex");
};

test("a large paper is paused, goes on, loses its line, and arrives whole", async ({ page }, info) => {
    const hearing = info.outputPath("Hearing.mp4");
    writeFileSync(hearing, randomBytes(48 * 1024 * 1024));
    await enter(page, "vera");
    await page.getByText("Lease of the workshop").click();
    await expect(page.getByText("Nothing here yet")).toBeVisible();
    // A line of 10 MB a second, so that there is a middle to be in.
    const line = await page.context().newCDPSession(page);
    await line.send("Network.enable");
    const speed = async (uploadThroughput: number) =>
        line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    await speed(10e6);
    const offsets: number[] = [];
    page.on("request", (request) => {
        if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
    });
    await page.locator("[data-pick=files]").setInputFiles(hearing);
    await expect(page.locator(".job-state")).toContainText(/^[1-9].* MB of/);
    await page.getByRole("button", { name: "Pause Hearing.mp4" }).click();
    await expect(page.locator(".job-state")).toContainText("paused");
    await seen(page, "paused");
    const pieces = /\/uploads\/[^/]+$/;
    await page.route(pieces, (route) =>
        route.request().method() === "PATCH" ? route.abort("connectionreset") : route.continue(),
    );
    await page.getByRole("button", { name: "Resume Hearing.mp4" }).click();
    await expect(page.locator(".job-state")).toContainText("trying again");
    await page.unroute(pieces);
    await speed(-1);
    await expect(page.locator(".job-state")).toHaveText("filed", { timeout: 30_000 });
    // It went on from what had arrived before the pause.
    expect(offsets[0]).toBe(0);
    expect(offsets.at(-1)).toBeGreaterThan(0);

    await page.getByRole("row").filter({ hasText: "Hearing.mp4" }).click();
    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download", exact: true }).click(),
    ]);
    expect(await hash_of(await download.path())).toBe(await hash_of(hearing));
});

test("an upload that an earlier visit left goes on with the very file, and with no other", async ({ page }, info) => {
    const exhibit = info.outputPath("Exhibit.zip");
    writeFileSync(exhibit, randomBytes(20 * 1024 * 1024));
    // A whole second: node and the browser round what lies below a millisecond in different ways.
    const made = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    utimesSync(exhibit, made, made);
    await enter(page, "vera");
    await page.getByText("Lease of the workshop").click();
    await expect(page.getByRole("row").filter({ hasText: "Hearing.mp4" })).toBeVisible();
    let cut = false;
    await page.route(/\/uploads\/[^/]+$/, (route) => {
        if (route.request().method() !== "PATCH") return route.continue();
        cut = true;
        return route.abort();
    });
    await page.locator("[data-pick=files]").setInputFiles(exhibit);
    await expect.poll(() => cut).toBe(true);
    await page.getByRole("button", { name: "Pause Exhibit.zip" }).click();
    await page.unrouteAll();
    // It is paused, and the browser asks all the same.
    let asked = 0;
    page.on("dialog", (dialog) => {
        asked += dialog.type() === "beforeunload" ? 1 : 0;
        void dialog.accept();
    });
    await page.goto("/");
    await expect(page.getByRole("grid", { name: "My matters" })).toBeVisible();
    expect(asked).toBe(1);
    const left = page.locator(".job-left");
    await expect(left).toContainText("Exhibit.zip");
    await seen(page, "left");
    utimesSync(exhibit, made, new Date(made.getTime() + 5_000));
    await left.locator("input").setInputFiles(exhibit);
    await expect(page.getByText("That is another file than “Exhibit.zip”")).toBeVisible();
    utimesSync(exhibit, made, made);
    await left.locator("input").setInputFiles(exhibit);
    await expect(page.locator(".job-state")).toHaveText("filed", { timeout: 30_000 });
    await page.getByText("Lease of the workshop").click();
    await expect(page.getByRole("row").filter({ hasText: "Exhibit.zip" })).toBeVisible();
});

test("twenty thousand papers scroll smoothly", async ({ page }) => {
    await enter(page, "vera");
    const count = 20_000;
    const id = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    await page.route(/\/papers\?/, (route) => {
        const from = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
        const items = Array.from({ length: 1000 }, (_, at) => ({
            id: id(from + at),
            folder: null,
            kind: "paper",
            number: from + at + 1,
            name: `Paper ${from + at + 1}.pdf`,
            size: 1000 + at,
            versions: 1,
            revision: 1,
            modified: "2026-03-01T10:00:00Z",
            added: "2026-03-01T10:00:00Z",
            class: "client file",
            trashed: false,
        }));
        return route.fulfill({ json: { items, ...(from + 1000 < count ? { next: String(from + 1000) } : {}) } });
    });
    await page.getByText("Supply of kits").click();
    await expect(page.getByText("20000 entries")).toBeVisible({ timeout: 30_000 });
    const grid = page.getByRole("grid");
    await expect(grid).toHaveAttribute("aria-rowcount", String(count + 1));
    const frames = await grid.evaluate(async (element) => {
        const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
        const times: number[] = [];
        let drawn = 0;
        for (let step = 0, before = await next(); step < 120; ++step) {
            element.scrollTop = (element.scrollHeight / 120) * step;
            const now = await next();
            times.push(now - before);
            before = now;
            drawn = Math.max(drawn, element.querySelectorAll(".grid-body .grid-row").length);
        }
        return { median: times.toSorted((a, b) => a - b)[60] ?? 0, worst: Math.max(...times), drawn };
    });
    console.log(
        `20,000 papers: median frame ${frames.median.toFixed(1)} ms, worst ${frames.worst.toFixed(0)} ms, ` +
            `${frames.drawn} rows in the document`,
    );
    expect(frames.drawn).toBeLessThan(60);
    expect(frames.median).toBeLessThan(100);
    await grid.focus();
    await page.keyboard.press("End");
    await expect(page.getByRole("row").filter({ hasText: "Paper 20000.pdf" })).toBeVisible();
});

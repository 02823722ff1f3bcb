// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";

import { enter, expect, seen, test } from "./firm.ts";

const here = "0192f3a1-5c7e-7d3a-9b1e-3f2a6c8d4e01";

test("what is not there, and what is not for them, look the same", async ({ page, request }) => {
    await enter(page, "nora", `/matters/${here}`);
    await expect(page.getByText("There is no such thing, or it is not for you to see.")).toBeVisible();
    await page.goto("/nowhere");
    await expect(page.getByText("There is no such page")).toBeVisible();
    await seen(page, "no-such-page");
    const looking = { headers: { Accept: "text/html" } };
    expect((await request.get("/nowhere", looking)).status()).toBe(404);
    expect((await request.get("/matters/Bergmann", looking)).status()).toBe(404);
    expect((await request.get(`/matters/${here}`, looking)).status()).toBe(200);
    expect((await request.get("/assets/nothing.js")).headers()["content-type"]).toBe("application/problem+json");
});

test("the page is kept by its hash, and lets nothing else in", async ({ request }) => {
    const page = await request.get("/");
    const headers = page.headers();
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? "";
    const asset = await request.get(script, { headers: { "Accept-Encoding": "br" } });
    expect(asset.headers()).toMatchObject({
        "content-encoding": "br",
        "cache-control": "public, max-age=31536000, immutable",
        "content-type": "text/javascript; charset=utf-8",
    });
    const text = await asset.text();
    expect(text.match(/https?:\/\/(?!www\.w3\.org|react\.dev|react-aria\.adobe\.com|github\.com)[a-z0-9.-]+/g) ?? []).toEqual([]);
});

test("in German, too, nothing sticks out", async ({ page }) => {
    await enter(page, "vera", "/account");
    await page.getByRole("button", { name: "Deutsch" }).click();
    await expect(page.getByRole("heading", { name: "Passwort ändern" })).toBeVisible();
    await seen(page, "de-account");
    await page.goto("/");
    await seen(page, "de-matters");
    await page.getByText("Supply of kits").click();
    await page.getByRole("row").filter({ hasText: "Supply agreement.docx" }).locator(".grid-choice").click();
    await expect(page.getByRole("button", { name: "Umbenennen" })).toBeVisible();
    await seen(page, "de-papers");
    await page.getByText("Supply agreement.docx").click();
    await expect(page.getByRole("heading", { name: "Fassungen" })).toBeVisible();
    await seen(page, "de-paper");
});

test("where the line is down the page says so, keeps what it shows, and goes on by itself", async ({ page }) => {
    await enter(page, "vera");
    await page.getByText("Supply of kits").click();
    await expect(page.getByRole("grid")).toBeVisible();
    await page.context().setOffline(true);
    await page.getByRole("link", { name: "People" }).click();
    await expect(page.getByText("The server does not answer.").first()).toBeVisible({ timeout: 20_000 });
    await seen(page, "offline");
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "Luis Vale" })).toBeVisible();
});

test("a session that ended leads to the doorstep, and nothing that was seen stays", async ({ page }) => {
    await enter(page, "vera");
    await page.getByText("Supply of kits").click();
    await expect(page.getByRole("grid")).toBeVisible();
    await page.context().clearCookies();
    await page.getByRole("link", { name: "Activity" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(page.getByText("Supply of kits")).toHaveCount(0);
});

test("a page that nobody uses warns, and signs out by itself", async ({ page }) => {
    await page.clock.install();
    await enter(page, "otto");
    const record = page.getByRole("link", { name: "Record" });
    const box = page.getByRole("dialog", { name: "Are you still there?" });
    await expect(record).toBeVisible();
    await page.clock.fastForward("27:00");
    await expect(box).toHaveCount(0);
    await page.clock.fastForward("01:30");
    await expect(box).toBeVisible();
    await seen(page, "idle");
    await page.getByRole("button", { name: "Stay signed in" }).click();
    await expect(box).toHaveCount(0);
    await page.clock.fastForward("27:00");
    await page.keyboard.press("Shift");
    await page.clock.fastForward("02:00");
    await expect(box).toHaveCount(0);
    await page.clock.fastForward("26:30");
    await expect(box).toBeVisible();
    await page.clock.fastForward("02:00");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    expect((await page.request.get("/api/v1/session")).status()).toBe(401);
});

test("a locked strongroom says so, and the page goes on when it is opened", async ({ page }) => {
    const muniment = (...command: string[]) =>
        execFileSync(
            process.env["MUNIMENT_PAGE_PROGRAM"] ?? "",
            [...command, "--home", process.env["MUNIMENT_PAGE_HOME"] ?? ""],
            { stdio: "ignore" },
        );
    await enter(page, "vera");
    await expect(page.getByRole("grid")).toBeVisible();
    muniment("lock");
    await page.reload();
    await expect(page.getByRole("heading", { name: "The strongroom is locked" })).toBeVisible();
    await seen(page, "locked");
    muniment("unlock", "--key-file");
    await expect(page.getByRole("grid")).toBeVisible({ timeout: 20_000 });
});

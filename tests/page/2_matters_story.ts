// SPDX-License-Identifier: Apache-2.0
import { enter, expect, seen, test } from "./firm.ts";

test("my matters are searched and sorted where I am, and no name gets into an address", async ({ page }) => {
    await enter(page, "vera");
    const rows = page.locator(".grid-body .grid-row");
    await expect(rows).toHaveCount(2);
    await seen(page, "matters");
    await page.getByRole("searchbox").fill("bergmann LEASE");
    await expect(rows).toHaveCount(1);
    await page.getByRole("searchbox").fill("nothing like it");
    await expect(page.getByText("Nothing found")).toBeVisible();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Matter", exact: true }).click();
    await expect(rows.first()).toContainText("Lease of the workshop");
    await page.getByRole("button", { name: "Matter", exact: true }).click();
    await expect(rows.first()).toContainText("Supply of kits");
    await expect(page.getByRole("columnheader", { name: "Matter" })).toHaveAttribute("aria-sort", "descending");
    expect(new URL(page.url()).search).toBe("");
});

test("a matter is opened for a new client, closed, and opened again", async ({ page }) => {
    await enter(page, "vera");
    await page.getByRole("button", { name: "Open a matter" }).click();
    await seen(page, "open-matter");
    await page.getByRole("combobox", { name: "Client" }).fill("New");
    await page.getByRole("option", { name: /New client/ }).click();
    await page.getByLabel("Client’s name").fill("Grünwald Möbel");
    await page.getByLabel("Client’s number").fill("10500");
    await page.getByLabel("What the matter is called").fill("Streit um ein Lager");
    await page.getByLabel("Matter’s number").fill("10500.0001");
    await page.getByRole("dialog").getByRole("button", { name: "Open a matter" }).click();
    await expect(page.getByRole("heading", { name: "Streit um ein Lager" })).toBeVisible();
    await expect(page.getByText("Nothing here yet")).toBeVisible();
    await seen(page, "empty-matter");

    await page.getByRole("button", { name: "Close matter" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Close matter" }).click();
    await expect(page.locator(".matter-title .badge")).toHaveText("closed");
    await expect(page.getByRole("button", { name: "File papers" })).toHaveCount(0);
    await page.getByRole("button", { name: "Open again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Open again" }).click();
    await expect(page.getByRole("button", { name: "File papers" })).toBeVisible();
});

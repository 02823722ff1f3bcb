// SPDX-License-Identifier: Apache-2.0
import { enter, expect, meanwhile, seen, test } from "./firm.ts";

test("the administrator runs, pauses and resumes a job, and is told of another's change", async ({ page }) => {
    await enter(page, "admin");
    await page.getByRole("link", { name: "Jobs" }).click();
    const card = page.getByRole("listitem").filter({ hasText: "Verify the record" });
    await expect(card).toContainText("Next");
    await card.getByRole("button", { name: "Run now" }).click();
    await expect(page.getByText("Begins now: Verify the record")).toBeVisible();
    await expect(card).toContainText(/entries: [1-9]/);
    await expect(card.locator(".badge")).toHaveText("waits");
    await card.getByRole("button", { name: "Pause" }).click();
    await expect(card).toContainText("by Ada Okafor");
    await seen(page, "jobs");

    // Somebody else lets it go on, and this page has not heard of it.
    await page.route(/\/api\/v1\/jobs(\?|$)/, () => undefined);
    const { items } = (await (await meanwhile(page, "GET", "/jobs")).json()) as { items: { name: string; revision: number }[] };
    const revision = items.find(({ name }) => name === "log.verify")?.revision;
    await meanwhile(page, "POST", "/jobs/log.verify/resume", undefined, { "If-Match": `"${revision}"` });
    await card.getByRole("button", { name: "Resume" }).click();
    await page.unroute(/\/api\/v1\/jobs(\?|$)/);
    await expect(card.getByRole("alert")).toContainText("has moved on since it was shown");
    await page.reload();
    await expect(card.getByRole("button", { name: "Pause" })).toBeVisible();
});

test("who does not run Muniment sees no jobs", async ({ page }) => {
    await enter(page, "vera", "/jobs");
    await expect(page.getByText("There is no such page")).toBeVisible();
    await expect(page.getByRole("link", { name: "Jobs" })).toHaveCount(0);
});

test("the administrator sees what endangers the promises, with its remedy, and what is well", async ({ page }) => {
    await enter(page, "admin");
    await page.getByRole("link", { name: "Condition" }).click();
    const wanting = page.getByRole("list", { name: "To be mended" });
    const apart = wanting.getByRole("listitem").filter({ hasText: "Slots lie apart" });
    await expect(apart).toContainText("red");
    await expect(page.getByRole("list", { name: "Is well" }).getByRole("listitem").first()).toContainText("good");
    await seen(page, "doctor");
});

// SPDX-License-Identifier: Apache-2.0
import { enter, expect, meanwhile, seen, test } from "./firm.ts";

test("the lead puts somebody on the team, changes their place, takes them off, and takes that back", async ({ page }) => {
    await enter(page, "vera");
    await page.getByText("Supply of kits").click();
    await page.getByRole("link", { name: "People" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "Luis Vale" })).toContainText("Member");
    await page.getByRole("button", { name: "Add somebody" }).click();
    await page.getByRole("combobox", { name: "Person or group" }).fill("nora");
    await page.getByRole("option", { name: /Nora Adeyemi/ }).click();
    await page.getByLabel("Role").selectOption("Reader");
    await seen(page, "team-add");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    const nora = page.getByRole("listitem").filter({ hasText: "Nora Adeyemi" });
    await expect(nora).toContainText("Reader");
    await nora.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Role").selectOption("Member");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(nora).toContainText("Member");
    await nora.getByRole("button", { name: "Take Nora Adeyemi off the team" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take off" }).click();
    await expect(nora).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(nora).toContainText("Member");
    await seen(page, "team");
});

test("the lead sees what was done in the matter; a member does not", async ({ page, browser }) => {
    await enter(page, "vera");
    await page.getByText("Supply of kits").click();
    await page.getByRole("link", { name: "Activity" }).click();
    await expect(page.getByText("Vera Hartmann changed the team: Nora Adeyemi").first()).toBeVisible();
    await seen(page, "activity");
    const address = page.url();
    const context = await browser.newContext();
    const other = await context.newPage();
    await enter(other, "luis", address);
    await expect(other.getByRole("alert")).toContainText("You are not permitted to do this");
    await seen(other, "refused");
    await other.getByRole("link", { name: "People" }).click();
    await expect(other.getByRole("listitem").filter({ hasText: "Vera Hartmann" })).toContainText("Lead");
    await expect(other.getByRole("button", { name: "Add somebody" })).toHaveCount(0);
    await context.close();
});

test("compliance asks why somebody may see a matter, and raises a wall that shuts them out", async ({ page }) => {
    await enter(page, "carla");
    await page.getByRole("button", { name: "The firm’s" }).click();
    await page.getByText("Supply of kits").click();
    await expect(page.getByText("You are not on the team of this matter")).toBeVisible();
    const matter = page.url();
    await page.getByRole("button", { name: "Why can somebody see this?" }).click();
    await page.getByRole("combobox", { name: "Person" }).fill("luis");
    await page.getByRole("option", { name: /Luis Vale/ }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "read papers" })).toContainText("May");
    await seen(page, "why");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

    await page.getByRole("link", { name: "Walls" }).click();
    await expect(page.getByText("No walls stand")).toBeVisible();
    await page.getByRole("button", { name: "Raise a wall" }).click();
    const sides = page.getByRole("dialog").getByRole("combobox");
    await sides.first().fill("supply");
    await page.getByRole("option", { name: /Supply of kits/ }).click();
    await sides.last().fill("nora");
    await page.getByRole("option", { name: /Nora Adeyemi/ }).click();
    await page.getByLabel("Why").fill("Acted for the other side until 2024");
    await seen(page, "wall-new");
    await page.getByRole("dialog").getByRole("button", { name: "Raise a wall" }).click();
    await expect(page.getByText("Acted for the other side until 2024")).toBeVisible();
    await seen(page, "walls");

    await page.goto(matter);
    await page.getByRole("button", { name: "Why can somebody see this?" }).click();
    await page.getByRole("combobox", { name: "Person" }).fill("nora");
    await page.getByRole("option", { name: /Nora Adeyemi/ }).click();
    await expect(page.locator(".explanation-whole")).toContainText("A wall stands between");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("link", { name: "Walls" }).click();
    await page.getByRole("button", { name: "Take down" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take down" }).click();
    await expect(page.getByText("No walls stand")).toBeVisible();
});

test("the administrator invites, gives roles, is told of another's change, and sees no file", async ({ page }) => {
    await enter(page, "admin");
    await page.getByRole("link", { name: "Accounts" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Vera Hartmann" })).toContainText("Partner");
    await seen(page, "accounts");
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Jonas Brandt");
    await page.getByLabel("Sign-in name").fill("jonas");
    await seen(page, "invite");
    await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
    await expect(page.locator("code.code")).toHaveText(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    await seen(page, "invited");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

    await page.getByRole("row").filter({ hasText: "Jonas Brandt" }).click();
    await page.getByRole("dialog").getByText("Partner", { exact: true }).click();
    const { items } = (await (await meanwhile(page, "GET", "/people?limit=1000")).json()) as {
        items: { id: string; sign_in: string; revision: number }[];
    };
    const jonas = items.find(({ sign_in }) => sign_in === "jonas");
    await meanwhile(page, "PATCH", `/people/${jonas?.id}`, { roles: ["assistant"] }, { "If-Match": `"${jonas?.revision}"` });
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Somebody else changed this account meanwhile")).toBeVisible();
    await seen(page, "account-conflict");
    await page.getByRole("button", { name: "Go on from how it is now" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Jonas Brandt" })).toContainText("Partner");
    await page.getByRole("row").filter({ hasText: "Jonas Brandt" }).click();
    await page.getByRole("button", { name: "End access" }).click();
    await page.getByRole("dialog").last().getByRole("button", { name: "End access" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Jonas Brandt" })).toContainText("ended");

    await page.getByRole("link", { name: "Groups" }).click();
    await page.getByRole("button", { name: "New group" }).click();
    await page.getByLabel("Name").fill("Real estate");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Add somebody" }).click();
    await page.getByRole("combobox").fill("luis");
    await page.getByRole("option", { name: /Luis/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "Luis Vale" }).last()).toBeVisible();
    await seen(page, "groups");
    await page.getByRole("link", { name: /^Muniment/ }).click();
    await expect(page.getByText("No matters yet")).toBeVisible();
});

test("the auditor reads the whole record", async ({ page }) => {
    await enter(page, "otto");
    await page.getByRole("link", { name: "Record" }).click();
    await expect(page.getByText("Carla Whitfield took down a wall")).toBeVisible();
    await seen(page, "record");
});

// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { enter, expect, meanwhile, seen, test } from "./firm.ts";

const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });
const choose = (page: Page, name: string) => row(page, name).locator(".grid-choice").click();

async function in_supply(page: Page, who = "vera"): Promise<void> {
    await enter(page, who);
    await page.getByText("Supply of kits").click();
    await expect(row(page, "Annex A.pdf")).toBeVisible();
}

test("folders are walked by the keyboard, and the way back stands above", async ({ page }) => {
    await in_supply(page);
    await seen(page, "papers");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
    await page.keyboard.press("Tab");
    await page.getByRole("grid").focus();
    await page.keyboard.type("20");
    await page.keyboard.press("Enter");
    await expect(row(page, "Reply.pdf")).toBeVisible();
    expect(page.url()).toMatch(/\/matters\/[0-9a-f-]{36}\/folders\/[0-9a-f-]{36}$/);
    await page.getByRole("list", { name: "Folders above" }).getByRole("link", { name: "Correspondence" }).click();
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
    await page.goBack();
    await expect(row(page, "Reply.pdf")).toBeVisible();
    await page.getByRole("searchbox").fill("march letter");
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
});

test("files and a folder are filed, a name that is taken is asked about, and all come back as they were", async ({
    page,
}, info) => {
    const folder = info.outputPath("Evidence");
    mkdirSync(`${folder}/Photos`, { recursive: true });
    writeFileSync(`${folder}/List.txt`, "list\n");
    writeFileSync(`${folder}/Photos/1.jpg`, Buffer.from([0xff, 0xd8, 0, 1, 2, 3]));
    writeFileSync(`${folder}/Photos/empty.bin`, "");
    await in_supply(page);
    await page.locator("[data-pick=folder]").setInputFiles(folder);
    await expect(page.getByText("3 of 3 filed")).toBeVisible();
    await row(page, "Evidence").click();
    await row(page, "Photos").click();
    await expect(row(page, "empty.bin")).toContainText("0 B");
    await row(page, "1.jpg").click();
    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download", exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("1.jpg");
    expect([...readFileSync(await download.path())]).toEqual([0xff, 0xd8, 0, 1, 2, 3]);
    await seen(page, "paper");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

    await page
        .locator("[data-pick=files]")
        .setInputFiles({ name: "1.jpg", mimeType: "image/jpeg", buffer: Buffer.from("second") });
    await expect(page.getByText("Something of this name is there already.")).toBeVisible();
    await seen(page, "name-taken");
    await page.getByRole("button", { name: "File as new version" }).click();
    await expect(page.getByText("filed as a new version")).toBeVisible();
    await expect(row(page, "1.jpg")).toContainText("2 versions");
    await page
        .locator("[data-pick=files]")
        .setInputFiles({ name: "1.jpg", mimeType: "image/jpeg", buffer: Buffer.from("third") });
    await page.getByRole("button", { name: "Keep both" }).click();
    await expect(row(page, "1 (2).jpg")).toBeVisible();
});

test("what is dropped is filed into the folder that is open", async ({ page }) => {
    await in_supply(page);
    await row(page, "Correspondence").click();
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
    const dropped = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["dropped"], "Dropped.txt", { type: "text/plain" }));
        return transfer;
    });
    await page.dispatchEvent(".papers", "dragenter", { dataTransfer: dropped });
    await expect(page.getByText("File into “Correspondence”")).toBeVisible();
    await page.dispatchEvent(".papers", "drop", { dataTransfer: dropped });
    await expect(row(page, "Dropped.txt")).toBeVisible();
});

test("a hostile name is a name, and runs nothing", async ({ page }) => {
    await in_supply(page);
    await row(page, "Correspondence").click();
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
    const name = '<img src=x onerror="window.hurt=1">.html';
    await page
        .locator("[data-pick=files]")
        .setInputFiles({ name, mimeType: "text/html", buffer: Buffer.from("<script>window.hurt=1</script>") });
    await row(page, name).click();
    await expect(page.getByRole("dialog").getByRole("heading", { name })).toBeVisible();
    expect(await page.evaluate(() => "hurt" in window)).toBe(false);
});

test("a paper is renamed, moved and thrown away, and each is undone", async ({ page }) => {
    await in_supply(page);
    await choose(page, "Price list.xlsx");
    await seen(page, "chosen");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("New name").fill("Prices.xlsx");
    await page.keyboard.press("Enter");
    await expect(row(page, "Prices.xlsx")).toBeVisible();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(row(page, "Price list.xlsx")).toBeVisible();

    await page.getByRole("button", { name: "Move" }).click();
    await page.getByRole("combobox").fill("Correspondence / 2026");
    await page.getByRole("option", { name: "Correspondence / 2026" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Move" }).click();
    await expect(row(page, "Price list.xlsx")).toHaveCount(0);
    await page.getByRole("button", { name: "Undo" }).last().click();
    await expect(row(page, "Price list.xlsx")).toBeVisible();

    await choose(page, "Correspondence");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Delete");
    await expect(row(page, "Correspondence")).toHaveCount(0);
    await page.getByRole("link", { name: "Trash" }).click();
    await choose(page, "Correspondence");
    await seen(page, "trash");
    await page.getByRole("button", { name: "Restore" }).click();
    await expect(page.getByText("The trash is empty")).toBeVisible();
    await page.getByRole("link", { name: "Back to the papers" }).click();
    await row(page, "Correspondence").click();
    await expect(row(page, "Letter of 3 March.pdf")).toBeVisible();
});

test("of two that somebody else changed meanwhile each is asked about", async ({ page }) => {
    await in_supply(page);
    const names = ["Annex A.pdf", "Price list.xlsx"];
    for (const name of names) await choose(page, name);
    const matter = new URL(page.url()).pathname.split("/")[2];
    const { items } = (await (await meanwhile(page, "GET", `/matters/${matter}/papers?limit=1000`)).json()) as {
        items: { id: string; name: string; revision: number }[];
    };
    for (const name of names) {
        const { id, revision } = items.find((each) => each.name === name) ?? { id: "", revision: 0 };
        const to = (new_name: string, from: number) =>
            meanwhile(page, "POST", `/matters/${matter}/papers/${id}/move`, { name: new_name }, { "If-Match": `"${from}"` });
        const { revision: next } = (await (await to(`New ${name}`, revision)).json()) as { revision: number };
        await to(name, next);
    }
    await page.getByRole("grid").focus();
    await page.keyboard.press("Delete");
    const box = page.getByRole("dialog", { name: "Somebody else was quicker" });
    const asked: string[] = [];
    for (const _ of names) {
        asked.push(/“(.*?)”/.exec(await box.locator(".prose").innerText())?.[1] ?? "");
        await box.getByRole("button", { name: "Leave as it is now" }).click();
        if (asked.length < names.length) await expect(box.locator(".prose")).not.toContainText(asked[0] ?? "");
    }
    await expect(box).toHaveCount(0);
    expect(asked.sort()).toEqual(names);
    for (const name of names) await expect(row(page, name)).toBeVisible();
});

test("what somebody else changed meanwhile is shown, and not written over", async ({ page }) => {
    await in_supply(page);
    const matter = new URL(page.url()).pathname.split("/")[2];
    const { items } = (await (await meanwhile(page, "GET", `/matters/${matter}/papers?limit=1000`)).json()) as {
        items: { id: string; name: string; revision: number }[];
    };
    const annex = items.find(({ name }) => name === "Annex A.pdf");
    await meanwhile(
        page,
        "POST",
        `/matters/${matter}/papers/${annex?.id}/move`,
        { name: "Annex A signed.pdf" },
        { "If-Match": `"${annex?.revision}"` },
    );
    await row(page, "Annex A.pdf").click();
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("New name").fill("Annex 1.pdf");
    await page.keyboard.press("Enter");
    const box = page.getByRole("dialog", { name: "Somebody else was quicker" });
    await expect(box).toContainText("Annex A signed.pdf");
    await seen(page, "conflict");
    await box.getByRole("button", { name: "Apply my change" }).click();
    await expect(page.getByText("“Annex A signed.pdf” is now “Annex 1.pdf”.")).toBeVisible();
});

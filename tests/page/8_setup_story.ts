// SPDX-License-Identifier: Apache-2.0
// A firm is founded from the one-time link, by a `muniment setup` of its own for each story.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";

import type { Page } from "@playwright/test";

import { test as base, accessible, code_for, expect, seen } from "./firm.ts";

const program = process.env["MUNIMENT_PAGE_PROGRAM"] ?? "";
const passphrase = "seven lanterns over a quiet harbour";

interface SettingUp {
    folder: string;
    link: string;
    said: () => string;
    ended: Promise<number | null>;
}
function printed(process: ChildProcess, pattern: RegExp, said: () => string): Promise<string> {
    return new Promise((found, gone) => {
        const look = () => {
            const match = pattern.exec(said());
            if (match) found(match[1] ?? "");
        };
        process.stdout?.on("data", look);
        process.on("exit", (code) => gone(new Error(`muniment setup ended with ${code}: ${said()}`)));
    });
}

const test = base.extend<{ setting_up: SettingUp; options: string[] }>({
    options: [[], { option: true }],
    setting_up: async ({ options }, use) => {
        const folder = mkdtempSync(`${tmpdir()}/muniment-setup-`);
        const child = spawn(program, ["setup", "--home", `${folder}/home`, "--port", "0", ...options]);
        let text = "";
        child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
        child.stderr.on("data", (piece: Buffer) => (text += piece.toString()));
        const ended = new Promise<number | null>((end) => child.on("exit", end));
        const said = () => text;
        const link = await printed(child, /(https:\/\/\S+\/setup#\S+)/, said);
        await use({ folder, link, said, ended });
        child.kill("SIGTERM");
        await ended;
        rmSync(folder, { recursive: true, force: true });
    },
    own: async ({ setting_up }, use) => use(new URL(setting_up.link).origin),
});

const go_on = (page: Page) => page.getByRole("button", { name: /^(Continue|Weiter)$/ }).click();
const filled = async (page: Page, fields: Record<string, string>) => {
    for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
};

/** The words of each holder, as they would write them down. */
async function to_paper(page: Page, holders: number, picture: (holder: number) => Promise<void>): Promise<string[][]> {
    const papers: string[][] = [];
    for (let holder = 1; holder <= holders; ++holder) {
        await page.getByRole("button", { name: `Show the page of holder ${holder}` }).click();
        const items = page.getByRole("article").getByRole("listitem");
        const words = (await items.allInnerTexts()).map((text) => text.replace(/^\s*\d+\s+/, "").trim());
        papers.push(words);
        await picture(holder);
        await page.getByRole("button", { name: "It is on paper" }).click();
    }
    return papers;
}

async function confirmed(page: Page, papers: string[][]): Promise<void> {
    for (const [at, words] of papers.entries()) {
        const field = page.getByLabel(new RegExp(`^Word \\d+ of holder ${at + 1}$`));
        const label = await page.getByText(new RegExp(`^Word \\d+ of holder ${at + 1}$`)).innerText();
        await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? "");
    }
    await go_on(page);
}

test("a firm is founded from the link, with shares on paper, and its first administrator is in", async ({ page, setting_up }) => {
    const { folder, link } = setting_up;
    await page.goto(link);
    await expect(page.getByText("Step 1 of 5")).toBeVisible();
    expect(page.url()).not.toContain("#");
    expect(existsSync(`${folder}/home/home.json`)).toBe(false);
    await page.getByLabel("The firm’s name").fill("Lindqvist & Okafor");
    await seen(page, "setup-firm");
    await go_on(page);

    await filled(page, { "Folder of slot 1": "slots/a", "Folder of slot 2": `${folder}/home/slots/b` });
    await filled(page, { Passphrase: "lindqvist & okafor" });
    await expect(page.getByText("Too weak: made from a name of yours or the firm’s.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Continue" })).toBeDisabled();
    await filled(page, { Passphrase: passphrase, "The passphrase again": passphrase });
    await expect(page.getByText("Strong enough.")).toBeVisible();
    await go_on(page);
    await expect(page.getByText("The whole path is needed")).toBeVisible();
    await expect(page.getByText("It lies in the home folder of Muniment.")).toBeVisible();
    await filled(page, { "Folder of slot 1": `${folder}/a/slot`, "Folder of slot 2": `${folder}/b/slot` });
    await go_on(page);
    await expect(page.getByText("It lies on the disk of the data.").first()).toBeVisible();
    await seen(page, "setup-unlocking");
    await go_on(page);

    await page.getByLabel("How many holders").selectOption("3");
    await page.getByLabel("How many of them open").selectOption("2");
    await seen(page, "setup-shares");
    await page.getByRole("button", { name: "Make the shares" }).click();
    const papers = await to_paper(page, 3, async (holder) => {
        if (holder > 1) return;
        await seen(page, "setup-share");
        await page.emulateMedia({ media: "print" });
        await expect(page.getByRole("article")).toBeVisible();
        for (const hidden of ["It is on paper", "Deutsch"]) await expect(page.getByRole("button", { name: hidden })).toBeHidden();
        await expect(page.getByRole("heading", { name: "Recovery shares" })).toBeHidden();
        const pictures = process.env["MUNIMENT_PAGE_PICTURES"];
        const pdf = await page.pdf({ format: "A4", ...(pictures ? { path: `${pictures}/setup-share.pdf` } : {}) });
        expect(pdf.toString("latin1").match(/\/Type \/Page\b/g) ?? []).toHaveLength(1);
        if (pictures) await page.screenshot({ path: `${pictures}/setup-share-print.png` });
        await page.emulateMedia({ media: null });
    });
    expect(papers.map((words) => words.length)).toEqual([33, 33, 33]);
    expect(new Set(papers.map((words) => words.join(" "))).size).toBe(3);
    const kept = await page.evaluate(() => [document.body.innerText, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]);
    for (const words of papers) expect(kept.join()).not.toContain(words[20]);
    await confirmed(page, papers.map((words) => words.map(() => "academic")));
    await expect(page.getByRole("alert")).toContainText("another one on the page");
    await seen(page, "setup-confirm");
    await confirmed(page, papers);

    await filled(page, { "Your name": "Ada Okafor", "Sign-in name": "ada", "New password": "passwordpassword" });
    await expect(page.getByText("Too weak: made from words that are tried first.")).toBeVisible();
    await filled(page, { "New password": "ochre-lantern-tugboat-19", "The password again": "ochre-lantern-tugboat-1" });
    await expect(page.getByText("That is not the same.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Continue" })).toBeDisabled();
    await filled(page, { "The password again": "ochre-lantern-tugboat-19" });
    await expect(page.getByText("Strong enough.")).toBeVisible();
    await seen(page, "setup-administrator");
    await go_on(page);

    await expect(page.getByRole("img", { name: "QR code for the authenticator" })).toBeVisible();
    await seen(page, "setup-factor");
    const secret = await page.locator(".secret code").innerText();
    await page.getByRole("textbox", { name: "Code" }).fill("000000");
    await page.getByRole("button", { name: "Found the firm" }).click();
    await expect(page.getByRole("alert")).toContainText("This code is not right.");
    expect(existsSync(`${folder}/home/home.json`)).toBe(false);
    expect(existsSync(`${folder}/home/data`), "nothing is made before all is right").toBe(false);
    await page.getByRole("textbox", { name: "Code" }).fill(code_for(secret));
    await page.getByRole("button", { name: "Found the firm" }).click();
    await expect(page.getByRole("heading", { name: "My matters" })).toBeVisible();
    await expect(page.getByText("Lindqvist & Okafor")).toBeVisible();
    await page.getByRole("link", { name: "Accounts" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Ada Okafor" })).toContainText("Administrator");

    // The link is used up, and nothing of what is secret was said or left.
    await page.goto("about:blank");
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "The firm was founded" })).toBeVisible();
    expect(setting_up.said().match(/mun_f_/g)).toHaveLength(1);
    expect(readdirSync(`${folder}/home/keys`).sort()).toEqual(["log.vkey", expect.stringMatching(/^passphrase-.*\.unlock$/)]);
    expect(statSync(`${folder}/home/home.json`).mode & 0o777).toBe(0o600);
    const secrets = [...papers.map((words) => words.slice(4, 8).join(" ")), passphrase, "ochre-lantern", secret.replaceAll(" ", "")];
    for (const each of secrets)
        expect(execFileSync("sh", ["-c", 'grep -rlaF -- "$1" "$2" || true', "sh", each, folder]).toString()).toBe("");
});

test.describe("with slots named at the terminal", () => {
    test.use({ options: ["--trial"] });

    test("in German, narrow, by a key file and without shares", async ({ page, setting_up }) => {
        await page.goto(setting_up.link);
        await page.getByRole("button", { name: "Deutsch" }).first().click();
        await page.getByLabel("Name der Kanzlei").fill("Wölfle Rechtsanwälte");
        await seen(page, "de-setup-firm");
        await go_on(page);
        await page.getByText("Eine Schlüsseldatei auf dem Server").click();
        await expect(page.getByText("Nur zum Ausprobieren")).toBeVisible();
        await go_on(page);
        await expect(page.getByText("Es liegt auf der Platte der Daten.").first()).toBeVisible();
        await seen(page, "de-setup-unlocking");
        await go_on(page);
        await page.getByRole("button", { name: "Anteile machen" }).click();
        await page.getByRole("button", { name: "Die Seite von Inhaber 1 zeigen" }).click();
        await seen(page, "de-setup-share");
        for (let holder = 1; holder <= 5; ++holder) {
            if (holder > 1) await page.getByRole("button", { name: `Die Seite von Inhaber ${holder} zeigen` }).click();
            await page.getByRole("button", { name: "Es ist auf Papier" }).click();
        }
        await page.getByRole("button", { name: "Neue Anteile machen" }).click();
        await page.getByLabel("Wie viele Inhaber").selectOption("keine Anteile");
        await seen(page, "de-setup-no-shares");
        await page.getByRole("button", { name: "Ohne fortfahren" }).click();
        await filled(page, { "Ihr Name": "Jörg Wölfle", Anmeldename: "jörg", "Neues Passwort": "granit-pflaume-kai-64" });
        await filled(page, { "Das Passwort noch einmal": "granit-pflaume-kai-64" });
        await expect(page.getByText("Stark genug.")).toBeVisible();
        await go_on(page);
        await expect(page.locator(".qr")).toBeVisible();
        await seen(page, "de-setup-factor");
        await page.getByRole("textbox", { name: "Code" }).fill(code_for(await page.locator(".secret code").innerText()));
        await page.getByRole("button", { name: "Die Kanzlei gründen" }).click();
        await expect(page.getByRole("heading", { name: "Meine Mandate" })).toBeVisible();
    });

    test("a link that does not count says so, and who has none is told where it comes from", async ({ page, setting_up }) => {
        const { origin } = new URL(setting_up.link);
        await page.goto(`${origin}/setup#mun_f_0000000000000000000000000000000000000000`);
        await expect(page.getByRole("heading", { name: "This link does not count any more" })).toBeVisible();
        await seen(page, "setup-over");
        await page.goto(`${origin}/`);
        await expect(page.getByRole("heading", { name: "There is no firm here yet" })).toBeVisible();
        await seen(page, "setup-none");
        await accessible(page);
    });

    test("of two windows the later shares count, and the earlier one is told", async ({ page, context, setting_up }) => {
        const until_shares = async (window: Page) => {
            await window.goto(setting_up.link);
            await window.getByLabel("The firm’s name").fill("Lindqvist & Okafor");
            await go_on(window);
            await window.getByText("A key file on the server").click();
            await go_on(window);
            await go_on(window);
            await window.getByLabel("How many holders").selectOption("2");
            await window.getByRole("button", { name: "Make the shares" }).click();
            return await to_paper(window, 2, () => Promise.resolve());
        };
        const first = await until_shares(page);
        const other = await context.newPage();
        await until_shares(other);
        await confirmed(page, first);
        await expect(page.getByRole("alert")).toContainText("Those papers open nothing");
    });
});

// SPDX-License-Identifier: Apache-2.0
import { code_for, enter, expect, invitation_of, next_code, password_of, seen, test } from "./firm.ts";

test("an invitation becomes an account, by the keyboard alone", async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Accept an invitation" }).click();
    await expect(page).toHaveURL(/\/invitation$/);
    await seen(page, "invitation");
    await page.getByLabel("Sign-in name").focus();
    await page.keyboard.type("ines");
    await page.keyboard.press("Tab");
    await page.keyboard.type(invitation_of("ines").toLowerCase());
    await page.keyboard.press("Tab");
    await page.keyboard.type("passwordpassword");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("guessed too soon");
    await page.getByLabel("New password").fill("copper-meadow-violin-27");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("img", { name: "QR code for the authenticator" })).toBeVisible();
    await seen(page, "second-factor");
    const secret = await page.locator(".secret code").innerText();
    await page.getByRole("textbox", { name: "Code" }).focus();
    await page.keyboard.type(code_for(secret));
    await page.keyboard.press("Enter");
    await expect(page.getByText("No matters yet")).toBeVisible();
    await seen(page, "no-matters");
});

test("who gets something wrong learns nothing, who is right is let in, and out again", async ({ page }) => {
    await page.goto("/");
    await seen(page, "sign-in");
    const sign_in = async (code: string) => {
        await page.getByLabel("Sign-in name").fill("nora");
        await page.getByLabel("Password").fill(password_of("nora"));
        await page.getByLabel("Code").fill(code);
        await page.getByRole("button", { name: "Sign in" }).click();
    };
    await sign_in("000000");
    await expect(page.getByRole("alert")).toContainText("The name, the password or the code is not right");
    await sign_in(next_code("nora"));
    await expect(page.getByRole("heading", { name: "My matters" })).toBeVisible();
    const cookie = (await page.context().cookies()).find(({ name }) => name === "__Host-muniment");
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
    expect(await page.evaluate(() => document.cookie)).toBe("");

    await page.getByRole("button", { name: "Account: Nora Adeyemi" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the page speaks the language that is chosen, and remembers it", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Deutsch" }).click();
    await expect(page.getByRole("heading", { name: "Anmelden" })).toBeVisible();
    await page.reload();
    await expect(page.getByLabel("Anmeldename")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
});

test("no more than 250 KB of script before the first room is there", async ({ page }) => {
    await enter(page, "vera");
    await expect(page.getByRole("grid", { name: "My matters" })).toBeVisible();
    const sizes = await page.evaluate(() =>
        (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
            .filter(({ name }) => name.endsWith(".js"))
            .map(({ encodedBodySize }) => encodedBodySize),
    );
    const sum = sizes.reduce((all, size) => all + size, 0);
    console.log(`initial script: ${Math.round(sum / 1000)} KB compressed`);
    expect(sum).toBeGreaterThan(10_000);
    expect(sum).toBeLessThanOrEqual(250_000);
});

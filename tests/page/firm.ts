// SPDX-License-Identifier: Apache-2.0
// The people of the firm that tests/page/run founded, and their way in.
import { createHmac } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { AxeBuilder } from "@axe-core/playwright";
import { test as base, type APIResponse, expect, type Page } from "@playwright/test";

const kept = (file: string): string => readFileSync(`${process.env["MUNIMENT_PAGE_PEOPLE"]}/${file}`, "utf8").trim();
export const password_of = (who: string): string => kept(`${who}.password`);
export const invitation_of = (who: string): string => kept(`${who}.invitation`);

/** RFC 6238; `ahead` steps from now. */
export function code_for(secret: string, ahead = 0): string {
    const bits = [...secret.replace(/[\s=]/g, "")]
        .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
        .join("");
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
    const mac = createHmac("sha1", key).update(counter).digest();
    const at = (mac.at(-1) ?? 0) & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
/** Each code is taken once: of who was enrolled just now, the next one. */
export const next_code = (who: string): string => code_for(kept(`${who}.totp`), 1);

/** By the API, as the page does; the cookie is the browser's. What was entered once is kept, since each code is taken once. */
export async function enter(page: Page, who: string, address = "/"): Promise<void> {
    const kept_in = `${process.env["MUNIMENT_PAGE_PEOPLE"]}/${who}.cookies`;
    if (existsSync(kept_in)) await page.context().addCookies(JSON.parse(readFileSync(kept_in, "utf8")) as never);
    else await sign_in(page, who, kept_in);
    await page.goto(address);
}

async function sign_in(page: Page, who: string, kept_in: string): Promise<void> {
    const data = { sign_in: who, password: password_of(who), code: next_code(who), kind: "browser" };
    const answer = await page.request.post("/api/v1/sessions", { data });
    if (!answer.ok()) throw new Error(`${who} was not let in: ${await answer.text()}`);
    writeFileSync(kept_in, JSON.stringify(await page.context().cookies()));
}

/** Somebody else does something meanwhile, by the API. */
export async function meanwhile(
    page: Page,
    method: "GET" | "POST" | "PATCH",
    path: string,
    data?: object,
    headers: Record<string, string> = {},
): Promise<APIResponse> {
    const origin = new URL(process.env["MUNIMENT_PAGE_URL"] ?? "").origin;
    const answer = await page.request.fetch(`/api/v1${path}`, {
        method,
        data,
        headers: { "X-Muniment": "1", Origin: origin, ...headers },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer;
}

/** WCAG 2.2 AA, as far as a machine can tell. */
export async function accessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
    const said = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`));
    expect(said).toEqual([]);
}

/** Where pictures are wanted (MUNIMENT_PAGE_PICTURES=FOLDER), axe looks at each of them, too. */
const pictures = process.env["MUNIMENT_PAGE_PICTURES"];
const shapes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } };

/** Nothing sticks out at the side, wide and narrow, and axe finds nothing; all four of wide and narrow, light and dark with pictures. */
export async function seen(page: Page, name: string): Promise<void> {
    await expect(page.locator("h1").first()).toBeAttached();
    for (const [shape, size] of Object.entries(shapes)) {
        await page.setViewportSize(size);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name}, ${shape}`).toBeLessThanOrEqual(
            size.width,
        );
        for (const colorScheme of ["light", "dark"] as const) {
            if (!pictures && (shape === "narrow" || colorScheme === "dark")) continue;
            await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
            if (pictures) await page.screenshot({ path: `${pictures}/${name}-${shape}-${colorScheme}.png` });
            await accessible(page);
        }
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.setViewportSize(shapes.wide);
}

interface Strange {
    strangers: string[];
    broken: string[];
}
/** In every story: nothing is asked of another server, the content policy stops nothing, no script fails. */
export const test = base.extend<{ watched: Strange; own: string }>({
    own: async ({}, use) => use(new URL(process.env["MUNIMENT_PAGE_URL"] ?? "").origin),
    watched: [
        async ({ page, own }, use) => {
            const watched: Strange = { strangers: [], broken: [] };
            page.on("request", (request) => {
                if (!request.url().startsWith(own) && !request.url().startsWith(`blob:${own}`))
                    watched.strangers.push(request.url());
            });
            page.on("pageerror", (error) => watched.broken.push(error.message));
            page.on("console", (message) => {
                if (/Content Security Policy|Trusted/i.test(message.text())) watched.broken.push(message.text());
            });
            await use(watched);
            expect(watched).toEqual({ strangers: [], broken: [] });
        },
        { auto: true },
    ],
});
export { expect };

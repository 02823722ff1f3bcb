// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "@playwright/test";

export default defineConfig({
    testDir: ".",
    testMatch: /.*_story\.ts/,
    workers: 1, // one server, one firm: the stories follow each other
    fullyParallel: false,
    timeout: 120_000,
    expect: { timeout: 20_000 },
    reporter: [["list"]],
    outputDir: "../results",
    use: {
        actionTimeout: 20_000,
        baseURL: process.env["MUNIMENT_PAGE_URL"],
        ignoreHTTPSErrors: true, // the trial's own certificate
        locale: "en-GB",
        timezoneId: "Europe/Berlin",
        reducedMotion: "reduce",
        launchOptions: {
            executablePath: process.env["MUNIMENT_CHROMIUM"] ?? "/usr/bin/chromium",
            args: ["--no-sandbox"], // as root, in a container
        },
    },
});

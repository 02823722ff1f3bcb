// SPDX-License-Identifier: Apache-2.0
// Collects what the bundle was made of, with each licence in full, into licences.txt beside the page.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

interface Manifest {
    name: string;
    version: string;
    license?: string;
}

const folder_of = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Allowed in what ships: all of them permit it with the notice that this file is. */
const allowed = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

function text_of(folder: string): string {
    const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
    return file ? readFileSync(join(folder, file), "utf8").trim() : "(The package brings no text of its licence.)";
}

export function licences(): Plugin {
    return {
        name: "muniment-licences",
        apply: "build",
        generateBundle(_options, bundle) {
            const folders = new Set<string>();
            for (const chunk of Object.values(bundle)) {
                if (chunk.type !== "chunk") continue;
                for (const module of Object.keys(chunk.modules)) {
                    const folder = folder_of.exec(module)?.[1];
                    if (folder) folders.add(folder);
                }
            }
            const parts = [...folders].sort().map((folder) => {
                const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
                const licence = manifest.license ?? "";
                if (!allowed.has(licence)) throw new Error(`${manifest.name} is under '${licence}', which is not on the list`);
                return `${manifest.name} ${manifest.version} (${licence})\n\n${text_of(folder)}\n`;
            });
            this.emitFile({ type: "asset", fileName: "licences.txt", source: parts.join(`\n${"-".repeat(80)}\n\n`) });
        },
    };
}

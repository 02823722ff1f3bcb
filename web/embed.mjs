// SPDX-License-Identifier: Apache-2.0
// embed.mjs DIST FOLDER: compresses what vite built and writes FOLDER/page_files.cpp, which puts it into the program.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
};

const [dist, folder] = process.argv.slice(2);
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const embedded = join(folder, "embedded");
rmSync(embedded, { recursive: true, force: true });
mkdirSync(embedded, { recursive: true });

const arrays = [];
const rows = [];
files.forEach((file, index) => {
    const path = file.slice(dist.length).replaceAll("\\", "/");
    const type = types[extname(file)];
    if (!type) throw new Error(`${path}: of no type that the page has`);
    const plain = readFileSync(file);
    const tag = createHash("sha256").update(plain).digest("hex").slice(0, 32);
    const forms = {
        plain,
        gzip: gzipSync(plain, { level: 9 }),
        brotli: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    };
    for (const [form, bytes] of Object.entries(forms)) {
        const place = join(embedded, `${index}.${form}`);
        writeFileSync(place, bytes);
        // The hash stands here so that this text is another one for another content: a compiler's cache may look at it alone.
        arrays.push(`// ${tag}\nconstexpr unsigned char ${form}_${index}[] = {\n#embed "${place}"\n};`);
    }
    rows.push(`    {"${path}", "${type}", "${tag}", plain_${index}, gzip_${index}, brotli_${index}},`);
});
const addresses = JSON.parse(readFileSync(new URL("routes.json", import.meta.url), "utf8"));

writeFileSync(
    join(folder, "page_files.cpp"),
    `// Written by web/embed.mjs.
#include "server/page/page.hpp"

#pragma clang diagnostic ignored "-Wc23-extensions"

namespace muniment::server {
namespace {

${arrays.join("\n")}

constexpr PageFile files[] = {
${rows.join("\n")}
};
constexpr std::string_view addresses[] = {${addresses.map((address) => `"${address}"`).join(", ")}};

}  // namespace

constinit const PageFiles page_files{files, addresses};

}  // namespace muniment::server
`,
);

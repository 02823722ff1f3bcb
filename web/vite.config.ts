// SPDX-License-Identifier: Apache-2.0
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { licences } from "./licences.ts";

// In development: `npm run dev` beside a served firm, whose address MUNIMENT_SERVER gives.
const server = process.env["MUNIMENT_SERVER"] ?? "https://127.0.0.1:8443";

export default defineConfig({
    plugins: [react(), licences()],
    build: {
        target: "es2023",
        assetsInlineLimit: 0, // the content policy knows no data: addresses
        cssCodeSplit: false,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        chunkSizeWarningLimit: 900,
    },
    server: { proxy: { "/api": { target: server, secure: false, changeOrigin: true, headers: { Origin: server } } } },
});

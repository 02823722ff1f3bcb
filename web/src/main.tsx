// SPDX-License-Identifier: Apache-2.0
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { RouterProvider } from "react-aria-components";

import { App } from "./app";
import { Notices } from "./frame/notices";
import { navigate } from "./frame/router";
import { queries } from "./frame/session";
import "./frame/trusted_types";
import { Speaking } from "./words";

import "./style/index.css";

const root = document.getElementById("page");
if (!root) throw new Error("index.html has no #page");
createRoot(root).render(
    <StrictMode>
        <QueryClientProvider client={queries}>
            <RouterProvider navigate={(path) => navigate(path)}>
                <Speaking>
                    <App />
                    <Notices />
                </Speaking>
            </RouterProvider>
        </QueryClientProvider>
    </StrictMode>,
);

// SPDX-License-Identifier: Apache-2.0
import { queryOptions, useQuery } from "@tanstack/react-query";

import { all_of, api, ask, type Matter, page_limit, type Schemas } from "../api/client";

export type Scope = "mine" | "all";

export const useMatters = (scope: Scope, enabled = true) =>
    useQuery<Matter[]>({
        queryKey: ["matters", scope],
        enabled,
        queryFn: () =>
            all_of((cursor) => ask(api.GET("/api/v1/matters", { params: { query: { scope, limit: page_limit, cursor } } }))),
    });

export const matter_query = (matter: string) =>
    queryOptions<Matter>({
        queryKey: ["matter", matter],
        queryFn: () => ask(api.GET("/api/v1/matters/{matter}", { params: { path: { matter } } })),
    });
export const useMatter = (matter: string) => useQuery(matter_query(matter));

export const useClients = (enabled: boolean) =>
    useQuery<Schemas["Client"][]>({
        queryKey: ["clients"],
        enabled,
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/clients", { params: { query: { limit: page_limit, cursor } } }))),
    });

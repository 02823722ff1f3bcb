// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";

import { all_of, api, ask, page_limit, type Person, type Schemas } from "../api/client";

export const usePeople = () =>
    useQuery<Person[]>({
        queryKey: ["people"],
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/people", { params: { query: { limit: page_limit, cursor } } }))),
    });

/** "…" until the names are here. */
export function useNameOf(): (person: string) => string {
    const people = usePeople();
    return (person) => people.data?.find(({ id }) => id === person)?.name ?? "…";
}

export const useGroups = () =>
    useQuery<Schemas["Group"][]>({
        queryKey: ["groups"],
        queryFn: () => all_of((cursor) => ask(api.GET("/api/v1/groups", { params: { query: { limit: page_limit, cursor } } }))),
    });

export const useRoles = () =>
    useQuery<Schemas["Roles"]>({
        queryKey: ["roles"],
        staleTime: Number.POSITIVE_INFINITY,
        queryFn: () => ask(api.GET("/api/v1/roles")),
    });

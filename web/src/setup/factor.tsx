// SPDX-License-Identifier: Apache-2.0
// The second factor, whose first right code founds the firm and signs in.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Form } from "react-aria-components/Form";

import { api, ask, Refusal, type Schemas } from "../api/client";
import { sends } from "../frame/forms";
import { Act } from "../frame/parts";
import { navigate } from "../frame/router";
import { signed_in } from "../frame/session";
import { Complaint, Shown } from "../frame/states";
import { CodeField, ToScan } from "../sign-in/factor";
import { useWords } from "../words";
import { founding_of, type StepProps } from "./chosen";
import { by_link, drop_link } from "./link";

export function Factor({ setup, chosen, onBack }: StepProps & { setup: Schemas["Setup"] }) {
    const words = useWords();
    const [code, set_code] = useState("");
    // Asked once for this step; a new one where somebody came back to it with other names.
    const factor = useQuery({
        queryKey: ["setup-factor", chosen.firm, chosen.sign_in],
        queryFn: () =>
            ask(
                api.POST("/api/v1/setup/factor", {
                    ...by_link(),
                    body: { firm: chosen.firm.trim(), sign_in: chosen.sign_in.trim() },
                }),
            ),
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 0,
        meta: { by_link: true },
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
    });
    const founding = useMutation({
        mutationFn: () =>
            ask(api.POST("/api/v1/setup", { ...by_link(), body: founding_of(chosen, setup.slots.length > 0, code) })),
        onSuccess: async () => {
            drop_link();
            await signed_in();
            navigate("/", "replace");
        },
        onError: () => set_code(""),
    });
    const type = founding.error instanceof Refusal ? founding.error.type : "";
    const special: Record<string, string> = {
        "sign-in-refused": words.factor_wrong,
        conflict: `${words.setup_conflict} ${founding.error?.message ?? ""}`,
    };
    return (
        <Shown query={factor}>
            {(factor) => (
                <>
                    <p className="prose">{words.factor_text}</p>
                    <ToScan factor={factor} />
                    <Form onSubmit={sends(founding)}>
                        <CodeField hint={words.factor_code_hint} value={code} onChange={set_code} autoFocus />
                        {special[type] ? (
                            <p className="complaint" role="alert">
                                {special[type]}
                            </p>
                        ) : (
                            <Complaint error={founding.error} />
                        )}
                        <p className="prose small">{words.setup_last}</p>
                        <footer className="acts">
                            <Act weight="main" type="submit" label={words.found_firm} isPending={founding.isPending} />
                            <Act weight="quiet" label={words.back} onPress={onBack} />
                        </footer>
                    </Form>
                </>
            )}
        </Shown>
    );
}

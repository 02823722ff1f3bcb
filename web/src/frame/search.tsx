// SPDX-License-Identifier: Apache-2.0
import { Button } from "react-aria-components/Button";
import { Input } from "react-aria-components/Input";
import { SearchField } from "react-aria-components/SearchField";

import { useWords } from "../words";
import { Icon } from "./icons";

export function Search({ label, value, onChange }: { label: string; value: string; onChange(text: string): void }) {
    const words = useWords();
    return (
        <SearchField className="search" aria-label={label} value={value} onChange={onChange}>
            <Icon name="search" />
            <Input placeholder={label} />
            {value !== "" && (
                <Button className="act act-quiet act-bare" aria-label={words.clear}>
                    <Icon name="close" />
                </Button>
            )}
        </SearchField>
    );
}

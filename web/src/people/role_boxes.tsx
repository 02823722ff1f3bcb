// SPDX-License-Identifier: Apache-2.0
// Which firm roles somebody has, each with what it permits.
import { Checkbox } from "react-aria-components/Checkbox";
import { CheckboxGroup } from "react-aria-components/CheckboxGroup";
import { Label } from "react-aria-components/Label";

import { Icon } from "../frame/icons";
import { Shown } from "../frame/states";
import { useWords } from "../words";
import { useRoles } from "./queries";

export function RoleBoxes({
    value,
    disabled = false,
    onChange,
}: {
    value: readonly string[];
    disabled?: boolean;
    onChange(roles: string[]): void;
}) {
    const words = useWords();
    const roles = useRoles();
    return (
        <CheckboxGroup className="field boxes" value={[...value]} onChange={onChange} isDisabled={disabled}>
            <Label>{words.roles}</Label>
            <Shown query={roles}>
                {({ firm_roles }) =>
                    firm_roles.map((role) => (
                        <Checkbox key={role.name} value={role.name} className="box">
                            <span className="tick">
                                <Icon name="check" />
                            </span>
                            <span className="box-words">
                                <span>{words.firm_roles[role.name] ?? role.name}</span>
                                <span className="cell-sub">
                                    {role.permissions.map((each) => words.permissions[each] ?? each).join(" · ") ||
                                        words.role_of_teams}
                                </span>
                            </span>
                        </Checkbox>
                    ))
                }
            </Shown>
        </CheckboxGroup>
    );
}

// SPDX-License-Identifier: Apache-2.0
export function Mark() {
    return (
        <span className="mark">
            <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
                <rect width="32" height="32" rx="6" />
                <path d="M6.5 25V8.5l5.2 7.6 4.3 6.3 4.3-6.3 5.2-7.6V25" />
            </svg>
            <span>Muniment</span>
        </span>
    );
}

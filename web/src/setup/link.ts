// SPDX-License-Identifier: Apache-2.0
// The secret of the one-time link: taken from behind the # once, out of the address bar and the history at once, and kept by this
// page alone, until it is loaded anew.
let secret = "";

export function take_link(): void {
    if (location.pathname !== "/setup" || location.hash.length < 2) return;
    secret = location.hash.slice(1);
    history.replaceState(null, "", "/setup");
}
take_link();

export const has_link = (): boolean => secret !== "";
/** A header of each request of the set-up; it cannot be of any other. */
export const by_link = (): { headers: { Authorization: string } } => ({ headers: { Authorization: `Bearer ${secret}` } });
export const drop_link = (): void => {
    secret = "";
};

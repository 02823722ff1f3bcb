// SPDX-License-Identifier: Apache-2.0
import "react";

declare module "react" {
    interface InputHTMLAttributes<T> {
        /** Chooses folders: in every browser, and in no standard that React's types know. */
        webkitdirectory?: string;
    }
}

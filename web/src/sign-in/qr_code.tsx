// SPDX-License-Identifier: Apache-2.0
// Drawn here, from what the server gave: the secret goes to nobody else.
import { encode } from "uqr";

export default function QrCode({ text, label }: { text: string; label: string }) {
    const { data, size } = encode(text, { ecc: "M", border: 4 });
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    return (
        <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
            <rect width={size} height={size} fill="#fff" />
            <path d={path} fill="#000" />
        </svg>
    );
}

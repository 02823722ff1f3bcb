// SPDX-License-Identifier: Apache-2.0
// tus-js-client, as npm has it, with an address that Muniment gave. Called by tus_js_client.sh:
//
//   node client.mjs cut ADDRESS FILE       goes away in the middle of a piece
//   node client.mjs crash ADDRESS FILE PID kills the server in the middle of a piece, and goes on when it is back
//   node client.mjs whole ADDRESS FILE     goes on to the end
//   node client.mjs begin ADDRESS FILE     takes the address as its endpoint: creation-with-upload
//   node client.mjs end ADDRESS            gives the upload up
//
// The token is in the environment: TOKEN. Prints what it saw, a line for each thing.
import fs from 'node:fs';
import { DefaultHttpStack, Upload } from 'tus-js-client';

const [what, address, path, pid] = process.argv.slice(2);
// Larger than what the system holds for a connection (tens of MiB): what it holds when this program ends arrives after it.
const piece = 64 << 20;
const content = path ? fs.readFileSync(path) : Buffer.alloc(0);
const common = {
    headers: { Authorization: `Bearer ${process.env.TOKEN}` },
    httpStack: new DefaultHttpStack({ rejectUnauthorized: false }),
    chunkSize: piece,
    retryDelays: [100, 300, 500, 1000, 1000, 2000, 2000, 3000, 3000, 5000],
    storeFingerprintForResuming: false,
};

if (what === 'end') {
    await Upload.terminate(address, common);
    console.log('ended');
    process.exit(0);
}

let begunAt;
let killed = false;
const upload = new Upload(content, {
    ...common,
    ...(what === 'begin' ? { endpoint: address, uploadDataDuringCreation: true } : { uploadUrl: address }),
    onProgress(sent) {
        if (begunAt === undefined) {
            begunAt = sent;
            console.log(`went on from ${sent}`);
        }
        // Within the second piece.
        const far = sent >= begunAt + piece + piece / 4;
        if (what === 'cut' && far) {
            console.log('gone in the middle of a piece');
            process.exit(0);
        }
        if (what === 'crash' && far && !killed) {
            killed = true;
            process.kill(Number(pid), 'SIGKILL');
            console.log('killed the server in the middle of a piece');
        }
    },
    onChunkComplete(size, accepted) {
        console.log(`acknowledged up to ${accepted}`);
    },
    onError(error) {
        console.error(String(error));
        process.exit(1);
    },
    onSuccess() {
        console.log('whole');
    },
});
upload.start();

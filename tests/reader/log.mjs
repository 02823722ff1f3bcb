// SPDX-License-Identifier: Apache-2.0
// docs/formats/log.md: the exported log against its verifier key, and details against the leaves that commit to them.
import fs from 'node:fs';
import path from 'node:path';
import { Reader, hex, need, refuse, same, u8 } from './bytes.mjs';
import { ed25519Verify, sha256 } from './crypto.mjs';

const node = (left, right) => sha256(u8(1), left, right);
const leafHash = (leaf) => sha256(u8(0), leaf);

/// RFC 6962 section 2.1, of perfect subtrees or any others.
function rootOf(hashes) {
    if (hashes.length === 0) return sha256();
    if (hashes.length === 1) return hashes[0];
    const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
    return node(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}
/// RFC 9162 section 2.1.3.1 and .2.
function proofOf(index, hashes) {
    if (hashes.length === 1) return [];
    const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
    return index < split ? [...proofOf(index, hashes.slice(0, split)), rootOf(hashes.slice(split))]
        : [...proofOf(index - split, hashes.slice(split)), rootOf(hashes.slice(0, split))];
}
export function includes(leaf, index, size, proof, root) {
    let hash = leafHash(leaf), at = index, last = size - 1;
    for (const beside of proof) {
        if (last === 0) return false;
        if (at % 2 === 1 || at === last) {
            hash = node(beside, hash);
            while (at % 2 === 0 && at !== 0) at = Math.floor(at / 2), last = Math.floor(last / 2);
        } else {
            hash = node(hash, beside);
        }
        at = Math.floor(at / 2), last = Math.floor(last / 2);
    }
    return last === 0 && same(hash, root);
}

function openCheckpoint(bytes, vkey) {
    const note = bytes.toString('utf8');
    const [name, id, material] = vkey.trim().split('+');
    const key = Buffer.from(vkey.trim().slice(name.length + id.length + 2), 'base64');
    need(material !== undefined && key.length === 33 && key[0] === 1, 'this is no verifier key of Ed25519');
    need(hex(sha256(Buffer.from(name + '\n'), key).subarray(0, 4)) === id, 'a verifier key with another id');
    const cut = note.lastIndexOf('\n\n');
    need(cut >= 0, 'this is no signed note');
    const text = note.slice(0, cut + 1);
    const signed = note.slice(cut + 2).split('\n').some((line) => {
        const [dash, who, signature] = line.split(' ');
        if (dash !== '—' || who !== name) return false;
        const raw = Buffer.from(signature, 'base64');
        return raw.toString('base64') === signature && hex(raw.subarray(0, 4)) === id &&
            ed25519Verify(key.subarray(1), Buffer.from(text), raw.subarray(4));
    });
    need(signed, 'a checkpoint that this key did not sign');
    const lines = text.split('\n');
    need(lines.length === 4 && lines[3] === '' && lines[0] === name, 'this is no checkpoint of this log');
    need(/^(0|[1-9][0-9]*)$/.test(lines[1]), 'a checkpoint without a size');
    const root = Buffer.from(lines[2], 'base64');
    need(root.length === 32, 'a checkpoint without a root');
    return { size: Number(lines[1]), root };
}

const tileName = (n) => {
    const groups = n.toString().padStart(Math.ceil(n.toString().length / 3) * 3, '0').match(/.{3}/g);
    return groups.map((group, i) => (i < groups.length - 1 ? 'x' + group : group)).join('/');
};
const tileFile = (folder, level, n, width) =>
    fs.readFileSync(path.join(folder, 'tile', `${level}`, tileName(n) + (width < 256 ? `.p/${width}` : '')));

function readLeaf(bytes) {
    const r = new Reader(bytes, 'a leaf').format(1);
    const leaf = { id: r.raw(16), at: r.i64(), action: r.u16(), outcome: r.u8() };
    Object.assign(leaf, { person: r.raw(16), session: r.raw(16), request: r.raw(16) });
    need(leaf.action !== 0 && leaf.outcome >= 1 && leaf.outcome <= 5, 'a leaf without an action, or with an unknown outcome');
    const subjects = r.u8();
    need(subjects <= 16, 'a leaf with too many subjects');
    leaf.subjects = Array.from({ length: subjects }, () => {
        const kind = r.u8(), id = r.raw(16), number = kind & 0x80 ? r.u64() : 0n;
        need((kind & 0x7f) >= 1 && (kind & 0x7f) <= 9 && (!(kind & 0x80) || number !== 0n), 'a subject that no leaf has');
        return { kind: kind & 0x7f, id, number };
    });
    const rows = r.u16();
    need(rows <= 256, 'a leaf with too many row marks');
    leaf.rows = Array.from({ length: rows }, () => ({ kind: r.u16(), row: r.raw(16), revision: r.u64(), sealed: r.raw(32) }));
    leaf.commitment = r.raw(32);
    r.ends();
    return leaf;
}

/// The whole exported log: signature, every tile of level 0 and above, every entry, and a proof for each.
export function openLog(folder, vkey) {
    const { size, root } = openCheckpoint(fs.readFileSync(path.join(folder, 'checkpoint')), vkey);
    let below = [];
    const leaves = [];
    for (let from = 0; from < size; from += 256) {
        const width = Math.min(256, size - from);
        const hashes = tileFile(folder, 0, from / 256, width);
        need(hashes.length === 32 * width, 'a tile of another width');
        const r = new Reader(tileFile(folder, 'entries', from / 256, width), 'an entry bundle');
        for (let i = 0; i < width; ++i) {
            const leaf = r.raw(r.u16());
            need(same(leafHash(leaf), hashes.subarray(32 * i, 32 * i + 32)), `entry ${from + i} does not fit its tile`);
            leaves.push(leaf);
            below.push(leafHash(leaf));
        }
        r.ends();
    }
    const all = below;
    for (let level = 1; below.length >= 256; ++level) {
        below = Array.from({ length: Math.floor(below.length / 256) }, (_, i) => rootOf(below.slice(256 * i, 256 * i + 256)));
        for (let from = 0; from < below.length; from += 256) {
            const width = Math.min(256, below.length - from);
            need(same(tileFile(folder, level, from / 256, width), Buffer.concat(below.slice(from, from + width))),
                `a tile of level ${level} does not fit those below`);
        }
    }
    need(same(rootOf(all), root), 'the tree has another root than the checkpoint');
    const some = [...new Set([0, size - 1, Math.floor(size / 2), Math.floor(size / 3)])];
    for (const index of some) {
        const proof = proofOf(index, all);
        need(includes(leaves[index], index, size, proof, root), `no proof of entry ${index}`);
        need(!includes(leaves[index], (index + 1) % size, size, proof, root) || size === 1, 'a proof that holds at two places');
    }
    return { size, root, leaves: leaves.map(readLeaf), bytes: leaves };
}

/// The words of an entry, held against the commitment in its leaf. `keyOf` gives K of the owner.
export function openDetail(firm, leaf, row, keyOf) {
    const key = keyOf(row.owner_kind, row.owner) ?? refuse('the detail of an entry whose owner has no key');
    const plain = firm.open(firm.D(key, 'details'), 'audit-detail', row.owner, leaf.id, 0, row.detail);
    need(plain.length >= 32 && same(sha256(plain), leaf.commitment), 'a detail that its leaf did not commit to');
    return JSON.parse(plain.subarray(32).toString('utf8'));
}

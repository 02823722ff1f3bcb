// SPDX-License-Identifier: Apache-2.0
// The constructions that docs/formats/keys.md names: HKDF-Expand with SHA-512, C2SP XAES-256-GCM, C2SP chunked-encryption
// (Cobblestone-256); and what docs/formats/log.md needs: SHA-256, Ed25519. On Node's own primitives, sharing no code with ours.
import crypto from 'node:crypto';
import { ascii, need, refuse, same, u8, u64 } from './bytes.mjs';

export const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
export const hmac = (key, ...parts) => crypto.createHmac('sha256', key).update(Buffer.concat(parts)).digest();

/// RFC 5869 section 2.3.
export function expand(prk, info, length) {
    let out = Buffer.alloc(0), block = Buffer.alloc(0);
    for (let i = 1; out.length < length; ++i) {
        block = crypto.createHmac('sha512', prk).update(Buffer.concat([block, info, u8(i)])).digest();
        out = Buffer.concat([out, block]);
    }
    return out.subarray(0, length);
}

/// RFC 5869 whole, with SHA-512.
export const hkdf = (salt, input, info, length) =>
    expand(crypto.createHmac('sha512', salt).update(input).digest(), info, length);

function gcmOpen(key, nonce, associated, ciphertext, tag) {
    const open = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    open.setAAD(associated);
    open.setAuthTag(tag);
    return Buffer.concat([open.update(ciphertext), open.final()]);
}

function aesBlock(key, block) {
    const cipher = crypto.createCipheriv('aes-256-ecb', key, null);
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
}

const xor = (a, b) => Buffer.from(a.map((byte, i) => byte ^ b[i]));

/// nonce (24) ‖ ciphertext ‖ tag (16).
export function xaesOpen(key, associated, sealed) {
    need(sealed.length >= 40, 'something sealed that is cut short');
    const nonce = sealed.subarray(0, 24);
    const l = aesBlock(key, Buffer.alloc(16));
    const k1 = Buffer.alloc(16);
    for (let i = 0; i < 16; ++i) k1[i] = ((l[i] << 1) | (i < 15 ? l[i + 1] >> 7 : 0)) & 0xff;
    if (l[0] & 0x80) k1[15] ^= 0x87;
    const message = (i) => Buffer.concat([Buffer.from([0, i, 0x58, 0]), nonce.subarray(0, 12)]);
    const derived = Buffer.concat([aesBlock(key, xor(message(1), k1)), aesBlock(key, xor(message(2), k1))]);
    return gcmOpen(derived, nonce.subarray(12), associated, sealed.subarray(24, -16), sealed.subarray(-16));
}

/// salt (24) ‖ commitment (32) ‖ chunks of 16 KiB with 16 bytes of tag each; the last one is shorter.
export function cobblestoneOpen(inputKey, context, sealed) {
    need(sealed.length >= 72, 'an object that is cut short');
    const label = ascii('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM');
    const info = Buffer.concat([label, u8(0), sealed.subarray(0, 24), context]);
    const derived = expand(inputKey, info, 32 + 12 + 32);
    need(same(derived.subarray(44), sealed.subarray(24, 56)), 'an object whose commitment is of another key or context');
    const key = derived.subarray(0, 32), base = derived.subarray(32, 44);
    const chunk = 16384 + 16, plain = [];
    for (let index = 0, at = 56; ; ++index, at += chunk) {
        const piece = sealed.subarray(at, at + chunk);
        need(piece.length >= 16, 'an object without its last chunk');
        const nonce = xor(base, Buffer.concat([Buffer.alloc(4), u64(index)]));
        try {
            plain.push(gcmOpen(key, nonce, Buffer.alloc(0), piece.subarray(0, -16), piece.subarray(-16)));
        } catch {
            refuse(`an object whose chunk ${index} does not open`);
        }
        if (piece.length < chunk) return Buffer.concat(plain);
    }
}

export function ed25519Verify(publicKey, message, signature) {
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
    return crypto.verify(null, message, crypto.createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
}

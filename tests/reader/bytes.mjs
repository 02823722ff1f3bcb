// SPDX-License-Identifier: Apache-2.0
// Bytes of the formats (docs/formats/keys.md, first paragraphs): numbers big-endian, str() behind its length, nothing left over.

export class Refused extends Error {}
export const refuse = (why) => { throw new Refused(why); };
export const need = (holds, why) => { if (!holds) refuse(why); };

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const unhex = (text) => Buffer.from(text, 'hex');
export const u8 = (n) => Buffer.from([n]);
export const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt.asUintN(64, BigInt(n))); return b; };
export const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
export const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
export const ascii = (text) => Buffer.from(text, 'latin1');
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;
export const uuid = (id) => hex(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export class Reader {
    constructor(bytes, what) { this.bytes = Buffer.from(bytes); this.at = 0; this.what = what; }
    raw(count) {
        need(this.at + count <= this.bytes.length, `${this.what} is cut short`);
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }
    u8() { return this.raw(1)[0]; }
    u16() { return this.raw(2).readUInt16BE(); }
    u32() { return this.raw(4).readUInt32BE(); }
    u64() { return this.raw(8).readBigUInt64BE(); }
    i64() { return this.raw(8).readBigInt64BE(); }
    str() { return this.raw(this.u32()); }
    text() { return this.str().toString('utf8'); }
    flag() { const v = this.u8(); need(v <= 1, `${this.what} has a flag that is neither 0 nor 1`); return v === 1; }
    format(expected) { need(this.u8() === expected, `${this.what} has another format`); return this; }
    ends() { need(this.at === this.bytes.length, `${this.what} is longer than its format`); }
    get left() { return this.bytes.length - this.at; }
}

// SPDX-License-Identifier: Apache-2.0
// docs/formats/keys.md: from the key file to the keys of a matter.
import { Reader, ascii, hex, need, refuse, same, u8, u16, u64, unhex, uuid } from './bytes.mjs';
import { expand, hkdf, hmac, sha256, xaesOpen } from './crypto.mjs';

/// A firm whose keys are open; `F` is its id.
export class Firm {
    constructor(F) { this.F = F; }

    D(key, label, ...ids) { return expand(key, Buffer.concat([ascii('muniment/v1/' + label), u8(0), this.F, ...ids]), 32); }
    mark(key) { return this.D(key, 'mark'); }

    /// A small sealed thing of that kind and place.
    open(key, kind, owner, row, number, sealed) {
        need(sealed.length >= 42 && sealed[0] === 1 && sealed[1] === 1, `${kind} of ${uuid(owner)} has another format or suite`);
        const associated = Buffer.concat([u8(1), u8(1), ascii('muniment/v1/' + kind), u8(0), this.F, owner, row, u64(number)]);
        try {
            return xaesOpen(key, associated, sealed.subarray(2));
        } catch {
            return refuse(`${kind} ${uuid(row)} of ${uuid(owner)}, number ${number}, does not open`);
        }
    }
    openField(...place) {
        const padded = this.open(...place);
        const content = new Reader(padded, 'a field');
        const said = content.str();
        need(padded.length % 32 === 0 && content.left < 32, `a field ${place[1]} with a padding that none has`);
        need(content.raw(content.left).every((byte) => byte === 0), `a field ${place[1]} padded with something`);
        return said;
    }

    rowHash(key, row) { return hmac(key, u16(row.kind), row.owner, row.row, u64(row.number), sha256(row.sealed)); }
    sum(key, rows) {
        const total = rows.reduce((sum, row) => sum + BigInt('0x' + hex(this.rowHash(key, row))), 0n);
        return unhex((total % (1n << 256n)).toString(16).padStart(64, '0'));
    }

    /// "MUNIUNLK", by a key file. (Argon2id is not in Node: method 1 is left to others.)
    unlock(file, keyFile) {
        const r = new Reader(file, 'the unlock file');
        need(r.raw(8).toString('latin1') === 'MUNIUNLK', 'this is no unlock file');
        const method = r.format(1).u8();
        need(same(r.raw(16), this.F), 'an unlock file of another firm');
        const id = r.raw(16), mark = r.raw(32), salt = r.str(), passes = r.u64(), memory = r.u64(), sealed = r.str();
        r.ends();
        need(method === 2 && salt.length === 0 && passes === 0n && memory === 0n, 'an unlock file of another method');
        need(/^[0-9a-f]{64}\n?$/.test(keyFile), 'a key file holds 64 hexadecimal digits');
        const methodKey = unhex(keyFile.trim());
        const R = this.open(this.D(methodKey, 'unlock'), 'unlock', this.F, id, 0, sealed);
        need(R.length === 32 && same(this.mark(R), mark), 'an unlock file whose mark is of another key');
        this.R = R;
    }

    /// `<mark>.epoch` of a slot.
    openEpoch(mark, file) {
        const r = new Reader(file, 'an epoch file').format(1);
        const epoch = r.u64(), sealed = r.str();
        r.ends();
        const E = this.open(this.D(this.R, 'slot'), 'epoch', this.F, mark.subarray(0, 16), epoch, sealed);
        need(E.length === 32 && same(this.mark(E), mark), 'an epoch file whose name is of another key');
        return { E, epoch };
    }

    /// The single row `key-head`, against all key records.
    openRecords(E, head, records) {
        need(same(head.value.subarray(0, 32), this.mark(E)), 'a key head that needs another epoch key');
        const content = this.open(this.D(E, 'head'), 'head', this.F, this.F, head.number, head.value.subarray(32));
        const r = new Reader(content, 'the key head').format(1);
        const epoch = r.u64(), count = r.u64(), sum = r.raw(32);
        this.logSize = r.u64();
        r.ends();
        need(count === BigInt(records.length), `${records.length} key records, where the head counts ${count}`);
        const rows = records.map((record) => ({ ...record, row: record.owner }));
        need(same(sum, this.sum(this.D(E, 'record-sum'), rows)), 'key records that are not those of the head');
        this.E = E, this.epoch = epoch;
        this.people = new Map(), this.clients = new Map(), this.matters = new Map();
        for (const record of records) this.#openRecord(record);
        need(this.FK, 'no key record of the firm');
    }
    #openRecord({ kind, owner, number, sealed }) {
        const name = { 1: 'firm-key', 2: 'person-key', 3: 'client-key', 4: 'matter-key', 5: 'month-key' }[kind];
        need(name, `a key record of the unknown kind ${kind}`);
        const key = this.open(this.D(this.E, 'records'), name, owner, owner, number, sealed);
        need(key.length === (kind === 4 ? 72 : 32), `a ${name} of another length`);
        if (kind === 1) need(same(owner, this.F), 'a firm key of another firm'), this.FK = key;
        if (kind === 2) this.people.set(hex(owner), key);
        if (kind === 3) this.clients.set(hex(owner), key);
        if (kind === 4)
            this.matters.set(hex(owner), { generation: key.readBigUInt64BE(0), MK: key.subarray(8, 40), PK: key.subarray(40) });
    }

    documentKey(MK, DS, document) {
        return hkdf(this.D(MK, 'documents'), DS, Buffer.concat([ascii('muniment/v1/document'), u8(0), this.F, document]), 32);
    }
    objectContext(object, role) {
        return Buffer.concat([u8(1), u8(2), ascii('muniment/v1/object'), u8(0), this.F, object, u8(role)]);
    }

    /// `<mark>.keys`: the rows, once the MAC and the count are right.
    openKeySet(file) {
        need(file.length > 32 && same(hmac(this.D(this.E, 'key-set'), file.subarray(0, -32)), file.subarray(-32)),
            'a key set whose MAC is not of this epoch');
        const r = new Reader(file.subarray(0, -32), 'a key set');
        need(r.raw(8).toString('latin1') === 'MUNIKEYS', 'this is no key set');
        r.format(1);
        const set = { singles: new Map(), records: [], gate: [], fields: [], covered: [] };
        Object.assign(set, { documents: [], versions: [], parts: [] });
        for (;;) {
            const row = r.u8();
            if (row === 1) {
                const name = r.text();
                set.singles.set(name, { number: r.u64(), value: r.str() });
            } else if (row === 2) {
                set.records.push({ kind: r.u8(), owner: r.raw(16), number: r.u64(), sealed: r.str() });
            } else if (row === 3) {
                set.gate.push({ kind: r.u16(), row: r.raw(16), owner: r.raw(16), number: r.u64(), sealed: r.str() });
            } else if (row === 4) {
                set.documents.push({
                    matter: r.raw(16), document: r.raw(16), folder: r.u8(), state: r.u8(), number: r.u64(), versions: r.u32(),
                    generation: r.u64(), revision: r.u64(), parent: r.raw(16), tag: r.str(), secret: r.str(), list: r.str(),
                });
            } else if (row === 6) {
                set.versions.push({ document: r.raw(16), version: r.u32(), revision: r.u64(), sealed: r.str() });
            } else if (row === 7) {
                set.parts.push({
                    document: r.raw(16), version: r.u32(), part: r.u32(), object: r.raw(16), plain_length: r.u64(),
                    pack: r.raw(16), offset: r.u64(), length: r.u64(), wrapped_key: r.str(),
                });
            } else if (row === 8) {
                set.fields.push({ kind: r.u16(), owner: r.raw(16), row: r.raw(16), revision: r.u64(), sealed: r.str() });
            } else if (row === 9) {
                set.checkpoint = { size: r.u64(), note: r.str() };
            } else if (row === 10) {
                set.covered.push(r.raw(16));
            } else {
                need(row === 5 && r.u64() === BigInt(set.records.length), 'a key set that does not count its records');
                r.ends();
                return set;
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// docs/formats/gate.md: the rows that decisions are made from, and that they are all there.
import { Reader, hex, need, refuse, same, u8, uuid } from './bytes.mjs';
import { sha256 } from './crypto.mjs';

const until = (r) => {
    const ends = r.flag(), moment = r.i64();
    need(ends || moment === 0n, 'an end that is none');
    return ends ? moment : null;
};
const sources = (r) => {
    const count = r.u8();
    need(count <= 8, 'more sources than are kept');
    const source = () => ({ kind: one(r.u8(), [4, 6], 'the kind of source'), address: r.raw(8), last: r.i64() });
    return Array.from({ length: count }, source);
};
const ids = (r) => Array.from({ length: r.u32() }, () => hex(r.raw(16)));
const side = (r) => ({ matters: ids(r), clients: ids(r), people: ids(r), groups: ids(r) });
const one = (value, allowed, what) => (allowed.includes(value) ? value : refuse(`${what} ${value} is unknown`));

// By number: name, owner as the page says (from the row's own id, the firm and the content), content.
const kinds = {
    21: ['gate.person', ({ row }) => row, (r) => ({
        person: r.raw(16), revision: r.u64(), active: r.flag(), roles: r.u64(), until: until(r),
    })],
    22: ['gate.credential', ({ row }) => row, (r) => ({
        enrolled: r.flag(), invitation: r.raw(32), validUntil: r.i64(), password: r.text(), factor: r.str(), step: r.u64(),
        set: r.i64(), sources: sources(r),
    })],
    23: ['gate.session', (_, said) => said.person, (r) => ({
        session: r.raw(16), person: r.raw(16), revision: r.u64(), kind: one(r.u8(), [1, 2], 'the kind of session'),
        by: one(r.u8(), [1, 2, 3], 'the way to sign in'), hash: r.raw(32), created: r.i64(), used: r.i64(), ends: r.i64(),
    })],
    24: ['gate.group', ({ F }) => F, (r) => ({ group: r.raw(16), revision: r.u64(), members: ids(r) })],
    25: ['gate.matter', ({ row }) => row, (r) => ({
        matter: r.raw(16), client: r.raw(16), state: one(r.u8(), [1, 2], 'the state of a matter'), revision: r.u64(),
    })],
    26: ['gate.team', (_, said) => said.matter, (r) => ({
        matter: r.raw(16), kind: one(r.u8(), [1, 2], 'the kind of grantee'), grantee: r.raw(16), role: r.u8(), until: until(r),
    })],
    27: ['gate.wall', ({ F }) => F, (r) => ({ wall: r.raw(16), revision: r.u64(), a: side(r), b: side(r) })],
};

/// Opens every row, and holds count and sum against the sealed head. Gives what each row says, by the name of its kind.
export function openGate(firm, head, rows) {
    const r = new Reader(head.value, 'the gate head');
    const policy = r.u64();
    const sealed = r.raw(r.left), key = firm.D(firm.FK, 'gate');
    const content = new Reader(firm.open(key, 'gate.head', firm.F, firm.F, head.number, sealed), 'the gate head');
    need(content.format(1).u64() === policy, 'a policy revision beside its seal');
    const count = content.u64(), sum = content.raw(32);
    content.u64();
    content.ends();
    need(count === BigInt(rows.length), `${rows.length} gate rows, where the head counts ${count}`);
    need(same(sum, firm.sum(firm.D(firm.FK, 'gate-sum'), rows)), 'gate rows that are not those of the head');
    return rows.map((row) => {
        const [name, ownerOf, read] = kinds[row.kind] ?? refuse(`a gate row of the unknown kind ${row.kind}`);
        const plain = new Reader(firm.open(key, name, row.owner, row.row, row.number, row.sealed), name);
        const said = read(plain.format(1));
        plain.ends();
        need(same(row.owner, ownerOf({ row: row.row, F: firm.F }, said)), `${name} ${uuid(row.row)} with another owner`);
        const digest = name === 'gate.team' && sha256(said.matter, u8(said.kind), said.grantee).subarray(0, 16);
        need(!digest || same(row.row, digest), 'a place on a team in another row');
        return { name, ...said };
    });
}

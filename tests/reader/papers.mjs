// SPDX-License-Identifier: Apache-2.0
// docs/formats/papers.md and pack.md: what a list shows, what a version keeps, and the bytes themselves.
import { Reader, ascii, hex, need, refuse, same, u32, u64, unhex, uuid } from './bytes.mjs';
import { cobblestoneOpen, hmac, sha256 } from './crypto.mjs';

/// A pack by its own bytes, without the database: [{object, offset, length}].
export function listPack(file, id) {
    const found = [];
    if (file.length < 25) return found;
    need(file.subarray(0, 8).toString('latin1') === 'MUNIPACK' && file[8] === 1, `pack ${id} has another head or format`);
    need(uuid(file.subarray(9, 25)) === id, `pack ${id} lies under another's name`);
    for (let at = 25; at + 32 <= file.length;) {
        const head = file.subarray(at, at + 32), length = head.readBigUInt64BE(20);
        const check = sha256(head.subarray(0, 28)).subarray(0, 4);
        const whole = same(head.subarray(0, 4), ascii('OBJ1')) && same(check, head.subarray(28));
        if (!whole || length > BigInt(file.length - at - 32)) break;
        found.push({ object: hex(head.subarray(4, 20)), offset: at + 32, length: Number(length) });
        at += 32 + Number(length);
    }
    return found;
}

function openList(firm, keys, row) {
    need(BigInt(row.generation) === keys.generation, `the list row of ${uuid(row.document)} is of another page key`);
    const place = ['document-list', row.matter, row.document, row.generation];
    const r = new Reader(firm.openField(firm.D(keys.PK, 'list'), ...place, row.list), 'a list row');
    r.format(2);
    const entry = { name: r.text(), size: r.u64(), modified: r.i64(), added: r.i64(), handling: r.text() };
    const beside = r.u8() === row.folder && r.u8() === row.state && r.u64() === BigInt(row.number) && r.u32() === row.versions &&
        r.u64() === BigInt(row.revision) && same(r.raw(16), row.parent);
    need(beside, `the row of document ${uuid(row.document)} was changed beside its seal`);
    r.ends();
    return entry;
}

function openVersion(firm, DK, document, row) {
    const place = Buffer.concat([Buffer.alloc(12), u32(row.version)]);
    const r = new Reader(
        firm.openField(firm.D(DK, 'fields'), 'document.version', document, place, row.revision, row.sealed), 'a version');
    r.format(2);
    const facts = {
        name: r.text(), path: r.text(), modified: r.i64(), added: r.i64(), size: r.u64(), claimed: r.text(), type: r.text(),
        sha256: r.raw(32), who: r.raw(16), source: r.text(), comment: r.text(), handling: r.text(),
        parts: r.u32(), chain: r.raw(32),
    };
    r.ends();
    return facts;
}

/// The plaintext of one part. `packs` gives a pack's bytes and its own listing.
function openPart(firm, DK, part, packs) {
    const OK = firm.open(firm.D(DK, 'objects'), 'object-key', part.document, part.object, part.version, part.wrapped_key);
    const { file, listed } = packs(uuid(part.pack));
    const found = listed.find((each) => each.object === hex(part.object)) ?? refuse(`object ${uuid(part.object)} is in no frame`);
    const there = found.offset === part.offset && found.length === part.length;
    need(there, `object ${uuid(part.object)} lies elsewhere than its row says`);
    const chunks = Math.floor(part.plain_length / 16384) + 1;
    need(part.length === 2 + 56 + 16 * chunks + part.plain_length, `object ${uuid(part.object)} has a length that none has`);
    const sealed = file.subarray(part.offset, part.offset + part.length);
    need(sealed[0] === 1 && sealed[1] === 2, `object ${uuid(part.object)} has another format or suite`);
    const plain = cobblestoneOpen(OK, firm.objectContext(part.object, 1), sealed.subarray(2));
    need(plain.length === part.plain_length, `object ${uuid(part.object)} is longer or shorter than its row`);
    return plain;
}

/// Everything of one matter. Only names in ASCII have their tag computed: full case folding of Unicode 15 is not in Node.
export function openPapers(firm, matter, tables, packs) {
    const keys = firm.matters.get(matter) ?? refuse(`no key of matter ${matter}`);
    return tables.documents.filter((row) => hex(row.matter) === matter).map((row) => {
        const list = openList(firm, keys, row);
        if (/^[\x20-\x7e]*$/.test(list.name))
            need(same(hmac(firm.D(keys.PK, 'tags'), row.parent, ascii(list.name.toLowerCase())).subarray(0, 16), row.tag),
                `the tag of ${uuid(row.document)} is another name's`);
        const DS = firm.open(firm.D(keys.PK, 'secrets'), 'document-secret', row.matter, row.document, row.generation, row.secret);
        const DK = firm.documentKey(keys.MK, DS, row.document);
        const versions = tables.versions.filter((each) => same(each.document, row.document)).map((version) => {
            const facts = openVersion(firm, DK, row.document, version);
            const parts = tables.parts.filter((part) => same(part.document, row.document) && part.version === version.version);
            const chain = parts.reduce((c, part) => sha256(c, part.object, u64(part.plain_length)), Buffer.alloc(32));
            need(parts.length === facts.parts && same(chain, facts.chain), 'parts that are not those of the version');
            const content = Buffer.concat(parts.map((part) => openPart(firm, DK, part, packs)));
            need(BigInt(content.length) === facts.size, 'a content of another size');
            need(same(sha256(content), facts.sha256), 'a content of another hash');
            const { name, type } = facts;
            return { version: version.version, name, type, size: content.length, sha256: hex(facts.sha256) };
        });
        need(versions.length === row.versions, `document ${uuid(row.document)} lacks a version`);
        need(versions.length === 0 || BigInt(versions.at(-1).size) === list.size, 'a list row of another size than its paper');
        const { state, number } = row;
        return { id: uuid(row.document), name: list.name, folder: row.folder === 1, state, number, versions, DK };
    });
}

/// `client.profile` and `matter.profile`.
export function openProfile(firm, kind, key, row) {
    const r = new Reader(firm.openField(firm.D(key, 'fields'), kind, row.owner, row.row, row.revision, row.sealed), kind);
    r.format(1);
    const profile = { name: r.text(), number: r.text(), note: r.text() };
    r.ends();
    return profile;
}
export const idBytes = (text) => unhex(text.replaceAll('-', ''));

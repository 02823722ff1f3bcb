#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A second reader of what Muniment writes, made from docs/formats/ alone and of nothing but Node: what it opens, the pages
// describe; what it refuses, they forbid. It unlocks by the key file of a stopped strongroom and prints all of it as JSON.
//
//     read.mjs HOME LOG        HOME of a `--trial` firm; LOG, a folder of `audit export`
//
// Exit 0; or 1 with "refused: …", where something does not open, is not all there, or does not stand where it belongs.
import fs from 'node:fs';
import path from 'node:path';
import { Refused, hex, need, refuse, same, unhex, uuid } from './bytes.mjs';
import { openGate } from './gate.mjs';
import { Firm } from './keys.mjs';
import { openDetail, openLog } from './log.mjs';
import { idBytes, listPack, openPapers, openProfile } from './papers.mjs';
import { readTables } from './tables.mjs';

/// The epoch key that the head needs, out of each slot that holds it; all of them must be the same.
function epochKey(firm, slots, mark) {
    const keys = slots.map((slot) => firm.openEpoch(mark, fs.readFileSync(path.join(slot, `${hex(mark)}.epoch`))));
    const alike = keys.every(({ E, epoch }) => same(E, keys[0].E) && epoch === keys[0].epoch);
    need(keys.length > 0 && alike, 'slots with different keys');
    return keys[0];
}

/// Reads and lists each pack once.
function packsOf(folder) {
    const known = new Map();
    return (id) => {
        if (!known.has(id)) {
            const file = fs.readFileSync(path.join(folder, id.slice(-2), `${id}.pack`));
            known.set(id, { file, listed: listPack(file, id) });
        }
        return known.get(id);
    };
}

/// A key set opens as the database does, and the documents in it are the database's.
function checkKeySet(firm, file, tables) {
    const set = firm.openKeySet(file);
    const again = new Firm(firm.F);
    again.openRecords(firm.E, set.singles.get('key-head'), set.records);
    const gate = openGate(again, set.singles.get('gate-head'), set.gate);
    for (const row of set.documents) {
        const now = tables.documents.find((each) => same(each.document, row.document)) ?? refuse('a document of no row');
        const alike = same(now.secret, row.secret) && same(now.list, row.list);
        need(now.revision !== row.revision || alike, 'another row in the key set');
    }
    return { records: set.records.length, gateRows: gate.length, documents: set.documents.length };
}

function read(home, logFolder) {
    const settings = JSON.parse(fs.readFileSync(path.join(home, 'home.json'), 'utf8'));
    const slots = settings.slots.map((slot) => path.resolve(home, slot));
    const tables = readTables(path.join(home, 'data', 'records.sqlite'));
    const single = (name) => tables.singles.find((row) => row.name === name) ?? refuse(`no single row ${name}`);
    need(single('firm').number === 1n, 'another data format');

    const firm = new Firm(single('firm').value);
    const keyFile = (name, ...how) => fs.readFileSync(path.join(home, 'keys', name), ...how);
    const method = fs.readdirSync(path.join(home, 'keys')).find((name) => /^key-file-[0-9a-f]{16}\.unlock$/.test(name));
    need(method, 'no key file unlocks this firm');
    firm.unlock(keyFile(method), keyFile(method.replace('.unlock', '.key'), 'latin1'));
    const head = single('key-head');
    const { E, epoch } = epochKey(firm, slots, head.value.subarray(0, 32));
    firm.openRecords(E, head, tables.key_records);
    need(firm.epoch === epoch, 'a key head of another epoch than the slots');
    const gate = openGate(firm, single('gate-head'), tables.gate_rows.map((row) => ({ ...row, number: row.revision })));

    const field = (kind, row) =>
        tables.fields.find((each) => each.kind === kind && same(each.row, row)) ?? refuse(`no field ${kind} of ${uuid(row)}`);
    const profile = field(40, firm.F), place = ['firm.profile', firm.F, firm.F, profile.revision];
    const name = firm.openField(firm.D(firm.FK, 'fields'), ...place, profile.sealed).toString('utf8');
    const clients = [...firm.clients].map(([id, key]) => openProfile(firm, 'client.profile', key, field(43, unhex(id))));
    const packs = packsOf(path.join(home, 'data', 'packs'));
    const documentKeys = new Map();
    const matters = [...firm.matters].map(([id, keys]) => {
        const papers = openPapers(firm, id, tables, packs);
        for (const { id: paper, DK } of papers) documentKeys.set(hex(idBytes(paper)), DK);
        const shown = papers.map(({ DK, ...paper }) => paper);
        return { ...openProfile(firm, 'matter.profile', keys.MK, field(44, unhex(id))), papers: shown };
    });

    const log = openLog(logFolder, keyFile('log.vkey', 'utf8'));
    need(tables.entries.length >= log.size && firm.logSize <= BigInt(tables.entries.length), 'a log shorter than its heads');
    const keyOf = (kind, owner) => (kind === 1 ? firm.FK : kind === 32 ? documentKeys.get(hex(owner)) : undefined);
    const details = log.leaves.map((leaf, i) => {
        need(same(tables.entries[i].leaf, log.bytes[i]), `entry ${i} of the database is another one than that of the log`);
        return openDetail(firm, leaf, tables.entries[i], keyOf);
    });
    const keySets = settings.slots.flatMap((slot) => {
        const folder = `${path.resolve(home, slot)}.key-sets`;
        return fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith('.keys'))
            .map((file) => checkKeySet(firm, fs.readFileSync(path.join(folder, file)), tables)) : [];
    });
    return {
        firm: { id: uuid(firm.F), name }, epoch: Number(firm.epoch), slots: slots.length, records: tables.key_records.length,
        people: firm.people.size, clients, matters, gate: gate.map((row) => row.name), keySets,
        log: { size: log.size, rowMarks: log.leaves.reduce((sum, leaf) => sum + leaf.rows.length, 0), words: details },
    };
}

try {
    const [home, logFolder] = process.argv.slice(2);
    need(home && logFolder, 'read.mjs HOME LOG');
    console.log(JSON.stringify(read(home, logFolder), (_, value) => (typeof value === 'bigint' ? Number(value) : value), 1));
} catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`refused: ${error.message}`);
    process.exitCode = 1;
}

// SPDX-License-Identifier: Apache-2.0
// docs/formats/records.md: the rows, by Debian's sqlite3.
import { execFileSync } from 'node:child_process';
import { need, unhex } from './bytes.mjs';

// [name, columns of bytes, columns of numbers, columns of small numbers, columns of text]
const tables = {
    singles: [['value'], ['number'], [], ['name']],
    key_records: [['owner', 'sealed'], ['number'], ['kind'], []],
    gate_rows: [['row', 'owner', 'sealed'], ['revision'], ['kind'], []],
    fields: [['owner', 'row', 'sealed'], ['revision'], ['kind'], []],
    documents: [['matter', 'document', 'parent', 'tag', 'secret', 'list'], ['generation', 'revision'],
        ['folder', 'state', 'number', 'versions'], []],
    versions: [['document', 'sealed'], ['revision'], ['version'], []],
    parts: [['document', 'object', 'pack', 'wrapped_key'], [], ['version', 'part', 'plain_length', 'offset', 'length'], []],
    entries: [['leaf', 'owner', 'detail'], [], ['sequence', 'owner_kind'], []],
};

/// Every table as rows of Buffers, BigInts, numbers and texts, in the order of its key.
export function readTables(database) {
    const all = {};
    for (const [table, [bytes, big, small, texts]] of Object.entries(tables)) {
        const columns = [
            ...bytes.map((c) => `lower(hex("${c}")) as "${c}"`), ...big.map((c) => `cast("${c}" as text) as "${c}"`),
            ...[...small, ...texts].map((c) => `"${c}"`)];
        const order = { versions: 'document, version', parts: 'document, version, part', entries: 'sequence' }[table];
        const sql = `select ${columns.join(', ')} from ${table}${order ? ` order by ${order}` : ''}`;
        const json = execFileSync('sqlite3', ['-readonly', '-json', database, sql], { maxBuffer: 1 << 30 }).toString();
        all[table] = json === '' ? [] : JSON.parse(json);
        for (const row of all[table]) {
            for (const column of bytes) row[column] = unhex(row[column]);
            for (const column of big) row[column] = BigInt(row[column]);
            for (const column of small) need(Number.isSafeInteger(row[column]), `${table}.${column} is no number`);
        }
    }
    return all;
}

#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A second reader of recovery shares: npm's slip39 puts the shares of a firm that `muniment init` founded together, and shares that
// it makes of the same root key open the firm's server. `run` installs it first.
//
//   second_reader.mjs MUNIMENT MUNIMENT-CLI
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Slip39 from 'slip39';

const [muniment, client] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'shares-'));
const home = join(work, 'home');
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, MUNIMENT_CONFIG_DIR: work } });

/** The numbered words of a page, in their order: docs/formats/shares.md. */
function wordsOn(page) {
  const words = [];
  for (const [, number, word] of page.matchAll(/(?:^|\s)(\d{1,2}) ([a-z]+)(?=\s|$)/gm)) words[Number(number)] = word;
  return words.slice(1).join(' ');
}

/** mark(R), from docs/formats/keys.md: HKDF-Expand of one block is one HMAC. */
function markOf(root, firm) {
  const info = Buffer.concat([Buffer.from('muniment/v1/mark\0'), firm, Buffer.from([1])]);
  return createHmac('sha512', root).update(info).digest().subarray(0, 32);
}

/** "MUNIUNLK" || 01 || method || F || id || mark(R) || … */
function unlockFile() {
  const name = readdirSync(join(home, 'keys')).find((file) => file.endsWith('.unlock'));
  const file = readFileSync(join(home, 'keys', name));
  assert.equal(file.subarray(0, 8).toString(), 'MUNIUNLK');
  return { firm: file.subarray(10, 26), mark: file.subarray(42, 74) };
}

async function served(then) {
  const server = spawn(muniment, ['serve', '--home', home, '--port', '0', '--locked'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  try {
    let said = '';
    for await (const piece of server.stdout) {
      said += piece;
      if (said.includes('muniment unlock')) break;
    }
    await then(/at (https:\S+)/.exec(said)[1], /SHA-256\): (\S+)/.exec(said)[1]);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

try {
  run(muniment, 'init', '--home', home, '--trial', '--shares', '3-of-5', '--shares-folder', join(work, 'paper'), '--json');
  const files = readdirSync(join(work, 'paper')).sort();
  assert.equal(files.length, 5);
  for (const file of files) assert.equal(statSync(join(work, 'paper', file)).mode & 0o777, 0o600);
  const ours = files.map((file) => wordsOn(readFileSync(join(work, 'paper', file), 'utf8')));
  for (const words of ours) assert.ok(Slip39.validateMnemonic(words), 'a checksum of ours that it does not accept');

  const { firm, mark } = unlockFile();
  for (const chosen of [[0, 1, 2], [4, 2, 0], [3, 1, 4]]) {
    const root = Buffer.from(Slip39.recoverSecret(chosen.map((i) => ours[i]), ''));
    assert.deepEqual(markOf(root, firm), mark, 'the shares give the root key whose mark stands in the unlock file');
  }
  assert.throws(() => Slip39.recoverSecret(ours.slice(0, 2), ''));

  const root = Slip39.recoverSecret(ours.slice(0, 3), '');
  const groups = [[3, 4, 'partners']];
  const theirs = Slip39.fromArray(root, { passphrase: '', threshold: 1, groups, iterationExponent: 0, extendableBackupFlag: 1 })
    .fromPath('r/0').mnemonics;
  theirs.forEach((words, i) => writeFileSync(join(work, `theirs-${i}`), words, { mode: 0o600 }));
  await served(async (url, fingerprint) => {
    const give = (i) => JSON.parse(run(muniment, 'unlock', '--home', home, '--share-file', join(work, `theirs-${i}`), '--json'));
    assert.equal(give(1).missing, 2);
    assert.deepEqual(give(3).holders, [2, 4]);
    const last = JSON.parse(run(client, 'unlock', '--server', url, '--fingerprint', fingerprint,
        '--share-file', join(work, 'theirs-0'), '--json'));
    assert.equal(last.status, 'open');
  });
  console.log('slip39 and Muniment read each other\'s shares');
} finally {
  rmSync(work, { recursive: true, force: true });
}

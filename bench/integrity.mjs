/**
 * Does the binding ever return the error code of another call? Makes many calls under garbage collection and allocation pressure, and counts the pairs (return value,
 * code) with a wrong code. Usage: integrity.mjs [--pairs N] [--format json]. Runs alone under any node.
 *
 * The call is recv on a TCP socket that was never connected. Its correct code is ENOTCONN. A wrong code is nearly always EAGAIN, so a call whose correct code is
 * EAGAIN would prove nothing.
 */
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { loadSockets } from '../dist/native-bindings/load.js';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '2000000' }, format: { type: 'string', default: 'text' } } });
const PAIRS = Number(values.pairs);
/** Garbage collections are slow: about 1 ms for the young generation, a few ms for a full one. */
const CALLS_A_YOUNG_COLLECTION = 500;
const CALLS_A_FULL_COLLECTION = 5000;
const CALLS_A_STAT = 50;
const UNGUARDED = 1000;

// A flag that is set at run time has an effect only in new contexts.
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const sockets = await loadSockets();
const expected = constants.errno.ENOTCONN;
const s = sockets.socket('inet', 'stream').ret;
const buffer = new Uint8Array(64);

/** A call that fails with another code, as a program's own file access does. */
function missingFile() {
  statSync('/no/such/file', { throwIfNoEntry: false });
}

let kept = [];
function allocate() {
  for (let i = 0; i < 10; i++) kept.push({ i, text: `${i}`, bytes: [i, i] });
  if (kept.length > 20_000) kept = [];
}

/** Wrong pairs among `n` calls of the binding. The other work happens between the calls, the same as in an agent. */
function wrongPairs(n) {
  const wrong = new Map();
  for (let i = 1; i <= n; i++) {
    allocate();
    if (i % CALLS_A_STAT === 0) missingFile();
    if (i % CALLS_A_YOUNG_COLLECTION === 0) gc({ type: 'minor' });
    if (i % CALLS_A_FULL_COLLECTION === 0) gc();
    const { ret, code } = sockets.recv(s, buffer, buffer.length, 0);
    if (ret !== -1 || code !== expected) wrong.set(code, (wrong.get(code) ?? 0) + 1);
  }
  return Object.fromEntries(wrong);
}

/** The control: wrong pairs if `between` runs between the call and the reading of its code. */
function unguarded(between) {
  const recv = koffi.load(sockets.library).func('recv', 'intptr_t', ['int', 'void *', 'size_t', 'int']);
  let wrong = 0;
  for (let i = 0; i < UNGUARDED; i++) {
    recv(s, buffer, buffer.length, 0);
    between();
    if (koffi.errno() !== expected) wrong++;
  }
  return wrong;
}

const ALLOCATING = 'let kept = []; for (;;) { kept.push({ text: String(kept.length) }); if (kept.length > 100_000) kept = []; }';
const workers = Array.from({ length: 2 }, () => new Worker(ALLOCATING, { eval: true }));
await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))));

const begun = performance.now();
const wrong = wrongPairs(PAIRS);
const result = {
  node: process.versions.node,
  pairs: PAIRS,
  wrong: Object.values(wrong).reduce((sum, n) => sum + n, 0),
  /** The codes in the wrong pairs, with their counts. */
  codes: wrong,
  seconds: (performance.now() - begun) / 1000,
  unguarded: { calls: UNGUARDED, collection: unguarded(gc), missingFile: unguarded(missingFile) },
};
await Promise.all(workers.map((worker) => worker.terminate()));

if (values.format === 'json') console.log(JSON.stringify(result));
else {
  console.log(
    `Node ${result.node}: ${result.wrong} wrong in ${PAIRS.toLocaleString('en')} pairs (${result.seconds.toFixed(1)} s)${result.wrong > 0 ? `: ${JSON.stringify(wrong)}` : ''}`,
  );
  console.log(
    `with a garbage collection between call and code: ${result.unguarded.collection} wrong in ${UNGUARDED}; with a missing file's stat: ${result.unguarded.missingFile}`,
  );
}

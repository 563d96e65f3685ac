/**
 * One recv that would block: the binding's, with its code captured, or the whole recorded call. Usage: recv.mjs captured|recorded MILLISECONDS.
 * Prints the nanoseconds that a call took.
 */
import { constants } from 'node:os';
import { localContext } from '../dist/runner/agent.js';
import { Trial } from '../dist/runner/trial.js';
import { NO_PEER } from './context.mjs';

/** As many as a trace may hold (results/limits.ts). */
const CALLS = 1000;

const [what, milliseconds] = process.argv.slice(2);
const { context } = await localContext(NO_PEER, 1000);

/** A connected trial that makes `CALLS` calls; a new one for each round, since a trial keeps what it has recorded. */
async function round() {
  const trial = new Trial(context);
  const { S } = await trial.tcp();
  const begun = performance.now();
  const wrong = what === 'captured' ? captured(S.handle) : recorded(S);
  const ms = performance.now() - begun;
  await trial.end();
  if (wrong > 0) throw new Error(`${wrong} of ${CALLS} calls would not have blocked`);
  return ms;
}

const buffer = new Uint8Array(4096);

function captured(s) {
  const { sockets } = context;
  let wrong = 0;
  for (let i = 0; i < CALLS; i++) {
    const { ret, code } = sockets.recv(s, buffer, 4096, 0);
    if (ret !== -1 || code !== constants.errno.EAGAIN) wrong++;
  }
  return wrong;
}

function recorded(S) {
  let wrong = 0;
  for (let i = 0; i < CALLS; i++) if (S.recv().name !== 'EAGAIN') wrong++;
  return wrong;
}

for (let warmUp = 0; warmUp < 3; warmUp++) await round();
let ms = 0;
let calls = 0;
while (ms < Number(milliseconds)) {
  ms += await round();
  calls += CALLS;
}
console.log(JSON.stringify({ ns: (ms / calls) * 1e6 }));

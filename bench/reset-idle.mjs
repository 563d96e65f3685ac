/**
 * tcp/reset/idle in this process. Usage: reset-idle.mjs trials|calls MILLISECONDS: as an agent runs it, or the calls of a trial alone, through the bindings.
 * Prints the nanoseconds that a trial took, and the commonest trace.
 */
import { constants } from 'node:os';
import { localContext } from '../dist/runner/agent.js';
import { runTrials } from '../dist/runner/trials.js';
import { scenarios } from '../dist/suites/index.js';
import { NO_PEER } from './context.mjs';

const TRIALS = 1000;
const WARM_UP = 20_000;

const [what, wanted] = process.argv.slice(2);
const { context } = await localContext(NO_PEER, 1000);
const scenario = scenarios.find(({ id }) => id === 'tcp/reset/idle');

/** ns that `count` trials took, and what they gave. */
async function trials(count) {
  const measured = await runTrials(context, scenario, { trials: count });
  if (measured.ended !== undefined) throw new Error(measured.ended.reason);
  const [commonest] = measured.traces;
  return { ms: measured.ms, trace: commonest.trace.join(' ') };
}

const LOOPBACK = { family: 'inet', host: '127.0.0.1', port: 0 };
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = Uint8Array.of(1, 0, 0, 0);
const buffer = new Uint8Array(4096);

function calls(count) {
  const { sockets } = context;
  const { SOL_SOCKET, SO_LINGER } = sockets.constants;
  const trace = [];
  const begun = performance.now();
  for (let i = 0; i < count; i++) {
    const L = sockets.socket('inet', 'stream').ret;
    sockets.bind(L, LOOPBACK);
    sockets.listen(L, 128);
    const P = sockets.socket('inet', 'stream').ret;
    sockets.connect(P, sockets.getsockname(L).address);
    sockets.setsockopt(P, IPPROTO_TCP, TCP_NODELAY, ON);
    sockets.getsockname(P);
    const S = sockets.acceptNamed(L).ret;
    sockets.setNonBlocking(S, true);
    sockets.close(L);
    sockets.setsockopt(P, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(P);
    while (sockets.tcpInfo(S)?.state !== 'CLOSE');
    for (let recorded = 0; recorded < 5; recorded++) {
      const { ret, code } = sockets.recv(S, buffer, 4096, 0);
      trace[recorded] = ret === 0 ? 'eof' : ret > 0 ? `data:${ret}` : code === constants.errno.ECONNRESET ? 'ECONNRESET' : `code:${code}`;
    }
    sockets.close(S);
  }
  return { ms: performance.now() - begun, trace: trace.join(' ') };
}

const some = { trials, calls }[what];
// The first second of trials compiles the code; what is compared is the rate of a long run.
await some(WARM_UP);

let ms = 0;
let made = 0;
let trace;
while (ms < Number(wanted)) {
  const result = await some(TRIALS);
  ms += result.ms;
  made += TRIALS;
  trace = result.trace;
}
console.log(JSON.stringify({ ns: Math.round((ms / made) * 1e6), trace }));

/**
 * tcp/reset/idle in this process. Usage: reset-idle.mjs trials|calls MILLISECONDS: as an agent runs it, or the calls of a trial alone, through the bindings.
 * Prints the nanoseconds that a trial took, and the commonest trace. reset-idle.mjs compared: fails where these two do not make the same calls.
 */
import { constants } from 'node:os';
import { localContext } from '../dist/runner/agent.js';
import { localPeers } from '../dist/runner/peers.js';
import { runTrials } from '../dist/runner/trials.js';
import { scenarios } from '../dist/suites/index.js';
import { NO_PEER } from './context.mjs';

const TRIALS = 1000;
const WARM_UP = 20_000;

const [what, wanted] = process.argv.slice(2);
const { context } = await localContext(NO_PEER, 1000);
const scenario = scenarios.find(({ id }) => id === 'tcp/reset/idle');

/** ms that `count` trials took, and the commonest trace. */
async function trials(count, used = context) {
  const measured = await runTrials(used, scenario, { trials: count });
  if (measured.ended !== undefined) throw new Error(measured.ended.reason);
  const [commonest] = measured.traces;
  return { ms: measured.ms, trace: commonest.trace.join(' ') };
}

const LOOPBACK = { family: 'inet', host: '127.0.0.1', port: 0 };
const MOST_MS = 1000;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = Uint8Array.of(1, 0, 0, 0);
const buffer = new Uint8Array(4096);

function calls(count, { sockets } = context) {
  const { SOL_SOCKET, SO_LINGER, SO_SNDTIMEO } = sockets.constants;
  const trace = [];
  const begun = performance.now();
  for (let i = 0; i < count; i++) {
    const L = sockets.socket('inet', 'stream').ret;
    sockets.bind(L, LOOPBACK);
    sockets.listen(L, 128);
    const { address } = sockets.getsockname(L);
    const P = sockets.socket('inet', 'stream').ret;
    sockets.setsockopt(P, SOL_SOCKET, SO_SNDTIMEO, sockets.timeout(MOST_MS));
    sockets.connect(P, address);
    sockets.setsockopt(P, IPPROTO_TCP, TCP_NODELAY, ON);
    sockets.getsockname(P);
    const S = sockets.acceptNamed(L).ret;
    sockets.tcpInfo(S);
    sockets.setNonBlocking(S, true);
    sockets.close(L);
    sockets.setsockopt(P, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(P);
    while (sockets.tcpInfo(S)?.state !== 'CLOSE');
    for (let recorded = 0; recorded < 5; recorded++) {
      const { ret, code } = sockets.recv(S, buffer, 4096, 0);
      trace[recorded] = ret === 0 ? 'eof' : ret > 0 ? `data:${ret}` : code === constants.errno.ECONNRESET ? 'ECONNRESET' : `code:${code}`;
    }
    sockets.setsockopt(S, SOL_SOCKET, SO_LINGER, sockets.linger(true, 0));
    sockets.close(S);
  }
  return { ms: performance.now() - begun, trace: trace.join(' ') };
}

/** The calls that one trial makes, or `calls` in its place; one that is repeated until it gives what is waited for counts once. */
async function made(some) {
  const names = [];
  const sockets = new Proxy(context.sockets, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args) => {
        if (names.at(-1) !== name) names.push(name);
        return value.apply(target, args);
      };
    },
  });
  await some(1, { ...context, sockets, peers: localPeers({ sockets, nameOf: context.nameOf }, NO_PEER) });
  return names.join(' ');
}

if (what === 'compared') {
  // In a process of its own: what is measured is not compiled for two kinds of sockets.
  const [wanted, performed] = [await made(trials), await made(calls)];
  if (wanted !== performed) throw new Error(`a trial makes other calls than the programs that it is compared with:\n  ${wanted}\n  ${performed}`);
  process.exit();
}

const some = { trials, calls }[what];
// The first second of trials compiles the code; what is compared is the rate of a long run.
await some(WARM_UP);

let ms = 0;
let finished = 0;
let trace;
while (ms < Number(wanted)) {
  const result = await some(TRIALS);
  ms += result.ms;
  finished += TRIALS;
  trace = result.trace;
}
console.log(JSON.stringify({ ns: Math.round((ms / finished) * 1e6), trace }));

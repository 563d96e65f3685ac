import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentCommand } from '../../cli/agent-command.ts';
import type { Emulator } from '../../emulation/emulator.ts';
import type { Intercepted, Reply } from '../../emulation/intercepted.ts';
import type { SyscallName } from '../../emulation/syscalls.ts';
import type { Address } from '../../language/address.ts';
import type { EndModel, Model } from '../../language/model.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { predict } from '../../language/predict.ts';
import { printSteps, type Sequence } from '../../language/steps.ts';
import type { Handle, Returned, Sockets } from '../../native-bindings/sockets.ts';
import { codes } from '../../platforms/codes.ts';
import { modelOf } from '../../platforms/models.ts';
import { localContext } from '../../runner/agent.ts';
import { performing } from '../../runner/perform-steps.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { Haste, Trial, type TrialContext } from '../../runner/trial.ts';

/** S's calls as the program's, without a supervisor between: what it decides, on real sockets. */

const DIRECTIONS = { read: 0, write: 1, both: 2 };
/** Where the address of a value stands: the test's memory has one. */
const VALUE = 1000;
const SIZE = 2000;

/** The sockets of a program that is emulated. */
function emulated(sockets: Sockets, emulator: Emulator): Sockets {
  const own = Object.create(sockets) as Sockets;
  const ask = (call: SyscallName, args: readonly number[], written?: Uint8Array): Reply =>
    emulator.answer({
      call,
      args: [...args, 0, 0, 0, 0].slice(0, 6),
      process: process.pid,
      thread: process.pid,
      descriptor: (fd) => fd,
      read: (address) => new Uint8Array(address === SIZE ? Int32Array.of(4).buffer : new ArrayBuffer(0)),
      write: (_, bytes) => {
        written?.set(bytes);
        return true;
      },
      waits: () => true,
    } satisfies Intercepted);
  const answered = (reply: Reply, kernel: () => Returned): Returned =>
    reply.type === 'returns' ? { ret: reply.ret, code: 0 } : reply.type === 'fails' ? { ret: -1, code: reply.errno } : kernel();
  // The prototype's methods have private fields: they are called on what has them.
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(sockets)).concat(
    Object.getOwnPropertyNames(Object.getPrototypeOf(Object.getPrototypeOf(sockets))),
  )) {
    const method = (sockets as unknown as Record<string, unknown>)[name];
    if (typeof method === 'function') Object.defineProperty(own, name, { value: method.bind(sockets), writable: true, configurable: true });
  }
  return Object.assign(own, {
    recv: (s: Handle, buffer: Uint8Array, length: number, flags: number) =>
      answered(ask('recvfrom', [s, 0, length, flags]), () => sockets.recv(s, buffer, length, flags)),
    send: (s: Handle, buffer: Uint8Array, length: number, flags: number) =>
      answered(ask('sendto', [s, 0, length, flags]), () => sockets.send(s, buffer, length, flags)),
    sendto: (s: Handle, buffer: Uint8Array, length: number, flags: number, to: Address) =>
      answered(ask('sendto', [s, 0, length, flags]), () => sockets.sendto(s, buffer, length, flags, to)),
    getsockopt: (s: Handle, level: number, option: number, value: Uint8Array) =>
      answered(ask('getsockopt', [s, level, option, VALUE, SIZE], value), () => sockets.getsockopt(s, level, option, value)),
    shutdown: (s: Handle, direction: keyof typeof DIRECTIONS) => answered(ask('shutdown', [s, DIRECTIONS[direction]]), () => sockets.shutdown(s, direction)),
  });
}

const COVERED = new Set(['recv', 'send', 'so_error', 'shutdown', 'reset', 'close']);
const isCovered = ({ steps }: Sequence) => steps.every(({ verb }) => COVERED.has(verb)) && !steps.some((step) => step.actor === 'S' && step.verb === 'close');

describe.runIf(process.platform === 'linux').each(['windows', 'wine-8.0', 'wine-10.0', 'linux'])('answers as %s [needs Linux]', (name) => {
  const model = modelOf(name) as Model;
  const peer = modelOf('linux') as Model;
  const inLinuxWords = (token: string) => token.replace(/[A-Z]\w+/, (code) => codes.counterpart('linux', code)?.name ?? code);

  async function performed(sequences: readonly Sequence[]): Promise<string[]> {
    const { Emulator } = await import('../../emulation/emulator.ts');
    const { Connections } = await import('../../native-bindings/linux/connections.ts');
    const { context } = await localContext(agentCommand('peer'), 5000);
    const emulator = new Emulator({ tcp: model.ends.tcp as EndModel, udp: name === 'linux' ? undefined : (model.ends.udp as EndModel) }, new Connections());
    const sockets = emulated(context.sockets, emulator);
    const haste = new Haste(context.sockets);
    const own: TrialContext = { ...context, sockets, haste };
    const wrong: string[] = [];
    for (const sequence of sequences) {
      const { traces, uncovered } = predict(model, sequence, { peer });
      if (uncovered !== undefined) continue;
      const trial = new Trial(own);
      await performing(sequence)(trial).finally(() => trial.end());
      const trace = trial.observations.map(({ token }) => token);
      const predicted = traces.map((one) => one.trace.map(inLinuxWords).join(' '));
      if (!predicted.includes(trace.join(' '))) wrong.push(`${printSteps(sequence)}: ${trace.join(' ')}, not ${predicted.join(' or ')}`);
    }
    haste.end();
    return wrong;
  }

  test('to some', async () => {
    const some = ['P send 10; P reset; S recv ×3', 'P close; S send 8; S recv ×2; S send 8', 'P send 5; S shutdown both; S recv; S send 8'];
    expect(await performed(some.map(parseSteps))).toEqual([]);
  });

  test('to random datagrams', async () => {
    // Whole datagrams alone: what does not fit into the buffer is lost on both, and said on one.
    const isWhole = ({ steps }: Sequence) =>
      steps.every(
        (step) =>
          step.verb !== 'shutdown' && (step.verb !== 'send' || step.length < 100) && (step.verb !== 'recv' || (step.actor === 'S' && step.length > 100)),
      );
    const sequences = fc.sample(randomSteps(['udp', 'udp6']), { seed: 1, numRuns: 20_000 }).filter((one) => isCovered(one) && isWhole(one));
    expect(sequences.length).toBeGreaterThan(500);
    expect((await performed(sequences)).slice(0, 10)).toEqual([]);
  });

  test('to random sequences', async () => {
    const sequences = fc.sample(randomSteps(['tcp', 'tcp6']), { seed: 1, numRuns: 10_000 }).filter(isCovered);
    expect(sequences.length).toBeGreaterThan(1000);
    expect((await performed(sequences)).slice(0, 10)).toEqual([]);
  });
});

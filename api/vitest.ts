import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test as base, expect } from 'vitest';
import type { Policy } from '../classification/policies/policy.ts';
import type { Table } from '../classification/table.ts';
import { type EmulateOptions, type Emulation, type EmulationEnd, emulate } from '../cli/emulation.ts';
import { type EmulationDocument, heldFor } from '../report/emulation.ts';
import { type CheckOptions, check, type TableFunction } from './check.ts';
import { type CloseOptions, closeAfter } from './close.ts';
import type { Steps } from './sequence.ts';

/** Matchers and fixtures for vitest: `import { test } from 'sockatlas/vitest'`. Importing it extends `expect`. */

/** How a policy must end on each platform: within so many polls, where that is said. */
export interface CloseExpectation extends CloseOptions {
  readonly withinPolls?: number;
}

/** How long a connection may be kept after its reset, in ms; 0 where absent: any that is open at the end is held. */
export interface HoldExpectation {
  readonly after?: number;
}

interface SockatlasMatchers<R = unknown> {
  /** A classification table gives no class that `sockatlas check` calls wrong, on every platform or those of `on`. Of a name, a .json file, a table or a function. */
  toClassify(options?: CheckOptions): R;
  /** A close policy closes after these steps, on every platform or those of `on`, whichever of the possible traces comes. */
  toCloseAfter(steps: Steps, options?: CloseExpectation): R;
  /** A program under emulation kept no connection open that was reset. Of its report, or of how it ended. */
  toHoldNoConnection(options?: HoldExpectation): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares it so
  interface Matchers<T = any> extends SockatlasMatchers<T> {}
}

expect.extend({
  toClassify(received: string | Table | TableFunction, options: CheckOptions = {}) {
    const { passes, tables, findings, returnValues } = check(received, options);
    const names = tables.map(({ id }) => id).join(', ');
    const told = findings.map(({ level, rule, message }) => `  ${level} ${rule}: ${message}`);
    return {
      pass: passes,
      message: () =>
        passes
          ? `${names} is right about ${returnValues} return values of every platform it was held against; it was expected not to be`
          : [`${names} is wrong about what platforms return:`, ...told].join('\n'),
    };
  },

  toCloseAfter(received: Policy<unknown>, steps: Steps, { withinPolls = Number.POSITIVE_INFINITY, ...options }: CloseExpectation = {}) {
    const closings = closeAfter(received, steps, options);
    const open = closings.filter(({ end, polls = 0 }) => end !== 'closes' || polls > withinPolls);
    const told = open.map(({ platform, io, end, polls, why, answers }) => {
      const how = end === 'closes' ? `closes in poll ${polls}` : end === 'never' ? 'never closes' : `is not known to close: ${why}`;
      return `  ${platform}, ${io}: ${how}${answers.length === 0 ? '' : ` (recv: ${answers.join(', ')} …)`}`;
    });
    return {
      pass: open.length === 0,
      message: () =>
        open.length === 0
          ? `${received.name} closes after ${JSON.stringify(steps)} on ${closings.length} of ${closings.length}; it was expected not to`
          : [`${received.name} does not close after ${JSON.stringify(steps)}:`, ...told].join('\n'),
    };
  },

  toHoldNoConnection(received: EmulationDocument | EmulationEnd, { after = 0 }: HoldExpectation = {}) {
    const report = 'report' in received ? received.report : received;
    const held = heldFor(after, report);
    const told = held
      .slice(0, 20)
      .map(
        ({ process, descriptor, ms, calls }) =>
          `  process ${process}, descriptor ${descriptor}: open ${ms.toFixed(0)} ms after its reset, ${calls} calls since`,
      );
    return {
      pass: held.length === 0,
      message: () =>
        held.length === 0
          ? `${report.program.join(' ')} held no connection of ${report.resets.length} that were reset; it was expected to`
          : [
              `${report.program.join(' ')} under emulate ${report.platform} holds ${held.length} of ${report.resets.length} connections that were reset:`,
              ...told,
            ].join('\n'),
    };
  },
});

/** A client that a test has in its hand. */
export interface Peer {
  readonly socket: Socket;
  /** Resolves when the kernel has taken it. */
  send(data: string | Uint8Array): Promise<void>;
  /** Resolves to the next bytes that come. It rejects where the connection ends first. */
  receive(): Promise<Buffer>;
  /** Sends a RST: SO_LINGER of 0, and close. Resolves when it is gone. */
  reset(): Promise<void>;
  /** Sends a FIN, and goes on receiving. */
  end(): Promise<void>;
}

/** Connects to a server on 127.0.0.1, or on `host`. */
export async function connectPeer(port: number, host = '127.0.0.1'): Promise<Peer> {
  const socket = connect({ port, host, allowHalfOpen: true });
  await once(socket, 'connect');
  // A server that resets is what a test may be about.
  socket.on('error', () => {});
  return {
    socket,
    send: (data) => new Promise((resolve, reject) => socket.write(data, (error) => (error ? reject(error) : resolve()))),
    receive: async () => {
      const bytes = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      if (Buffer.isBuffer(bytes[0])) return bytes[0];
      throw new Error(`the connection to port ${port} ended before anything came`);
    },
    reset: async () => {
      const closed = once(socket, 'close');
      socket.resetAndDestroy();
      await closed;
    },
    end: () => new Promise((resolve) => socket.end(resolve)),
  };
}

/** What a test may ask for; all of it is stopped when the test ends. */
export interface Fixtures {
  /** Starts a program with a platform's answers: `await emulated({ platform: 'windows', command: './server' })`. */
  emulated(options: EmulateOptions): Emulation;
  /** Connects to a server on 127.0.0.1: `const peer = await peerOf(port)`. */
  peerOf(port: number): Promise<Peer>;
}

/** vitest's `test`, with a server under emulation and peers that reset on demand. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures that one needs from its pattern
  emulated: async ({}, use) => {
    const running: Emulation[] = [];
    await use((options) => {
      const emulation = emulate(options);
      running.push(emulation);
      return emulation;
    });
    await Promise.all(running.map((one) => one.stop().catch(() => {})));
  },
  // biome-ignore lint/correctness/noEmptyPattern: the same
  peerOf: async ({}, use) => {
    const peers: Peer[] = [];
    await use(async (port) => {
      const peer = await connectPeer(port);
      peers.push(peer);
      return peer;
    });
    for (const { socket } of peers) socket.destroy();
  },
});

export { expect };

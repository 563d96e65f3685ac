import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { expect, test } from '../../api/vitest.ts';
import { compiled } from '../fixtures/compiled.ts';

/** What examples/vitest shows, and how the matchers fail. */

const onTheEnd = {
  name: 'on the end',
  start: null,
  poll: (state: unknown, { answer }: { answer: { ret: number } }) => ({
    action: answer.ret === 0 ? ('close' as const) : ('keep' as const),
    why: 'the end',
    state,
  }),
};

test('toClassify says what is wrong, with the level and the rule', () => {
  expect('mongoose@7.22').toClassify({ level: 'error' });
  expect(() => expect({ classify: () => 'would-block' }).toClassify()).toThrow(/classify is wrong about what platforms return:\n {2}error reset-as-wait: /);
  expect(() => expect('mongoose@7.22').not.toClassify({ level: 'error' })).toThrow(/is right about \d+ return values/);
});

test('toCloseAfter says where, and what recv answered', () => {
  expect(onTheEnd).toCloseAfter('P reset', { on: ['linux'], withinPolls: 2 });
  expect(() => expect(onTheEnd).toCloseAfter('P reset', { on: ['linux'], withinPolls: 1 })).toThrow(/linux, poll: closes in poll 2/);
  expect(() => expect(onTheEnd).toCloseAfter('P reset', { on: ['windows'], io: 'epoll' })).toThrow(/there is nothing to play/);
  expect(() => expect(onTheEnd).toCloseAfter('P reset')).toThrow(/windows, select: never closes \(recv: WSAECONNRESET/);
  expect(() => expect(onTheEnd).not.toCloseAfter('P close')).toThrow(/on the end closes after "P close"/);
});

const source = fileURLToPath(new URL('../../examples/emulate/end-only.c', import.meta.url));
const server = process.platform === 'linux' ? compiled(source, { flags: ['-O2'] }) : { program: undefined };

describe.runIf(server.program !== undefined)('a server under emulation [needs Linux and a C compiler]', () => {
  test('toHoldNoConnection names each that is held', async ({ emulated, peerOf }) => {
    const running = emulated({ platform: 'windows', command: server.program as string });
    const [port] = await once(running.child.stdout as NodeJS.ReadableStream, 'data');
    const peer = await peerOf(Number(port));
    await peer.send('hello');
    await peer.receive();
    await peer.reset();
    // Another one is served: the server has seen the reset by then.
    const another = await peerOf(Number(port));
    await another.send('hello');
    await another.receive();
    const end = await running.stop();
    expect(() => expect(end).toHoldNoConnection()).toThrow(
      /under emulate windows holds 1 of 1 connections that were reset:\n {2}process \d+, descriptor 4: open \d+ ms/,
    );
    expect(end.report).toHoldNoConnection({ after: 3_600_000 });
  });
});

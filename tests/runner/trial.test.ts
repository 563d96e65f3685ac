import { describe, expect, test } from 'vitest';
import { connectCall, recvCall, sendCall } from '../../language/call.ts';
import { PosixSockets } from '../../native-bindings/posix/index.ts';
import { MAX_CALLS } from '../../results/limits.ts';
import { CallBlocked } from '../../runner/blocking.ts';
import { perform } from '../../runner/calls.ts';
import { EnvironmentFailure, SetupFailed, Unsupported } from '../../runner/setup.ts';
import { Trial, type TrialContext } from '../../runner/trial.ts';
import { type FakeSockets, fakeContext, fakeSockets } from '../fixtures/fake-sockets.ts';
import { resetStranger } from '../fixtures/stranger.ts';

const tokens = (t: Trial) => t.observations.map(({ token }) => token);

function trial(over: Partial<TrialContext> = {}): { sockets: FakeSockets; t: Trial } {
  const sockets = fakeSockets();
  return { sockets, t: new Trial(fakeContext(sockets, over)) };
}

describe('a trial', () => {
  test('records the calls of its subject, and what its peer receives, and nothing else', async () => {
    const { t } = trial();
    const { S, P } = await t.tcp();
    S.must(sendCall(3));
    await P.send(10);
    await S.settled({ bytes: 10 });
    S.recv();
    S.send(8);
    await P.receive(1);
    await P.reset();
    await S.settled('reset');
    S.poll();
    S.soError();
    expect(t.observations.map(({ on, call, token }) => [on, call, token])).toEqual([
      ['S', 'recv', 'data:10'],
      ['S', 'send', 'sent:8'],
      ['P', 'recv', 'data:11'],
      ['S', 'poll', 'poll:IN|OUT|ERR|HUP'],
      ['S', 'getsockopt', 'so_error:ECONNRESET'],
    ]);
  });

  test('makes the same call again as it was, and another one anew', async () => {
    const { t } = trial();
    const { S } = await t.tcp();
    for (const length of [4096, 4096, 4]) S.recv(length);
    S.record(recvCall(4, { flags: ['MSG_PEEK'] }));
    S.recv(4);
    expect(t.observations.map(({ args }) => [args.length, args.flags])).toEqual([
      [4096, []],
      [4096, []],
      [4, []],
      [4, ['MSG_PEEK']],
      [4, []],
    ]);
  });

  test('closes all that it opened, its peer too, when it ends; what returns later is not of its trace', async () => {
    const { sockets, t } = trial();
    const cleaned: string[] = [];
    t.atEnd(() => cleaned.push('first'));
    t.atEnd(() => cleaned.push('second'));
    const { S } = await t.tcp();
    t.udp();
    await t.peer();
    expect(sockets.open.size).toBe(3);
    await t.end();
    expect(sockets.open.size).toBe(0);
    expect(cleaned).toEqual(['first', 'second']);
    S.recv();
    expect(t.observations).toEqual([]);
  });

  test('with other parameters is the same trial', async () => {
    const { sockets, t } = trial();
    const { S, address } = await t.with({ family: 'inet6' }).tcp();
    expect(address).toMatchObject({ family: 'inet6', host: '::1' });
    S.recv();
    expect(tokens(t)).toEqual(['EAGAIN']);
    await t.end();
    expect(sockets.open.size).toBe(0);
  });

  test('holds no more calls than a trace', async () => {
    const { t } = trial();
    const { S } = await t.tcp();
    for (let i = 0; i < MAX_CALLS; i++) S.recv();
    expect(() => S.recv()).toThrow(new SetupFailed(`a trace holds at most ${MAX_CALLS} calls`));
  });
});

describe('strangers', () => {
  test('that connect before the peer are dropped, closed and counted', async () => {
    const { sockets, t } = trial();
    const { L, address } = t.listener();
    sockets.close(sockets.stranger(address));
    const stranger = sockets.stranger(address);
    const P = await t.peer();
    await P.connect(address);
    const S = t.acceptFrom(L);
    await P.send(3);
    expect(sockets.getpeername(S.handle).address).not.toEqual(sockets.getsockname(stranger).address);
    expect(sockets.readable(S.handle).bytes).toBe(3);
    expect(t.strangers).toBe(2);
  });

  test.runIf(process.platform === 'linux')('that were reset, and whose port the peer has now, are not taken for it [needs Linux]', async () => {
    const sockets = new PosixSockets();
    const t = new Trial(fakeContext(sockets));
    const { L, address } = t.listener();
    const from = resetStranger(sockets, address);
    const P = await t.peer();
    await P.ask({ do: 'connect', to: address, from });
    const S = t.acceptFrom(L);
    await P.send(3);
    await S.settled({ bytes: 3 });
    expect(sockets.readable(S.handle).bytes).toBe(3);
    expect(t.strangers).toBe(1);
    await t.end();
  });

  test('that connect where nobody is expected are no result of accept', async () => {
    const { sockets, t } = trial();
    const { L, address } = t.listener();
    L.setNonBlocking();
    sockets.stranger(address);
    expect(await L.accept()).toBeUndefined();
    expect(tokens(t)).toEqual(['EAGAIN']);
    expect(t.strangers).toBe(1);
  });

  test.each([
    [
      'of its own',
      'inOwnProcess',
      async (t: Trial) => {
        const { S, P } = await t.tcp({ killable: true });
        await P.end();
        return S;
      },
    ],
    [
      'on another platform',
      'shared',
      async (t: Trial) => {
        const { S, P } = await t.tcp();
        await P.close();
        return S;
      },
    ],
  ])('find no listener while the process of a peer %s starts', async (_, way, ended) => {
    const sockets = fakeSockets();
    const context = fakeContext(sockets);
    const started = async () => {
      await Promise.resolve();
      expect(sockets.open.size).toBe(0);
      return context.peers.shared();
    };
    const S = await ended(new Trial({ ...context, peers: { ...context.peers, [way]: started } }));
    await S.settled('end');
  });

  test('may not wait behind a connection that nothing tells the origin of', () => {
    const { sockets, t } = trial();
    const { L, address } = t.listener();
    t.mustBeAlone(L);
    sockets.stranger(address);
    expect(() => t.mustBeAlone(L)).toThrow(EnvironmentFailure);
    expect(t.strangers).toBe(1);
  });

  test('that send a datagram make the trial mean nothing', async () => {
    const { sockets, t } = trial();
    const { S, address } = t.udp();
    S.setNonBlocking();
    S.sendTo(address, 8);
    expect(S.recv(64)).toMatchObject({ token: 'data:8' });
    sockets.sendto(sockets.socket('inet', 'dgram').ret, Buffer.from('stranger'), 8, 0, address);
    expect(() => S.recv(64)).toThrow(new EnvironmentFailure('recv: a datagram that another process sent'));
  });

  test('are none where a subject connects to a listener of its own trial', async () => {
    const { t } = trial();
    const { L, address } = t.listener();
    const S = t.socket('inet');
    S.setNonBlocking();
    await S.connect(connectCall(address, 'listener'), false);
    t.acceptFrom(L);
    expect(t.strangers).toBe(0);
  });
});

describe('what the machine refuses', () => {
  const closedPort = connectCall({ family: 'inet', host: '127.0.0.1', port: 1 }, 'closed port');

  test('is no behaviour: the trial does not count, whatever its scenario makes of it', async () => {
    const { sockets, t } = trial();
    const S = t.socket('inet');
    S.setNonBlocking();
    sockets.refuse('connect', 'EADDRNOTAVAIL');
    await expect(S.connect(closedPort, true)).rejects.toThrow(EnvironmentFailure);
    expect(t.failure).toEqual(new EnvironmentFailure('connect: EADDRNOTAVAIL'));
    expect(t.observations).toEqual([]);
  });

  test('is recorded where the scenario asks for it', async () => {
    const { sockets, t } = trial({ asksFor: ['EADDRINUSE'] });
    const S = t.socket('inet');
    S.setNonBlocking();
    sockets.refuse('connect', 'EADDRINUSE');
    await S.connect(closedPort, true);
    expect(tokens(t)).toEqual(['EADDRINUSE']);
  });

  test('as it prepares is told from a fault of the preparation, and from a platform without such a family', async () => {
    const { sockets, t } = trial();
    sockets.refuse('bind', 'EADDRINUSE');
    await expect(async () => t.tcp()).rejects.toThrow(new EnvironmentFailure('bind to 127.0.0.1: EADDRINUSE'));
    sockets.refuse('send', 'ECONNRESET');
    const { S } = await t.tcp();
    expect(() => S.must(sendCall(1))).toThrow(new SetupFailed('send: ECONNRESET'));
    sockets.refuse('socket', 'EAFNOSUPPORT');
    expect(() => t.socket('unix')).toThrow(new Unsupported('socket(unix, stream): EAFNOSUPPORT'));
    sockets.refuse('bind', 'EADDRNOTAVAIL');
    expect(() => t.with({ family: 'inet6' }).udp()).toThrow(new Unsupported('bind to ::1: EADDRNOTAVAIL'));
  });
});

describe('a blocking subject', () => {
  const threads = (us: number, sockets: () => FakeSockets): TrialContext['threads'] => ({
    start: (s, call) => ({ calling: Promise.resolve(), result: Promise.resolve({ ...perform(sockets(), s, call), us }) }),
  });

  test('makes its calls in a thread', async () => {
    const sockets = fakeSockets();
    const t = new Trial(fakeContext(sockets, { threads: threads(5, () => sockets) }));
    const { S, P } = await t.tcp();
    S.setBlocking();
    await P.send(3);
    expect(await S.recv()).toMatchObject({ token: 'data:3', us: 5 });
  });

  test('that should have waited and did not is no trial', async () => {
    const sockets = fakeSockets();
    const t = new Trial(fakeContext(sockets, { threads: threads(5, () => sockets) }));
    const { S } = await t.tcp();
    S.setBlocking();
    const { returned } = await S.recordWaiting(recvCall(4096));
    await expect(returned).rejects.toThrow('recv should have waited, but it returned after 5 µs');
  });

  test('whose call never returns has that at the end of its trace', async () => {
    const { t } = trial({ threads: { start: () => ({ calling: Promise.resolve(), result: Promise.reject(new CallBlocked(300)) }) } });
    const { S } = await t.tcp();
    S.setBlocking();
    await expect(S.recv()).rejects.toThrow('the call did not return within 300 ms');
    expect(t.observations).toMatchObject([{ call: 'recv', ret: null, token: 'blocked', us: 300_000 }]);
  });
});

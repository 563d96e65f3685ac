import { expect, test, vi } from 'vitest';
import { sendCall, shutdownCall } from '../../language/call.ts';
import { PosixSockets } from '../../native-bindings/posix/index.ts';
import { Peer, type PeerLink } from '../../runner/peer.ts';
import { replyOf } from '../../runner/peer-process.ts';
import { hostRequestSchema, type PeerReply, type PeerRequest, peerReplySchema } from '../../runner/peer-protocol.ts';
import { PeerSocket } from '../../runner/peer-socket.ts';
import { settle } from '../../runner/settle.ts';
import { EnvironmentFailure, SetupFailed } from '../../runner/setup.ts';
import { Trial } from '../../runner/trial.ts';
import { fakeContext, fakeSockets } from '../fixtures/fake-sockets.ts';
import { resetStranger } from '../fixtures/stranger.ts';

function listening() {
  const sockets = fakeSockets();
  const context = fakeContext(sockets);
  const t = new Trial(context);
  return { sockets, context, t, ...t.listener() };
}

/** As a peer in another process: all that crosses is JSON, and fits the schemas. */
function distant(link: PeerLink): PeerLink {
  const crossed = <T>(schema: { parse(value: unknown): T }, message: object) => schema.parse(JSON.parse(JSON.stringify(message)));
  return {
    ask: async (request) => crossed(peerReplySchema, await replyOf(link, crossed(hostRequestSchema, request) as PeerRequest)),
    end: () => link.end(),
  };
}

test.runIf(process.platform === 'linux')('a stranger that was reset, and whose port the subject has now, is not taken for it [needs Linux]', async () => {
  const sockets = new PosixSockets();
  const t = new Trial(fakeContext(sockets));
  const P = await t.peer();
  const listening = await P.ask({ do: 'listen', at: t.anyPort() });
  const at = 'address' in listening ? listening.address : undefined;
  if (at === undefined) throw new Error('the peer does not listen');
  const from = resetStranger(sockets, at);
  const subject = sockets.socket('inet', 'stream').ret;
  expect(sockets.bind(subject, from).ret).toBe(0);
  expect(sockets.connect(subject, at).ret).toBe(0);
  await P.ask({ do: 'accept', from });
  expect(t.strangers).toBe(1);
  await P.send(3);
  await settle(sockets, subject, { bytes: 3 });
  sockets.close(subject);
  await t.end();
});

test.each([
  ['in the process of its subject', (link: PeerLink) => link],
  ['in another process', distant],
])('a peer %s does what it is asked', async (_, way) => {
  const { sockets, context, t, L, address } = listening();
  const socket = new PeerSocket(context);
  const P = new Peer(t, way(socket));
  await P.connect(address);
  const S = t.acceptFrom(L);
  S.setNonBlocking();
  await P.send(10);
  expect(S.recv()).toMatchObject({ token: 'data:10' });
  S.must(sendCall(5));
  expect(await P.ask({ do: 'settle', arrival: { bytes: 5 } })).toEqual({ settled: 'ESTABLISHED' });
  expect(await P.ask({ do: 'unread' })).toEqual({ unread: 5 });
  expect(await P.receive(5)).toMatchObject({ on: 'P', call: 'recv', args: { buffer: 'given', length: 4096, flags: [] }, token: 'data:5' });
  S.must(sendCall(7));
  expect(await P.ask({ do: 'take' })).toEqual({ done: true });
  expect(await P.ask({ do: 'unread' })).toEqual({ unread: 0 });
  await P.ask({ do: 'shutdown', direction: 'write' });
  await S.settled('fin');
  await P.reset();
  expect(sockets.tcpInfo(S.handle)?.state).toBe('CLOSE');
  expect(socket.handle).toBe(-1);
});

test('a peer beside its subject has done what it is asked when the call returns', () => {
  const { sockets, context, t, L, address } = listening();
  const P = new Peer(t, new PeerSocket(context));
  P.connect(address);
  P.send(10);
  P.close();
  expect(sockets.readable(t.acceptFrom(L).handle).bytes).toBe(10);
});

test('a plain close with unread bytes is the system’s to answer; an end closes what is open, once', async () => {
  const { sockets, context, t, L, address } = listening();
  const socket = new PeerSocket(context);
  const P = new Peer(t, socket);
  await P.connect(address);
  const S = t.acceptFrom(L);
  S.must(sendCall(1));
  await P.close();
  expect(sockets.tcpInfo(S.handle)?.state).toBe('CLOSE');
  const close = vi.spyOn(sockets, 'close');
  await P.end();
  expect(close).not.toHaveBeenCalled();
});

test.each([
  ['in the process of its subject', (link: PeerLink) => link],
  ['in another process', distant],
])('what a peer %s cannot do tells whether the machine is at fault', async (_, way) => {
  const { sockets, context, t, address } = listening();
  const P = new Peer(t, way(new PeerSocket(context)));
  sockets.refuse('connect', 'EADDRNOTAVAIL');
  await expect(async () => P.connect(address)).rejects.toThrow(new EnvironmentFailure("the peer's connect: EADDRNOTAVAIL"));
  sockets.refuse('send', 'EPIPE');
  await P.connect(address);
  await expect(async () => P.send(1)).rejects.toThrow(new SetupFailed("the peer's send: EPIPE"));
});

test.each([
  ['in the process of its subject', (link: PeerLink) => link],
  ['in another process', distant],
])('a peer %s receives all there is as one recv; where there is nothing, what recv gives then', async (_, way) => {
  const { context, t, L, address } = listening();
  const P = new Peer(t, way(new PeerSocket(context)));
  await P.connect(address);
  const S = t.acceptFrom(L);
  for (const length of [5000, 5000, 7]) S.must(sendCall(length));
  expect(await P.receive(0)).toMatchObject({ on: 'P', token: 'data:10007' });
  expect(await P.receive(0)).toMatchObject({ on: 'P', token: 'EAGAIN' });
  S.must(sendCall(4));
  S.must(shutdownCall('write'));
  expect(await P.receive(0)).toMatchObject({ on: 'P', token: 'data:4' });
  expect(await P.receive(0)).toMatchObject({ on: 'P', token: 'eof' });
});

test('an answer that is none to a receive is no observation', async () => {
  const { t } = listening();
  const P = new Peer(t, { ask: (): PeerReply => ({ done: true }), end: () => {} });
  await expect(P.receive(1)).rejects.toThrow(SetupFailed);
  expect(t.observations).toEqual([]);
});

import { expect, test } from 'vitest';
import { type Arrival, settle, settleConnect } from '../../runner/settle.ts';
import { Trial } from '../../runner/trial.ts';
import { fakeContext, fakeSockets } from '../fixtures/fake-sockets.ts';

async function connected() {
  const sockets = fakeSockets();
  const t = new Trial(fakeContext(sockets));
  return { sockets, t, ...(await t.tcp()) };
}

/** Whether it has settled by the time that what is there already is seen: a few turns of the event loop. */
async function isThere(settled: Promise<void>): Promise<boolean> {
  let there = false;
  settled.then(() => {
    there = true;
  });
  await new Promise(setImmediate);
  return there;
}

test('waits until it arrives, and no longer', async () => {
  const { sockets, S, P } = await connected();
  const settled = settle(sockets, S.handle, { bytes: 10 });
  await P.send(9);
  expect(await isThere(settled)).toBe(false);
  await P.send(1);
  await settled;
});

test.each<[string, Arrival, boolean]>([
  ['reset', 'reset', true],
  ['reset', 'end', true],
  ['reset', 'fin', false],
  ['close', 'fin', true],
  ['close', 'end', true],
  ['close', 'reset', false],
])('after a %s, %s has arrived: %s', async (step, arrival, has) => {
  const { sockets, S, P } = await connected();
  await (step === 'reset' ? P.reset() : P.close());
  const settled = settle(sockets, S.handle, arrival, 20);
  if (has) return expect(await isThere(settled)).toBe(true);
  await expect(settled).rejects.toThrow(`${arrival} did not arrive within 20 ms (TCP state ${step === 'reset' ? 'CLOSE' : 'CLOSE_WAIT'})`);
});

test('connections that wait are counted', async () => {
  const { t, sockets } = await connected();
  const { L, address } = t.listener();
  sockets.stranger(address);
  expect(await isThere(settle(sockets, L.handle, { connections: 1 }))).toBe(true);
  await expect(settle(sockets, L.handle, { connections: 2 }, 20)).rejects.toThrow('{"connections":2} did not arrive within 20 ms');
});

test('pauses where nothing tells', async () => {
  const { sockets, S } = await connected();
  const begun = performance.now();
  await settle({ ...sockets, tcpInfo: () => undefined }, S.handle, 'reset');
  expect(performance.now() - begun).toBeGreaterThan(40);
  expect(await isThere(settle(sockets, S.handle, 'unobservable'))).toBe(false);
});

test('a word that it does not know is told, with those that it knows', async () => {
  const { sockets, S } = await connected();
  expect(() => settle(sockets, S.handle, 'fine' as Arrival)).toThrow('settled("fine"): choose one of reset, fin, end, datagram, unobservable, { bytes: 10 }');
});

test('a connect has settled when it is no longer under way, or the time is over', async () => {
  const { sockets, S } = await connected();
  let asked = 0;
  await settleConnect({ ...sockets, tcpInfo: () => ({ state: ++asked < 3 ? 'SYN_SENT' : 'CLOSE', received: 0, unacknowledged: 0 }) }, S.handle, 10_000);
  expect(asked).toBe(3);
  await settleConnect({ ...sockets, tcpInfo: () => ({ state: 'SYN_SENT', received: 0, unacknowledged: 0 }) }, S.handle, 10);
});

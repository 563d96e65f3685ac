import os from 'node:os';
import { describe, expect, test } from 'vitest';
import type { TimedObservation } from '../../results/measured.ts';
import { observationSchema } from '../../results/schema.ts';
import { localContext } from '../../runner/agent.ts';
import { SetupFailed, Unsupported } from '../../runner/setup.ts';
import { READERS, type Reader, tlsPair, tlsPairInHandshake } from '../../runner/tls.ts';
import { Trial, type TrialContext } from '../../runner/trial.ts';
import { runTrials } from '../../runner/trials.ts';
import { tlsFin } from '../../suites/tls/fin.ts';
import { readerSuite } from '../../suites/tls/reader-suite.ts';
import { tlsReset } from '../../suites/tls/reset.ts';

const { context } = await localContext({ command: process.execPath, args: [], stderr: 'pipe' }, 5000);
const all = [...tlsReset, ...tlsFin];

async function trial<T>(body: (t: Trial) => Promise<T>, over: Partial<TrialContext> = {}): Promise<{ result: T; observations: readonly TimedObservation[] }> {
  const t = new Trial({ ...context, ...over });
  try {
    return { result: await body(t), observations: t.observations };
  } finally {
    await t.end();
  }
}

test('each case is a scenario for each reading way, its steps in the words of that way', () => {
  const [socket, bio] = readerSuite('tls/reset', 'a test', {
    idle: { why: 'Why.', steps: ({ read, write }) => `${write()}; P reset; ${read(2)}`, run: async () => {} },
  });
  expect(socket).toMatchObject({ id: 'tls/reset/idle?reader=socket', steps: 'S SSL_write; P reset; S SSL_read ×2' });
  expect(bio).toMatchObject({ id: 'tls/reset/idle?reader=bio', steps: 'S SSL_write; S send; P reset; S recv; S SSL_read; S recv; S SSL_read' });
});

describe.each(READERS)('the reader %s', (reader: Reader) => {
  test('a record crosses, and only the calls of this way are recorded', async () => {
    const { observations } = await trial(async (t) => {
      const { S, P } = await tlsPair(t, reader);
      await S.settled({ bytes: P.write(10) });
      S.read();
      S.write(8);
    });
    const tls = ['data:10', 'sent:8'];
    const calls = observations.map(({ call }) => call);
    expect(calls).toEqual(reader === 'socket' ? ['SSL_read', 'SSL_write'] : ['recv', 'SSL_read', 'SSL_write', 'send']);
    expect(observations.filter(({ call }) => call.startsWith('SSL_')).map(({ token }) => token)).toEqual(tls);
    for (const { us, ...observation } of observations) expect(observationSchema.parse(observation)).toEqual(observation);
  });

  test.each(all.filter(({ id }) => id.endsWith(`=${reader}`)))('$id gives one trace', async (scenario) => {
    const { ended, traces, trials } = await runTrials(context, scenario, { trials: 5 });
    expect({ ended, trials, traces: traces.length }).toEqual({ ended: undefined, trials: 5, traces: 1 });
  });
});

const onLinux = test.runIf(process.platform === 'linux');

onLinux('on the socket itself, OpenSSL has the reset once, and says what it was [needs Linux]', async () => {
  const { observations } = await trial((t) => run('tls/reset/idle?reader=socket', t));
  expect(observations.slice(0, 2)).toMatchObject([
    {
      call: 'SSL_read',
      args: { length: 4096 },
      ret: -1,
      code: 5,
      name: 'SSL_ERROR_SYSCALL',
      out: { errno: os.constants.errno.ECONNRESET, queue: 0, pending: 0 },
    },
    { call: 'SSL_read', ret: 0, code: 1, name: 'SSL_ERROR_SSL', out: { queue: 0x0a000126, pending: 0 } },
  ]);
});

onLinux('behind a BIO, only recv has the reset [needs Linux]', async () => {
  const { observations } = await trial((t) => run('tls/reset/partial-record?reader=bio', t));
  expect(observations.slice(2, 4)).toMatchObject([
    { call: 'recv', ret: -1, name: 'ECONNRESET' },
    { call: 'SSL_read', ret: -1, code: 2, name: 'SSL_ERROR_WANT_READ', out: { pending: 0, hasPending: 1 } },
  ]);
  expect(observations[3]?.out).not.toHaveProperty('errno');
});

test('peers on another platform are not for it', async () => {
  const peers = { ...context.peers, onSamePlatform: false };
  await expect(trial((t) => tlsPair(t, 'bio'), { peers })).rejects.toThrow(Unsupported);
});

test('a handshake that fails where it is to succeed is no trace', async () => {
  const failing = trial(async (t) => {
    const { S, P } = await tlsPairInHandshake(t, 'socket');
    P.reset();
    await S.settled('reset');
    S.shakeHands();
  });
  await expect(failing).rejects.toThrow(new SetupFailed('the TLS handshake: SSL_ERROR_SYSCALL'));
});

async function run(id: string, t: Trial): Promise<void> {
  const scenario = all.find((s) => s.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  await scenario.run(t);
}

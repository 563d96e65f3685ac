import { expect, test, vi } from 'vitest';
import { MAX_TRACES } from '../../results/limits.ts';
import { CallBlocked } from '../../runner/blocking.ts';
import { StartFailed } from '../../runner/process.ts';
import { type Case, suite } from '../../runner/scenario.ts';
import { CameTooLate, mustSucceed, Unsupported } from '../../runner/setup.ts';
import type { Trial, TrialContext } from '../../runner/trial.ts';
import { runTrials } from '../../runner/trials.ts';
import { type FakeSockets, fakeContext, fakeSockets } from '../fixtures/fake-sockets.ts';

type Options = Parameters<typeof runTrials>[2];

/** Runs trials of a scenario that is told which of them it is, from 1 on, made again or not. */
async function run(body: (t: Trial, turn: number) => unknown, options: Partial<Options> = {}, over: Partial<Case & TrialContext> = {}) {
  const sockets = fakeSockets();
  let turn = 0;
  const [scenario] = suite('test/trials', 'a test', {
    one: { why: '', steps: 'S recv', ...over, run: async (t) => void (await body(t, ++turn)) },
  });
  if (scenario === undefined) throw new Error('no scenario');
  const measured = await runTrials(fakeContext(sockets, over), scenario, { trials: 3, refusalMs: 1, ...options });
  expect(sockets.open.size).toBe(0);
  return { ...measured, turns: turn, counts: measured.traces.map(({ trace, count }) => [trace.join(' '), count]) };
}

const recv = async (t: Trial) => (await t.tcp()).S.recv();
const refused = (t: Trial) => mustSucceed(t.context, { ret: -1, code: 98 }, 'bind');

test('equal traces are counted, the most frequent first, each with the observations of its first trial', async () => {
  const { counts, trials, traces } = await run(
    async (t, turn) => {
      const { S, P } = await t.tcp();
      if (turn % 3 === 1) await P.reset();
      S.recv();
    },
    { trials: 9 },
  );
  expect([trials, counts]).toEqual([
    9,
    [
      ['EAGAIN', 6],
      ['ECONNRESET', 3],
    ],
  ]);
  expect(traces[1]?.observations).toMatchObject([{ call: 'recv', ret: -1, code: 104, name: 'ECONNRESET' }]);
});

test('only the first trial tells of its calls as they are made', async () => {
  const told = vi.fn();
  await run(recv, { onObservation: told });
  expect(told).toHaveBeenCalledOnce();
});

test('a trial that came too late is made again, and not for ever', async () => {
  const late = (until: number) => (t: Trial, turn: number) => {
    if (turn <= until) throw new CameTooLate('late');
    return recv(t);
  };
  expect(await run(late(3))).toMatchObject({ trials: 3, turns: 6, counts: [['EAGAIN', 3]] });
  expect(await run(late(4))).toMatchObject({
    trials: 0,
    turns: 4,
    ended: { as: 'crashed', reason: expect.stringMatching(/^the trial failed: .*CameTooLate: late$/) },
  });
});

test('a trial that the machine refused is made again: six times in a row, then there is no result', async () => {
  const refuses = (until: number) => (t: Trial, turn: number) => {
    if (turn <= until) refused(t);
    return recv(t);
  };
  const often = await run(refuses(6));
  expect(often).toMatchObject({ trials: 3, turns: 9, counts: [['EAGAIN', 3]] });
  expect(often).not.toHaveProperty('unmeasured');
  expect(await run(refuses(7))).toMatchObject({ trials: 0, turns: 7, traces: [], unmeasured: 'bind: EADDRINUSE' });
  // A trial between that was well begins the count again.
  expect(await run((t, turn) => (turn % 5 === 0 ? recv(t) : refused(t)))).toMatchObject({ trials: 3, turns: 15 });
  expect(
    await run(() => {
      throw new StartFailed('no process');
    }),
  ).toMatchObject({ unmeasured: 'no process' });
});

test('what the machine refused to a recorded call counts too, though the scenario let it pass', async () => {
  const body = async (t: Trial) => {
    const S = t.socket('inet');
    S.setNonBlocking();
    t.context.sockets.close(S.handle);
    t.disown(S.handle);
    try {
      t.record({ on: 'S', call: 'connect', args: {}, ret: -1, code: 98, name: 'EADDRINUSE', token: 'EADDRINUSE', us: 1 });
    } catch {}
  };
  expect(await run(body)).toMatchObject({ trials: 0, traces: [], unmeasured: 'connect: EADDRINUSE' });
  expect(await run(body, {}, { asksFor: ['EADDRINUSE'] })).toMatchObject({ trials: 3, counts: [['EADDRINUSE', 3]] });
});

test('a trial that fails ends the scenario; what it saw is kept, but is no trial', async () => {
  const { counts, trials, ended } = await run(async (t, turn) => {
    await recv(t);
    if (turn === 3) throw new TypeError('no such thing');
  });
  expect([trials, counts]).toEqual([2, [['EAGAIN', 3]]]);
  expect(ended).toEqual({ as: 'crashed', reason: expect.stringMatching(/^the trial failed: .*TypeError: no such thing$/) });
  const failing = (error: Error) =>
    run(() => {
      throw error;
    });
  expect((await failing(new Unsupported('no such family here'))).ended).toEqual({ as: 'unsupported', reason: 'no such family here' });
  expect((await failing(new CallBlocked(300))).ended).toEqual({ as: 'blocked', reason: 'the call did not return within 300 ms' });
});

test('an interrupt ends it after the trials that have begun', async () => {
  let interrupted = false;
  const measured = await run(
    async (t, turn) => {
      interrupted = turn === 4;
      await recv(t);
    },
    { trials: 1000, isInterrupted: () => interrupted },
  );
  expect(measured).toMatchObject({ trials: 4, turns: 4, counts: [['EAGAIN', 4]] });
  expect(measured).not.toHaveProperty('ended');
});

test('strangers are summed over all trials', async () => {
  const body = async (t: Trial) => {
    const { L, address } = t.listener();
    const sockets = t.context.sockets as FakeSockets;
    const stranger = sockets.stranger(address);
    const P = await t.peer();
    await P.connect(address);
    t.acceptFrom(L);
    sockets.close(stranger);
  };
  expect(await run(body)).toMatchObject({ trials: 3, strangers: 3 });
});

test('more different traces than a run file holds are not made', async () => {
  const body = (t: Trial, turn: number) => t.record({ on: 'S', call: 'recv', args: {}, ret: turn, code: 0, token: `data:${turn}`, us: 1 });
  expect((await run(body, { trials: 2 * MAX_TRACES })).traces).toHaveLength(MAX_TRACES);
});

test('trials that wait run side by side, five at most; others one after the other', async () => {
  const most = async (over: Partial<Case & TrialContext>) => {
    let running = 0;
    let most = 0;
    const body = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    expect((await run(body, { trials: 12 }, over)).trials).toBe(12);
    return most;
  };
  expect(await most({ waits: true })).toBe(5);
  expect(await most({ waits: false })).toBe(1);
  expect(await most({ waits: false, tellsState: false })).toBe(5);
});

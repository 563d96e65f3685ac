import { describe, expect, test } from 'vitest';
import { buildOf, closeDataFor } from '../../classification/policies/build.ts';
import { knownFrom } from '../../classification/policies/known.ts';
import { policiesOf } from '../../classification/policies/libraries.ts';
import { closeMatrix, type MatrixCell } from '../../classification/policies/matrix.ts';
import { type PlatformTrace, platformsNamed, platformTraces, type TracePlatform, tracePlatforms } from '../../classification/policies/platform-trace.ts';
import { play, type Story } from '../../classification/policies/play.ts';
import { type Io, type Policy, PolicyError, TRANSPORTS, type Transport } from '../../classification/policies/policy.ts';
import { type RecvLoop, recvLoop } from '../../classification/policies/recv-loop.ts';
import { apiOf } from '../../language/code.ts';
import { codes } from '../../platforms/codes.ts';
import type { Platform } from '../../platforms/platform.ts';
import { outcomeText } from '../../report/close/words.ts';
import { footerOf, headerOf, scenarioOf } from '../../results/lines.ts';
import { type Recorded, shippedRuns } from '../../results/recorded.ts';
import type { Observation } from '../../results/schema.ts';
import { stories as scenarios } from '../../suites/index.ts';
import { ASKED, failed, LINUX, measured, received, WINE_8 } from '../fixtures/index.ts';

const IDLE = 'tcp/reset/idle';
const MONGOOSE = policiesOf('mongoose');
/** The expectations alone. */
const NOTHING = knownFrom([]);

function readiness(call: 'poll' | 'select', bits: string): Observation {
  return { on: 'S', call, args: {}, ret: 1, code: 0, out: {}, token: `${call}:${bits}` };
}

/** A recorded run of a platform, by scenario. */
function recorded(platform: Platform, traces: Record<string, (readonly Observation[])[]>, started = '2026-11-22T12:00:00.000Z'): Recorded {
  const lines = Object.entries(traces).map(([id, observed]) => scenarioOf(platform, measured(id, ...observed)));
  return {
    run: { header: headerOf(platform, new Date(started), ASKED), scenarios: lines, timings: [], footer: footerOf(lines, { interrupted: false, ms: 1 }) },
    file: `${platform.name}.jsonl`,
  };
}

const reset = failed('WSAECONNRESET', 10054);
const WINE_10: Platform = { ...WINE_8, name: 'wine-10.0', wine: '10.0' };
const LINUX_RUN = recorded(LINUX, {
  [IDLE]: [[failed('ECONNRESET', 104), received(0), received(0), received(0), received(0)]],
  'tcp/reset/poll': [[readiness('poll', 'IN|OUT|ERR|HUP'), failed('ECONNRESET', 104), readiness('poll', 'IN|OUT|HUP')]],
  'tcp/reset/select': [[readiness('select', 'rw-'), failed('ECONNRESET', 104)]],
});
const WINE_10_RUN = recorded(WINE_10, {
  [IDLE]: [[reset, reset, reset, reset, reset]],
  'tcp/reset/poll': [[readiness('poll', 'OUT|ERR|HUP'), reset, readiness('poll', 'OUT|ERR|HUP')]],
  'tcp/reset/select': [[readiness('select', 'rw-'), reset]],
});
const WINE_8_RUN = recorded(WINE_8, { [IDLE]: [[received(0), received(0), received(0)]] });

function loopOf(id: string): RecvLoop {
  const scenario = scenarios.find((one) => one.id === id);
  const loop = scenario && recvLoop(scenario);
  if (loop === undefined || typeof loop === 'string') throw new Error(`${id} has no loop: ${loop}`);
  return loop;
}

function told(name: string, { runs = [] as Recorded[], scenario = IDLE } = {}): PlatformTrace {
  const known = knownFrom(runs);
  const [platform] = platformsNamed(known, name) as [TracePlatform];
  return platformTraces(known, platform, loopOf(scenario)).traces[0] as PlatformTrace;
}

function storyOf(version: string, transport: Transport, trace: PlatformTrace, io: Io, bufferedTlsBytes = 0): Story {
  const { policy, table } = buildOf(MONGOOSE, version, transport);
  return play(policy as Policy, table(apiOf(trace.platform)), trace, { codes, io, bufferedTlsBytes });
}

/** After how many polls it closes; `never`. */
function ending(...args: Parameters<typeof storyOf>): number | string {
  const { outcome } = storyOf(...args);
  return outcome.end === 'closes' ? outcome.polls : outcome.end;
}

const TLS = ['openssl', 'mbedtls', 'builtin'] as const;

describe.each([
  ['documented', told('windows')],
  ['recorded', told('wine-10.0', { runs: [WINE_10_RUN] })],
])('Mongoose where a reset is told for ever (%s)', (_, windows) => {
  test.each(TLS.flatMap((tls) => ['7.13', '7.14', '7.15', '7.16'].map((version) => [version, tls] as const)))('%s with %s never closes', (version, tls) => {
    const story = storyOf(version, tls, windows, 'select');
    expect(story.outcome).toEqual({ end: 'never', from: 1, length: 1 });
    expect(story.polls).toMatchObject([{ n: 1, action: 'keep', answer: { code: 10054, class: 'MG_IO_RESET' }, readiness: { token: 'select:rw-' } }]);
    expect(outcomeText(story)).toBe('never closes: every poll repeats poll 1 (recv returns -1 WSAECONNRESET (10054), MG_IO_RESET)');
  });

  test.each(MONGOOSE.data.versions)('%s without TLS closes at once', (version) => expect(ending(version, 'plain', windows, 'select')).toBe(1));

  test.each(['7.0', '7.12', '7.17', '7.18', '7.21', '7.22'])('%s with OpenSSL closes at once', (version) => {
    expect(ending(version, 'openssl', windows, 'select')).toBe(1);
  });

  test('7.22 has no MG_IO_RESET, and closes', () => {
    const { polls } = storyOf('7.22', 'openssl', windows, 'select');
    expect(polls).toMatchObject([{ action: 'close', answer: { class: 'MG_IO_ERR' }, why: 'MG_IO_ERR, and no TLS bytes are buffered' }]);
  });

  test('a build on WSAPoll sees POLLERR', () => expect(ending('7.16', 'openssl', windows, 'poll')).toBe(1));
});

describe('Mongoose on Linux', () => {
  const linux = told('linux', { runs: [LINUX_RUN] });

  test('7.16 with select closes a poll late: after the end of the stream that follows', () => {
    const story = storyOf('7.16', 'openssl', linux, 'select');
    expect(story.outcome).toEqual({ end: 'closes', polls: 2 });
    expect(story.polls).toMatchObject([
      { n: 1, answer: { token: 'ECONNRESET', class: 'MG_IO_RESET' }, action: 'keep', why: expect.stringContaining('does not test for MG_IO_RESET') },
      { n: 2, answer: { token: 'eof', class: 'MG_IO_ERR' }, action: 'close', why: expect.stringContaining('no TLS bytes') },
    ]);
  });

  test.each([
    ['epoll', 'EPOLLERR'],
    ['poll', 'POLLERR'],
  ] as const)('7.16 with %s closes at once, and never calls recv', (io, bit) => {
    const { polls, outcome } = storyOf('7.16', 'openssl', linux, io);
    expect(outcome).toEqual({ end: 'closes', polls: 1 });
    expect(polls).toMatchObject([{ answer: undefined, why: expect.stringContaining(bit) }]);
  });

  test('before 7.8 readiness closes nothing: recv does', () => {
    expect(storyOf('7.7', 'openssl', linux, 'poll').polls).toMatchObject([{ answer: { token: 'ECONNRESET' }, action: 'close' }]);
  });

  test.each(MONGOOSE.data.versions)('%s without TLS closes at once', (version) => expect(ending(version, 'plain', linux, 'select')).toBe(1));

  test('what is expected of it tells the same as what was recorded', () => {
    const expected = told('linux');
    expect(expected).toMatchObject({ evidence: 'measured', source: 'platforms/expected/tcp/reset.json' });
    for (const io of ['select', 'poll', 'epoll'] as const)
      for (const version of MONGOOSE.data.versions.slice(8)) {
        expect([version, io, ending(version, 'openssl', expected, io)]).toEqual([version, io, ending(version, 'openssl', linux, io)]);
      }
  });
});

describe('Mongoose with an incomplete TLS record buffered', () => {
  const linux = told('linux');
  test.each([
    ['7.13', 'builtin', 'never'],
    ['7.14', 'builtin', 'never'],
    ['7.15', 'builtin', 3],
    ['7.16', 'builtin', 2],
    ['7.17', 'builtin', 1],
    ['7.21', 'builtin', 1],
    ['7.22', 'builtin', 'never'],
    // libssl and mbedTLS take the bytes into buffers of their own.
    ['7.14', 'openssl', 2],
    ['7.22', 'openssl', 1],
    ['7.22', 'mbedtls', 1],
  ] as const)('%s with %s: %s', (version, transport, end) => expect(ending(version, transport, linux, 'select', 3)).toBe(end));

  test('on Windows 7.22 with its own TLS never closes', () => expect(ending('7.22', 'builtin', told('windows'), 'select', 3)).toBe('never'));
  test('EPOLLERR closes it all the same', () => expect(ending('7.22', 'builtin', linux, 'epoll', 3)).toBe(1));
  test('7.14 on poll leaves it out of the call', () => expect(ending('7.14', 'builtin', linux, 'poll', 3)).toBe('never'));
});

describe('Mongoose in other scenarios', () => {
  test('recvs before the reset are history, which the policy is not asked about', () => {
    const trace = told('linux', { scenario: 'tcp/reset/idle-after-would-block' });
    expect(trace.history).toEqual(['EAGAIN']);
    const story = storyOf('7.16', 'openssl', trace, 'select');
    expect(story.polls[0]).toMatchObject({ n: 1, answer: { token: 'ECONNRESET' } });
    expect(story.outcome).toEqual({ end: 'closes', polls: 2 });
  });

  test('in the loop an empty socket, before the reset has arrived, does not count', () => {
    const early = recorded(LINUX, { [IDLE]: [[failed('EAGAIN', 11), failed('ECONNRESET', 104), received(0), received(0)]] });
    const story = storyOf('7.16', 'openssl', told('linux', { runs: [early] }), 'select');
    expect(story.polls[0]).toMatchObject({ n: 0, readiness: undefined, answer: { token: 'EAGAIN', class: 'MG_IO_WAIT' } });
    expect(story.outcome).toEqual({ end: 'closes', polls: 2 });
  });

  test('after a send it is not known what select and poll say: the socket is assumed to be readable', () => {
    const trace = told('windows', { scenario: 'tcp/fin/send-then-recv' });
    expect(trace).toMatchObject({ history: ['sent:8'], readiness: { poll: undefined, select: undefined } });
    const story = storyOf('7.16', 'openssl', trace, 'poll');
    expect(story.isReadinessKnown).toBe(false);
    expect(story.polls[0]?.readiness).toEqual({ io: 'poll', token: 'assumed readable', in: true, out: true, err: false, hup: false, except: false });
    expect(storyOf('7.16', 'openssl', told('windows'), 'poll').isReadinessKnown).toBe(true);
  });

  test('each of several possible traces is one, and says of how many', () => {
    const { traces } = platformTraces(NOTHING, { id: 'windows', name: 'windows' }, loopOf('tcp/reset/after-half-close'));
    expect(traces.map(({ answers, possible, repeats }) => [answers.map(({ token }) => token), possible, repeats])).toEqual([
      [['WSAECONNABORTED'], 2, true],
      [['WSAECONNRESET'], 2, true],
    ]);
  });

  test('where recv is not reached, or nothing is known, it says so', () => {
    const windows = { id: 'windows', name: 'windows' } as const;
    const accepted = platformTraces(NOTHING, windows, loopOf('tcp/accept/after-reset'));
    expect(accepted).toMatchObject({ missing: 'in 2 of 3 possible traces recv is never called', traces: [{ history: ['ok'] }] });
    expect(platformTraces(NOTHING, windows, loopOf('tcp/reset/zero-length-recv'))).toMatchObject({ traces: [], missing: expect.stringMatching(/^not known/) });
    expect(platformTraces(NOTHING, { id: 'linux', name: 'linux' }, loopOf('tcp/events/fin-with-unread'))).toEqual({
      traces: [],
      missing: 'there is no run and no expectation',
    });
  });

  test('data before the reset is read first, where the platform gives it', () => {
    const scenario = 'tcp/reset/unread-data';
    expect(ending('7.16', 'openssl', told('linux', { scenario }), 'select')).toBe(3);
    expect(ending('7.16', 'openssl', told('windows', { scenario }), 'select')).toBe('never');
  });

  test('an end of stream closes everywhere', () => {
    for (const platform of ['linux', 'windows'])
      for (const io of ['select', 'poll'] as const) {
        expect(ending('7.16', 'openssl', told(platform, { scenario: 'tcp/fin/idle' }), io)).toBe(1);
      }
  });

  test('a killed peer is ready as an end of stream on one system, as a reset on the other', () => {
    const scenario = 'tcp/reset/peer-killed';
    expect(told('linux', { scenario }).readiness.poll?.before).toBe('poll:IN|OUT');
    expect(told('windows', { scenario }).readiness.poll?.before).toBe('poll:OUT|ERR|HUP');
    expect(ending('7.16', 'openssl', told('windows', { scenario }), 'select')).toBe('never');
  });
});

describe('the loop of recv in a scenario', () => {
  test.each([
    ['all recvs', 'P reset; S recv ×5', [0, 5, true]],
    ['from the reset on', 'S recv; P reset; S recv ×5', [1, 6, true]],
    ['after sends', 'P close; S send 8; S recv ×4', [1, 5, false]],
    ['the last one, other calls after it', 'P shutdown write; S recv ×2; S send 8; P recv recorded; P reset; S recv ×3; S send 8', [4, 7, false]],
    ['without peeking', 'P reset; S peek 16 ×2; S recv ×2', [2, 4, false]],
    ['without recvs of no bytes', 'P reset; S recv 0 ×2; S recv 4 ×2', [2, 4, false]],
    ['of what accept returned', '(S listen); P connect; P reset; S accept; S recv 64 ×3', [1, 4, false]],
  ])('%s', (_, steps, [from, to, onlyRecvsBefore]) => expect(recvLoop({ id: 'tcp/x/y', steps })).toMatchObject({ from, to, onlyRecvsBefore }));

  test.each([
    ['tls/reset/idle', 'P reset; S SSL_read ×5', 'not-tcp'],
    ['tcp/x/y', 'P reset; S recv', 'no-loop'],
    ['tcp/x/y', 'P reset; S recv; S send 8; S recv', 'no-loop'],
    ['tcp/x/y', 'P reset; S recv 10 MSG_WAITALL ×3', 'no-loop'],
    ['tcp/x/y', '(S blocking); P reset; S recv ×2', 'blocking'],
    ['tcp/x/y', '(S shutdown read); S recv ×2', 'not-ended'],
  ])('%s: %s: %s', (id, steps, why) => expect(recvLoop({ id, steps })).toBe(why));

  test('there is one in each scenario whose recorded trace ends in recvs on a connection that is over', () => {
    const played = scenarios.flatMap((scenario) => (typeof recvLoop(scenario) === 'string' ? [] : [scenario.id]));
    expect(played).toEqual(expect.arrayContaining([IDLE, 'tcp/reset/send', 'tcp/reset/after-half-close', 'tcp/fin/send-then-recv', 'tcp/accept/after-reset']));
    expect(played.length).toBeGreaterThanOrEqual(23);
    for (const { run } of shippedRuns()) {
      for (const { id, traces } of run.scenarios.filter((line) => played.includes(line.id))) {
        const { from, to } = loopOf(id);
        for (const { observations } of traces)
          expect([id, ...observations.slice(from, to).map(({ call }) => call)]).toEqual([id, ...Array(to - from).fill('recv')]);
      }
    }
  });
});

describe('the data', () => {
  test('each version and transport has one, and one for readiness', () => {
    const { data } = MONGOOSE;
    for (const version of data.versions) {
      for (const transport of TRANSPORTS) {
        const ofVersion = { ...data, policies: data.policies.filter((one) => one !== closeDataFor(data, version, transport)) };
        expect([version, transport, closeDataFor(ofVersion, version, transport)]).toEqual([version, transport, undefined]);
        if (transport !== 'builtin') expect(closeDataFor(data, version, transport)).toBeDefined();
      }
      expect(buildOf(MONGOOSE, version, 'plain').io).toContain('select');
    }
  });

  test.each(['7', '7.23', '6.18', 'latest', '7.16.0', ''])('%j is no version', (version) =>
    expect(() => buildOf(MONGOOSE, version, 'plain')).toThrow(new PolicyError(`mongoose "${version}": unknown version; known are 7.0 to 7.22`)),
  );

  test('the stub in 7.12 is no TLS', () => expect(() => buildOf(MONGOOSE, '7.12', 'builtin')).toThrow(/came with 7\.13/));
});

describe('platforms', () => {
  const runs = [LINUX_RUN, WINE_10_RUN, WINE_8_RUN];
  test('those recorded, and Windows as documented', () => {
    expect(tracePlatforms({ runs }).map(({ name }) => name)).toEqual(['linux-6.18', 'windows', 'wine-8.0', 'wine-10.0']);
    expect(tracePlatforms(NOTHING).map(({ name }) => name)).toEqual(['linux', 'windows']);
  });

  test('a system stands for its newest recorded run, a version of Wine for what is documented of it', () => {
    const newer = recorded({ ...LINUX, name: 'linux-6.19' }, { [IDLE]: [[received(0), received(0)]] }, '2026-12-01T00:00:00.000Z');
    expect(platformsNamed({ runs: [newer, LINUX_RUN] }, 'linux')).toEqual([{ id: 'linux', name: 'linux-6.19' }]);
    expect(told('wine-8.2').answers.map(({ token }) => token)).toEqual(['eof']);
    expect(told('wine-9.0').answers.map(({ token }) => token)).toEqual(['WSAECONNRESET']);
    // Measured on Wine 8.0 and 10.0.
    expect([told('wine-8.0'), told('wine-8.2')].map(({ evidence }) => evidence)).toEqual(['measured', 'inferred']);
    expect(told('wine-8.0', { runs })).toMatchObject({ evidence: 'measured', count: { of: 1, trials: 1, recvs: 3 } });
  });

  test.each(['plan9', 'wine', 'linux-', 'wine-10', '../linux', ''])('%j: nothing is known of it', (name) =>
    expect(() => platformsNamed(NOTHING, name)).toThrow(PolicyError),
  );

  test('wine stands for each Wine that is recorded', () => {
    expect(platformsNamed({ runs }, 'wine').map(({ name }) => name)).toEqual(['wine-8.0', 'wine-10.0']);
  });

  test('traces of trials that differ are each played', () => {
    const run = recorded(WINE_10, {
      [IDLE]: [
        [reset, reset],
        [received(0), received(0)],
      ],
    });
    expect(
      platformTraces(knownFrom([run]), { id: 'wine', name: 'wine-10.0' }, loopOf(IDLE)).traces.map((trace) => ending('7.16', 'openssl', trace, 'select')),
    ).toEqual(['never', 1]);
  });

  test('a trace that does not repeat proves nothing', () => {
    const run = recorded(WINE_10, { [IDLE]: [[failed('WSAEWOULDBLOCK', 10035), reset]] });
    const { outcome } = storyOf('7.16', 'openssl', told('wine-10.0', { runs: [run] }), 'select');
    expect(outcome).toEqual({ end: 'unknown', why: 'the run recorded 2 calls, and the last two of them differ' });
  });

  test('a recv that never returned ends the trace', () => {
    const blocked: Observation = { on: 'S', call: 'recv', args: {}, ret: null, code: 0, token: 'blocked' };
    const run = recorded(WINE_10, { [IDLE]: [[reset, reset, blocked]] });
    expect(storyOf('7.16', 'openssl', told('wine-10.0', { runs: [run] }), 'select').outcome).toEqual({ end: 'unknown', why: 'the next recv never returned' });
  });
});

describe('play', () => {
  const windows = told('windows');
  const keep = (state: unknown, why = 'goes on') => ({ action: 'keep', why, state }) as const;
  const mine = (policy: Partial<Policy>): Policy => ({ name: 'mine', start: 0, poll: (state) => keep(state), ...policy });
  const run = (policy: Partial<Policy>, trace = windows) => play(mine(policy), undefined, trace, { codes, io: 'select' });

  test('a cycle of several polls is found as such', () => {
    const story = run({ poll: (state) => keep(state === 4 ? 2 : (state as number) + 1, `in ${state}`) });
    expect(story.outcome).toEqual({ end: 'never', from: 3, length: 3 });
    expect(story.polls.map(({ why }) => why)).toEqual(['in 0', 'in 1', 'in 2', 'in 3', 'in 4']);
    expect(outcomeText(story)).toMatch(/^never closes: polls 3 to 5 repeat forever/);
  });

  test('a policy that counts closes when it says so', () => {
    const policy = { poll: (state: unknown) => (state === 6 ? ({ action: 'close', why: 'the seventh', state } as const) : keep((state as number) + 1)) };
    expect(run(policy).outcome).toEqual({ end: 'closes', polls: 7 });
  });

  test('a policy may change its state in place: it has a copy', () => {
    const policy = {
      start: { n: 0 },
      poll: (state: unknown) => {
        const mine = state as { n: number };
        mine.n++;
        return mine.n === 3 ? ({ action: 'close', why: 'the third', state: mine } as const) : keep(mine);
      },
    };
    expect([run(policy).outcome, run(policy).outcome, policy.start]).toEqual([{ end: 'closes', polls: 3 }, { end: 'closes', polls: 3 }, { n: 0 }]);
  });

  test('a state that is ever new proves nothing', () => {
    expect(run({ poll: (state) => keep((state as number) + 1) }).outcome).toEqual({
      end: 'unknown',
      why: 'it did not close within 1000 polls, and the state was new in each poll',
    });
  });

  test('equal polls are one, and of very many the middle is left out', () => {
    const counts = run({ poll: (state) => keep((state as number) + 1) });
    expect(counts.polls).toMatchObject([{ n: 1, through: 1000, why: 'goes on' }]);
    expect(counts.leftOut).toBeUndefined();
    const linux = run({ poll: (state) => keep((state as number) + 1) }, told('linux'));
    expect(linux.polls.map(({ n, through, answer }) => [n, through, answer?.token])).toEqual([
      [1, 1, 'ECONNRESET'],
      [2, 1000, 'eof'],
    ]);
    const aloud = run({ poll: (state) => keep((state as number) + 1, `error ${state}`) });
    expect(aloud.polls.length).toBe(40);
    expect(aloud.leftOut).toEqual({ from: 31, through: 990 });
    expect(aloud.polls[30]).toMatchObject({ n: 991, why: 'error 990' });
  });

  test('a policy that keeps by readiness never comes to recv', () => {
    const { polls, outcome } = run({ ready: (state) => keep(state, 'waits') });
    expect(polls).toMatchObject([{ answer: undefined, why: 'waits' }]);
    expect(outcome).toEqual({ end: 'never', from: 1, length: 1 });
  });

  test('without a table the answer means what its code means', () => {
    run({
      poll: (state, { answer }) => {
        expect(answer).toEqual({ ret: -1, code: 10054, name: 'WSAECONNRESET', token: 'WSAECONNRESET', meaning: 'reset' });
        return keep(state);
      },
    });
  });

  let hidden = 0;
  test.each<[string, Partial<Policy> | Record<string, unknown>, RegExp]>([
    [
      'throws',
      {
        poll: () => {
          throw new TypeError('no');
        },
      },
      /^mine threw: TypeError: no$/,
    ],
    [
      'throws what is no error',
      {
        poll: () => {
          throw 'no';
        },
      },
      /^mine threw: no$/,
    ],
    ['returns nothing', { poll: () => undefined }, /^mine: poll returned nothing/],
    ['returns a promise', { poll: async (state: unknown) => keep(state) }, /^mine returned a promise/],
    ['returns a text', { poll: () => 'close' }, /^mine returned "close"; it must return \{ action, why, state \}$/],
    ['returns null', { poll: () => null }, /^mine returned null/],
    ['knows another action', { poll: (state: unknown) => ({ action: 'wait', why: '', state }) }, /^mine: action is "wait"; it must be 'close' or 'keep'$/],
    ['gives no reason', { poll: (state: unknown) => ({ action: 'keep', state }) }, /^mine: why is missing/],
    ['gives a very long one', { poll: (state: unknown) => keep(state, 'x'.repeat(501)) }, /^mine: why is a string of 501 characters/],
    ['keeps a Map', { poll: () => keep({ seen: new Map() }) }, /^mine: state contains a Map: a state must be plain JSON$/],
    ['keeps NaN', { poll: () => keep([Number.NaN]) }, /^mine: state contains NaN/],
    ['keeps a bigint', { poll: () => keep(1n) }, /^mine: state contains a bigint/],
    ['keeps a function', { poll: () => keep(() => 1) }, /^mine: state contains a function/],
    [
      'keeps a circle',
      {
        poll: () => {
          const circle: unknown[] = [];
          circle.push(circle);
          return keep(circle);
        },
      },
      /^mine: state contains more than 50 levels/,
    ],
    ['keeps very much', { poll: () => keep('x'.repeat(100_001)) }, /^mine: state is longer than 100000 characters/],
    [
      'changes what it is told',
      {
        poll: (state: unknown, seen: unknown) => {
          (seen as { answer: unknown }).answer = 1;
          return keep(state);
        },
      },
      /^mine threw: TypeError/,
    ],
    [
      'asks chance',
      { poll: (state: unknown) => keep(state, String(Math.random())) },
      /^mine is not pure: in the same state, 1 polls later, its decision was different/,
    ],
    [
      'counts where nobody sees it',
      { poll: (state: unknown) => (++hidden > 50 ? { action: 'close', why: 'now', state } : keep(state)) },
      /^mine is not pure: in the same state, \d+ polls later, its decision was different/,
    ],
  ])('a policy that %s is refused', (_, policy, message) => {
    expect(() => run(policy as Partial<Policy>)).toThrow(PolicyError);
    hidden = 0;
    expect(() => run(policy as Partial<Policy>)).toThrow(message);
  });
});

describe('the matrix', () => {
  const runs = [LINUX_RUN, WINE_10_RUN];
  const matrix = closeMatrix(MONGOOSE, knownFrom(runs), { platforms: tracePlatforms({ runs }), loop: loopOf(IDLE) });
  const short = (cell: MatrixCell) => (cell.end === 'closes' ? cell.polls : cell.end === 'no-build' ? '–' : cell.end === 'unknown' ? '?' : cell.end);
  const rows = (transport: Transport, bufferedTlsBytes = 0) =>
    Object.fromEntries(
      (matrix.sections.find((section) => section.transport === transport && section.bufferedTlsBytes === bufferedTlsBytes)?.rows ?? []).map(
        ({ versions, cells }) => [versions.length === 1 ? versions[0] : `${versions[0]}–${versions.at(-1)}`, cells.map(short).join(' ')],
      ),
    );

  test('has a column for each platform and method', () => {
    expect(matrix.columns.map(({ platform, io }) => `${platform} ${io}`)).toEqual([
      'linux-6.18 select',
      'linux-6.18 poll',
      'linux-6.18 epoll',
      'windows select',
      'windows poll',
      'wine-10.0 select',
      'wine-10.0 poll',
    ]);
  });

  test('tells every version of TLS by OpenSSL', () => {
    expect(rows('openssl')).toEqual({
      '7.0–7.7': '1 1 – 1 ? 1 ?',
      '7.8–7.12': '1 1 1 1 1 1 1',
      '7.13–7.16': '2 1 1 never 1 never 1',
      '7.17–7.22': '1 1 1 1 1 1 1',
    });
  });

  test('never leaked without TLS', () => expect(Object.values(rows('plain')).join(' ')).not.toContain('never'));

  test('of a platform with several possible traces says each end', () => {
    const [windows] = platformsNamed(NOTHING, 'windows');
    const { sections } = closeMatrix(MONGOOSE, NOTHING, {
      platforms: [windows as TracePlatform],
      loop: loopOf('tcp/reset/after-half-close'),
      transport: 'openssl',
      io: 'select',
    });
    expect(sections.map(({ transport }) => transport)).toEqual(['openssl']);
    expect(sections[0]?.rows.find(({ versions }) => versions.includes('7.16'))?.cells).toEqual([
      { end: 'several', ends: [expect.objectContaining({ end: 'closes' }), { end: 'never', from: 1, length: 1 }] },
    ]);
  });

  test('tells what an incomplete record changes', () => {
    expect(rows('builtin', 3)).toEqual({
      '7.0–7.12': '– – – – – – –',
      '7.13–7.14': 'never never 1 never never never never',
      '7.15': '3 ? 1 never ? never ?',
      '7.16': '2 ? 1 never ? never ?',
      '7.17–7.21': '1 ? 1 1 ? 1 ?',
      '7.22': 'never ? 1 never ? never ?',
    });
  });
});

import { describe, expect, test } from 'vitest';
import { mongooseBuild, mongooseVersions } from '../../classification/policies/mongoose.ts';
import { apiOf, PLAYABLE, type PlatformTrace, platformNamed, platformTraces, tracePlatforms } from '../../classification/policies/platform-trace.ts';
import { play, type Story } from '../../classification/policies/play.ts';
import { type Io, type Policy, PolicyError } from '../../classification/policies/policy.ts';
import { ruleFor, rulesOf, TRANSPORTS, type Transport } from '../../classification/policies/rules.ts';
import type { Platform } from '../../platforms/platform.ts';
import { mongooseMatrix } from '../../report/close/matrix.ts';
import { outcomeText } from '../../report/close/words.ts';
import { judge } from '../../results/judge.ts';
import { footerOf, headerOf } from '../../results/lines.ts';
import type { Recorded } from '../../results/recorded.ts';
import type { Observation } from '../../results/schema.ts';
import { scenarios } from '../../suites/index.ts';
import { failed, LINUX, measured, received, WINE_8 } from '../fixtures/index.ts';

const IDLE = 'tcp/reset/idle';

function readiness(call: 'poll' | 'select', bits: string): Observation {
  return { on: 'S', call, args: {}, ret: 1, code: 0, out: {}, token: `${call}:${bits}` };
}

/** A recorded run of a platform, by scenario. */
function recorded(platform: Platform, traces: Record<string, (readonly Observation[])[]>, started = '2026-11-22T12:00:00.000Z'): Recorded {
  const lines = Object.entries(traces).map(([id, observed]) => judge(platform, measured(id, ...observed)));
  return {
    run: { header: headerOf(platform, new Date(started)), scenarios: lines, timings: [], footer: footerOf(lines, false, 1) },
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

function told(name: string, { runs = [] as Recorded[], scenario = IDLE } = {}): PlatformTrace {
  return platformTraces(runs, platformNamed(runs, name), scenario)[0] as PlatformTrace;
}

function storyOf(version: string, transport: Transport, trace: PlatformTrace, io: Io, bufferedTlsBytes = 0): Story {
  const { policy, table } = mongooseBuild(version, transport);
  return play(policy as Policy, table(apiOf(trace.platform)), trace, { io, bufferedTlsBytes });
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
    expect(outcomeText(story)).toBe(
      'never closes: poll 1 comes again and again (recv returns -1 WSAECONNRESET (10054), MG_IO_RESET), in the same state each time',
    );
  });

  test.each(mongooseVersions())('%s without TLS closes at once', (version) => expect(ending(version, 'plain', windows, 'select')).toBe(1));

  test.each(['7.0', '7.12', '7.17', '7.18', '7.21', '7.22'])('%s with OpenSSL closes at once', (version) => {
    expect(ending(version, 'openssl', windows, 'select')).toBe(1);
  });

  test('7.22 has no MG_IO_RESET, and closes', () => {
    const { polls } = storyOf('7.22', 'openssl', windows, 'select');
    expect(polls).toMatchObject([{ action: 'close', answer: { class: 'MG_IO_ERR' }, why: 'MG_IO_ERR, and no TLS bytes are left' }]);
  });

  test('a build on WSAPoll sees POLLERR', () => expect(ending('7.16', 'openssl', windows, 'poll')).toBe(1));
});

describe('Mongoose on Linux', () => {
  const linux = told('linux', { runs: [LINUX_RUN] });

  test('7.16 with select closes a poll late: after the end of the stream that follows', () => {
    const story = storyOf('7.16', 'openssl', linux, 'select');
    expect(story.outcome).toEqual({ end: 'closes', polls: 2 });
    expect(story.polls).toMatchObject([
      { n: 1, answer: { token: 'ECONNRESET', class: 'MG_IO_RESET' }, action: 'keep', why: expect.stringContaining('not tested for') },
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

  test.each(mongooseVersions())('%s without TLS closes at once', (version) => expect(ending(version, 'plain', linux, 'select')).toBe(1));

  test('what is expected of it tells the same as what was recorded', () => {
    const expected = told('linux');
    expect(expected).toMatchObject({ evidence: 'measured', source: 'platforms/linux/expected.json' });
    for (const io of ['select', 'poll', 'epoll'] as const)
      for (const version of mongooseVersions().slice(8)) {
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
  test('an empty socket before the reset does not count', () => {
    const story = storyOf('7.16', 'openssl', told('linux', { scenario: 'tcp/reset/idle-after-would-block' }), 'select');
    expect(story.polls[0]).toMatchObject({ n: 0, readiness: undefined, answer: { token: 'EAGAIN', class: 'MG_IO_WAIT' } });
    expect(story.outcome).toEqual({ end: 'closes', polls: 2 });
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

  test('every scenario that can be played is one', () => {
    const ids = scenarios.map(({ id }) => id);
    for (const [id, events] of Object.entries(PLAYABLE)) {
      expect(ids).toContain(id);
      for (const event of events) expect(ids).toEqual(expect.arrayContaining([`${event}/poll`, `${event}/select`]));
    }
  });
});

describe('the rules', () => {
  test('each version and transport has one, and one for readiness', () => {
    const rules = rulesOf('mongoose');
    for (const version of rules.versions) {
      for (const transport of TRANSPORTS) {
        const ofVersion = { ...rules, policies: rules.policies.filter((rule) => rule !== ruleFor(rules, version, transport)) };
        expect([version, transport, ruleFor(ofVersion, version, transport)]).toEqual([version, transport, undefined]);
        if (transport !== 'builtin') expect(ruleFor(rules, version, transport)).toBeDefined();
      }
      expect(mongooseBuild(version, 'plain').io).toContain('select');
    }
  });

  test.each(['7', '7.23', '6.18', 'latest', '7.16.0', ''])('%j is no version', (version) =>
    expect(() => mongooseBuild(version, 'plain')).toThrow(new PolicyError(`mongoose "${version}": known are 7.0 to 7.22, as major.minor`)),
  );

  test('the stub in 7.12 is no TLS', () => expect(() => mongooseBuild('7.12', 'builtin')).toThrow(/came with 7\.13/));
});

describe('platforms', () => {
  const runs = [LINUX_RUN, WINE_10_RUN, WINE_8_RUN];
  test('those recorded, and Windows as documented', () => {
    expect(tracePlatforms(runs).map(({ name }) => name)).toEqual(['linux-6.18', 'windows', 'wine-8.0', 'wine-10.0']);
    expect(tracePlatforms([]).map(({ name }) => name)).toEqual(['linux', 'windows']);
  });

  test('a system stands for its newest recorded run, a version of Wine for what is documented of it', () => {
    const newer = recorded({ ...LINUX, name: 'linux-6.19' }, { [IDLE]: [[received(0), received(0)]] }, '2026-12-01T00:00:00.000Z');
    expect(platformNamed([newer, LINUX_RUN], 'linux').name).toBe('linux-6.19');
    expect(told('wine-8.2').answers.map(({ token }) => token)).toEqual(['eof']);
    expect(told('wine-9.0').answers.map(({ token }) => token)).toEqual(['WSAECONNRESET']);
    expect(told('wine-8.0', { runs })).toMatchObject({ evidence: 'measured', count: { of: 1, trials: 1, recvs: 3 } });
  });

  test.each(['plan9', 'wine', 'linux-', 'wine-10', '../linux', ''])('%j: nothing is known of it', (name) =>
    expect(() => platformNamed([], name)).toThrow(PolicyError),
  );

  test('traces of trials that differ are each played', () => {
    const run = recorded(WINE_10, {
      [IDLE]: [
        [reset, reset],
        [received(0), received(0)],
      ],
    });
    expect(platformTraces([run], { id: 'wine', name: 'wine-10.0' }, IDLE).map((trace) => ending('7.16', 'openssl', trace, 'select'))).toEqual(['never', 1]);
  });

  test('a trace that does not repeat proves nothing', () => {
    const run = recorded(WINE_10, { [IDLE]: [[failed('WSAEWOULDBLOCK', 10035), reset]] });
    const { outcome } = storyOf('7.16', 'openssl', told('wine-10.0', { runs: [run] }), 'select');
    expect(outcome).toEqual({ end: 'undecided', why: 'the run recorded 2 calls, the last two of which differ' });
  });

  test('a recv that never returned ends the trace', () => {
    const blocked: Observation = { on: 'S', call: 'recv', args: {}, ret: null, code: 0, token: 'blocked' };
    const run = recorded(WINE_10, { [IDLE]: [[reset, reset, blocked]] });
    expect(storyOf('7.16', 'openssl', told('wine-10.0', { runs: [run] }), 'select').outcome).toEqual({ end: 'undecided', why: 'the next recv never returned' });
  });

  test('a scenario that is no loop of recv is refused by name', () => {
    expect(() => told('linux', { scenario: 'tcp/reset/send' })).toThrow(/no scenario that a loop of recv can be played over; choose among tcp\/reset\/idle/);
  });
});

describe('play', () => {
  const windows = told('windows');
  const keep = (state: unknown, why = 'goes on') => ({ action: 'keep', why, state }) as const;
  const mine = (policy: Partial<Policy>): Policy => ({ name: 'mine', start: 0, poll: (state) => keep(state), ...policy });
  const run = (policy: Partial<Policy>, trace = windows) => play(mine(policy), undefined, trace, { io: 'select' });

  test('a cycle of several polls is found as such', () => {
    const story = run({ poll: (state) => keep(state === 4 ? 2 : (state as number) + 1, `in ${state}`) });
    expect(story.outcome).toEqual({ end: 'never', from: 3, length: 3 });
    expect(story.polls.map(({ why }) => why)).toEqual(['in 0', 'in 1', 'in 2', 'in 3', 'in 4']);
    expect(outcomeText(story)).toMatch(/^never closes: polls 3 to 5 come again and again/);
  });

  test('a policy that counts closes when it says so', () => {
    const policy = { poll: (state: unknown) => (state === 6 ? ({ action: 'close', why: 'the seventh', state } as const) : keep((state as number) + 1)) };
    expect(run(policy).outcome).toEqual({ end: 'closes', polls: 7 });
  });

  test('a state that is ever new proves nothing', () => {
    expect(run({ poll: (state) => keep((state as number) + 1) }).outcome).toEqual({ end: 'undecided', why: 'its state is still a new one after 10000 polls' });
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
    ['returns a text', { poll: () => 'close' }, /^mine returned "close"; \{ action, why, state \} is wanted$/],
    ['returns null', { poll: () => null }, /^mine returned null/],
    ['knows another action', { poll: (state: unknown) => ({ action: 'wait', why: '', state }) }, /^mine: action is "wait"; 'close' or 'keep' is wanted$/],
    ['gives no reason', { poll: (state: unknown) => ({ action: 'keep', state }) }, /^mine: why is missing/],
    ['gives a very long one', { poll: (state: unknown) => keep(state, 'x'.repeat(501)) }, /^mine: why is a text of 501 characters/],
    ['keeps a Map', { poll: () => keep({ seen: new Map() }) }, /^mine: state holds a Map: only plain JSON/],
    ['keeps NaN', { poll: () => keep([Number.NaN]) }, /^mine: state holds NaN/],
    ['keeps a bigint', { poll: () => keep(1n) }, /^mine: state holds a bigint/],
    ['keeps a function', { poll: () => keep(() => 1) }, /^mine: state holds a function/],
    [
      'keeps a circle',
      {
        poll: () => {
          const circle: unknown[] = [];
          circle.push(circle);
          return keep(circle);
        },
      },
      /^mine: state holds more than 50 levels/,
    ],
    ['keeps very much', { poll: () => keep('x'.repeat(100_001)) }, /^mine: state is longer than 100000 characters/],
    [
      'changes its state in place',
      {
        start: { n: 0 },
        poll: (state: unknown) => {
          (state as { n: number }).n++;
          return keep(state);
        },
      },
      /^mine threw: TypeError: Cannot assign to read only property/,
    ],
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
    ['asks chance', { poll: (state: unknown) => keep(state, String(Math.random())) }, /^mine is not pure: asked the same twice/],
    [
      'counts where nobody sees it',
      { poll: (state: unknown) => (++hidden > 50 ? { action: 'close', why: 'now', state } : keep(state)) },
      /^mine is not pure: in the same state it did another thing \d+ polls later/,
    ],
  ])('a policy that %s is refused', (_, policy, message) => {
    expect(() => run(policy as Partial<Policy>)).toThrow(PolicyError);
    hidden = 0;
    expect(() => run(policy as Partial<Policy>)).toThrow(message);
  });
});

describe('the matrix', () => {
  const matrix = mongooseMatrix([LINUX_RUN, WINE_10_RUN]);
  const rows = (transport: Transport, bufferedTlsBytes = 0) =>
    Object.fromEntries(
      (matrix.sections.find((section) => section.transport === transport && section.bufferedTlsBytes === bufferedTlsBytes)?.rows ?? []).map(
        ({ versions, cells }) => [versions, cells.join(' ')],
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

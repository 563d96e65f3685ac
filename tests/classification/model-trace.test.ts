import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildOf } from '../../classification/policies/build.ts';
import { knownFrom } from '../../classification/policies/known.ts';
import { policiesOf } from '../../classification/policies/libraries.ts';
import { modelTraces } from '../../classification/policies/model-trace.ts';
import { type PlatformTraces, platformsNamed, platformTraces, type TracePlatform } from '../../classification/policies/platform-trace.ts';
import { play, type Story } from '../../classification/policies/play.ts';
import type { Policy } from '../../classification/policies/policy.ts';
import { loopAfter, type RecvLoop, recvLoop, type SequenceLoop } from '../../classification/policies/recv-loop.ts';
import { apiOf } from '../../language/code.ts';
import { parseBeginning, parseSteps } from '../../language/parse-steps.ts';
import { predict } from '../../language/predict.ts';
import { printStep, printSteps, stepByStep } from '../../language/steps.ts';
import { codes } from '../../platforms/codes.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import { shippedRuns } from '../../results/recorded.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { stories as scenarios } from '../../suites/index.ts';

const MONGOOSE = policiesOf('mongoose');
const PLATFORMS = MODEL_NAMES.map((name): TracePlatform => ({ id: name === 'linux' || name === 'windows' ? name : 'wine', name }));

function loopOf(steps: string): SequenceLoop {
  const loop = loopAfter(parseBeginning(steps));
  if (typeof loop === 'string') throw new Error(`${steps} has no loop: ${loop}`);
  return loop;
}

function tracesOf(name: string, steps: string, io: 'select' | 'poll' = 'select'): PlatformTraces {
  const platform = PLATFORMS.find((one) => one.name === name) as TracePlatform;
  return modelTraces(codes, modelOf(name) as NonNullable<ReturnType<typeof modelOf>>, platform, loopOf(steps), io);
}

const tokens = ({ traces }: PlatformTraces) => traces.map(({ answers, repeats }) => `${answers.map(({ token }) => token).join(' ')}${repeats ? '…' : ''}`);

describe('the loop after a sequence', () => {
  test.each([
    ['P reset', 'P reset', 0],
    ['P send 10; P reset; S recv ×2', 'P send 10; P reset', 2],
    ['P send 10; P reset; S recv 4; S recv', 'P send 10; P reset', 2],
    ['S recv ×2; P reset', 'S recv; S recv; P reset', 0],
    ['S recv; P reset; S recv', 'S recv; P reset', 1],
    ['P reset; S recv; S so_error', 'P reset; S recv; S so_error', 0],
    ['P reset; S recv; (S send 5)', 'P reset; S recv; (S send 5)', 0],
    ['P reset; S recv; S peek; S recv', 'P reset; S recv; S peek', 1],
    ['P reset; S recv 0; S recv', 'P reset; S recv 0', 1],
    ['P reset; S recv; S recv &; S recv', 'P reset; S recv; S recv &', 1],
    ['tcp6: P kill; S recv', 'tcp6: P kill', 1],
  ])('of %j begins after %j, with %i recvs of its own', (steps, history, begun) => {
    const loop = loopOf(steps);
    expect([printSteps(loop.history), loop.begun.length]).toEqual([history, begun]);
  });

  test('is the one that recvLoop finds where the scenario ends with it', () => {
    for (const { id, steps } of scenarios) {
      const loop = recvLoop({ id, steps });
      if (typeof loop === 'string' || loop.to < loop.calls) continue;
      expect([id, loopOf(steps).begun.length]).toEqual([id, loop.to - loop.from]);
    }
  });

  test.each([
    ['udp: P send 5; P close', 'not-tcp'],
    ['unix: P close', 'not-tcp'],
    ['(S blocking); P reset', 'blocking'],
    ['P reset; S close', 'closed'],
    ['P send 5', 'not-ended'],
    ['P shutdown write', 'not-ended'],
  ])('%j has none: %s', (steps, why) => expect(loopAfter(parseBeginning(steps))).toBe(why));
});

describe('what a model says of it', () => {
  test('answers until they repeat, and before each the readiness', () => {
    expect(tracesOf('linux', 'P send 10; P reset').traces).toMatchObject([
      {
        scenario: 'P send 10; P reset',
        evidence: 'measured',
        source: 'the model of linux',
        isPredicted: true,
        history: [],
        answers: [{ ret: 10 }, { name: 'ECONNRESET' }, { ret: 0 }],
        repeats: true,
        readinessBefore: ['select:rw-', 'select:rw-', 'select:rw-'],
      },
    ]);
    expect(tokens(tracesOf('windows', 'P send 10; P reset'))).toEqual(['WSAECONNRESET…']);
    expect(tracesOf('windows', 'P send 10; P reset').traces[0]?.evidence).toBe('reported');
  });

  test('after sends too: what comes before is history', () => {
    const { traces } = tracesOf('linux', 'P close; S send 8; S so_error', 'poll');
    expect(traces).toMatchObject([{ history: ['sent:8', 'so_error:EPIPE'], answers: [{ ret: 0 }], readinessBefore: [expect.stringMatching(/^poll:IN/)] }]);
  });

  test('each trace that is possible', () => {
    const found = tracesOf('windows', 'P close; S send 8; S send 8');
    expect(tokens(found)).toEqual(['WSAECONNABORTED…', 'WSAECONNRESET…']);
    expect(found.traces.map(({ possible }) => possible)).toEqual([2, 2]);
  });

  test('short reads, and the recvs that the sequence has', () => {
    expect(tokens(tracesOf('linux', 'P send 10; P reset; S recv 4'))).toEqual(['data:4 data:6 ECONNRESET eof…']);
  });

  test('nothing where it does not cover what comes before, or recv is never called, with the reason', () => {
    expect(tracesOf('linux', 'S fill; P reset')).toEqual({
      traces: [],
      missing: 'the model says nothing from "S fill" on: how much fits into full buffers is not modelled',
    });
    expect(tracesOf('linux', '(S listen); S accept; P connect; P reset')).toEqual({ traces: [], missing: 'recv is never called' });
  });

  test('the readiness calls in between change no answer: they are those of …; S recv ×N', () => {
    for (const { history, begun } of randomLoops(300)) {
      for (const { name } of PLATFORMS) {
        const model = modelOf(name) as NonNullable<ReturnType<typeof modelOf>>;
        const loop = parseSteps(`${printSteps(history)}; ${[...begun.map(printStep), 'S recv ×6'].join('; ')}`);
        const answers = (traces: readonly { trace: readonly string[] }[]) => [
          ...new Set(traces.map(({ trace }) => trace.filter((token) => !/^(poll|select):/.test(token)).join(' '))),
        ];
        const alone = predict(model, loop);
        if (alone.uncovered !== undefined) continue;
        for (const verb of ['poll', 'select'] as const) {
          const between = stepByStep(loop).flatMap((step, i) =>
            i < history.steps.length ? [step] : [{ actor: 'S' as const, verb, count: 1, settles: true, recorded: true }, step],
          );
          const both = predict(model, { ...loop, steps: between });
          if (both.uncovered === undefined)
            expect([printSteps(loop), name, verb, answers(both.traces).sort()]).toEqual([printSteps(loop), name, verb, answers(alone.traces).sort()]);
        }
      }
    }
  });

  test('what repeats does: the model says the same after many more recvs', () => {
    for (const loop of randomLoops(150)) {
      for (const platform of PLATFORMS) {
        const model = modelOf(platform.name) as NonNullable<ReturnType<typeof modelOf>>;
        const { traces } = modelTraces(codes, model, platform, loop, 'select');
        if (traces.length !== 1 || traces[0]?.repeats !== true) continue;
        const { trace } = predict(model, parseSteps(`${printSteps(loop.history)}; ${[...loop.begun.map(printStep), 'S recv ×300'].join('; ')}`)).traces[0] as {
          trace: readonly string[];
        };
        expect([loop.steps, platform.name, trace.at(-1)]).toEqual([loop.steps, platform.name, traces[0].answers.at(-1)?.token]);
      }
    }
  });
});

/** Random sequences that have such a loop. */
function randomLoops(many: number): SequenceLoop[] {
  return fc
    .sample(randomSteps(['tcp']), { seed: 1, numRuns: many * 4 })
    .map(loopAfter)
    .filter((loop) => typeof loop !== 'string')
    .slice(0, many);
}

describe('a policy ends in it as over the recorded trace', () => {
  const known = knownFrom(shippedRuns());
  const recorded = ['linux', 'wine-8.0', 'wine-10.0'].flatMap((name) => platformsNamed(known, name).map((platform) => ({ name, platform })));
  const played = scenarios.flatMap((scenario) => {
    const loop = recvLoop(scenario);
    return typeof loop === 'string' || loop.to < loop.calls || scenario.id.includes('without-settle') ? [] : [{ ...scenario, loop }];
  });

  test.each(['plain', 'openssl'] as const)('Mongoose 7.16, %s', (tls) => {
    const { policy, table } = buildOf(MONGOOSE, '7.16', tls);
    const compared = new Set<string>();
    for (const { id, steps, loop } of played) {
      for (const { name, platform } of recorded) {
        const own = tryTraces(name, steps);
        if (own === undefined || own.traces.length === 0) continue;
        const ends = (found: PlatformTraces) =>
          [...new Set(found.traces.map((trace) => endOf(play(policy as Policy, table(apiOf(platform)), trace, { codes, io: 'select' }))))].sort();
        const told = platformTraces(known, platform, loop as RecvLoop);
        if (told.traces.length === 0) continue;
        expect([id, name, ends(own)]).toEqual([id, name, ends(told)]);
        compared.add(id);
      }
    }
    expect(compared.size).toBeGreaterThan(10);
  });

  function tryTraces(name: string, steps: string): PlatformTraces | undefined {
    try {
      return tracesOf(name, steps);
    } catch {
      return undefined;
    }
  }

  const endOf = ({ outcome }: Story) => (outcome.end === 'closes' ? String(outcome.polls) : outcome.end);
});

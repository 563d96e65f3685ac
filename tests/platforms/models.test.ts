import { describe, expect, test } from 'vitest';
import { type Model, rulesIn, without } from '../../language/model.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { type Prediction, predict } from '../../language/predict.ts';
import type { Sequence } from '../../language/steps.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { matchesPattern } from '../../language/trace.ts';
import { codeNamed } from '../../platforms/codes.ts';
import { expectationFor, NEWEST, patternsOf, type Versions } from '../../platforms/expectation.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import { stories as scenarios } from '../../suites/index.ts';
import { KINDS, sequencesOf } from '../fixtures/sequences.ts';

/** The scenarios whose steps can be written, until the suites say them. */
const STEPS: Readonly<Record<string, string>> = {
  'tcp/idle/recv': 'S recv ×2',
  'tcp/reset/idle': 'P reset; S recv ×5',
  'tcp/reset/idle?family=inet6': 'tcp6: P reset; S recv ×5',
  'tcp/reset/idle-after-would-block': 'S recv; P reset; S recv ×5',
  'tcp/reset/idle-without-settle': 'S recv; P reset~; S recv ×5',
  'tcp/reset/unread-data': 'P send 10; P reset; S recv ×5',
  'tcp/reset/unread-data-small-reads': 'P send 10; P reset; S recv 4 ×6',
  'tcp/reset/close-with-unread': '(S send 10); P close; S recv ×5',
  'tcp/reset/close-with-unread-after-data': '(S send 10); P send 5; P close; S recv ×5',
  'tcp/reset/send': 'P reset; S send 8 ×3; S recv ×3',
  'tcp/reset/so-error': 'P reset; S so_error ×2; S recv ×3',
  'tcp/reset/recv-then-so-error': 'P reset; S recv; S so_error',
  'tcp/reset/peek': 'P reset; S peek 16 ×2; S recv ×2',
  'tcp/reset/zero-length-recv': 'P reset; S recv 0 ×2; S recv ×2',
  'tcp/reset/poll': 'P reset; S poll; S recv; S poll',
  'tcp/reset/select': 'P reset; S select; S recv',
  'tcp/reset/after-half-close': 'P shutdown write; S recv ×2; S send 8; P recv recorded; P reset; S recv ×3; S send 8',
  'tcp/reset/waitall-partial': '(S blocking); P send 5; P reset; S recv 10 MSG_WAITALL ×3',
  'tcp/reset/full-send-buffer': 'S fill; P reset; S send 8 ×2; S recv 64 ×2',
  'tcp/reset/peer-killed': 'P kill; S recv ×3',
  'tcp/reset/peer-killed-with-unread': '(S send 10); P kill; S recv ×3',
  'tcp/reset/blocked-recv': '(S blocking); S recv &; P reset; S recv ×2',
  'tcp/fin/idle': 'P close; S recv ×4',
  'tcp/fin/unread-data': 'P send 10; P close; S recv ×4',
  'tcp/fin/send-then-recv': 'P close; S send 8; S recv ×4',
  'tcp/fin/send-then-send': 'P close; S send 8; S send 8 ×3; S recv ×2',
  'tcp/fin/unread-data-send-then-recv': 'P send 5; P close; S send 8; S recv ×4',
  'tcp/fin/poll': 'P close; S poll; S recv; S poll',
  'tcp/fin/select': 'P close; S select',
  'tcp/fin/waitall-partial': '(S blocking); P send 5; P shutdown write; S recv 10 MSG_WAITALL ×3',
  'tcp/accept/after-reset': '(S listen); P connect; P reset; S accept; S recv 64 ×3',
  'tcp/accept/nothing-pending': '(S listen); S accept',
  'tcp/connect/refused': '(S socket); (S blocking); S connect refused; S so_error; S recv 16',
  'tcp/connect/refused-nonblocking': '(S socket); S connect refused; S poll; S so_error ×2; S recv 16 ×2',
  'tcp/connect/already-connected': 'S connect',
  'tcp/shutdown/own-read': '(S shutdown read); S recv ×2; P send 5; S recv ×2',
  'tcp/shutdown/own-write': '(S shutdown write); S send 8 ×2; S recv',
  'tcp/shutdown/own-both': '(S shutdown both); S recv; S send 8',
  'tcp/state/unconnected': '(S socket); S recv ×2; S send 8',
  'tcp/state/listening': '(S listen); S recv; S send 8',
  'tcp/state/listening-blocking': '(S listen); (S blocking); S recv',
  'tcp/state/closed-handle': '(S close); S recv',
  'tcp/timeout/receive': '(S blocking); (S rcvtimeo 100); S recv 16',
  'tcp/args/null-buffer': 'P send 10; S recv 10 NULL; S recv',
  'tcp/args/zero-length-recv': 'S recv 0; P send 10; S recv 0; S recv',
  'tcp/args/oob-none': 'S recv 16 MSG_OOB',
  'udp/datagram/truncated': 'udp: P send 100; P send 0; S recv 10 ×3',
  'udp/unreachable/unconnected': 'udp: P close; (S send 4); S recv 64 ×3',
  'udp/unreachable/connected-recv': 'udp: (S connect refused); S send 4; S recv 64 ×3',
  'udp/unreachable/connected-send': 'udp: (S connect refused); S send 4; S send 4 ×3',
  'unix/fin/idle': 'unix: P close; S recv 64 ×3; S send 4',
  'unix/reset/close-with-unread': 'unix: (S send 10); P close; S recv 64 ×3; S send 4',
};

const VERSIONS: Readonly<Record<string, Versions>> = {
  linux: NEWEST.linux,
  windows: NEWEST.windows,
  'wine-8.0': { id: 'wine', wine: '8.0' },
  'wine-10.0': { id: 'wine', wine: '10.0' },
};

/** What no model covers, and why. */
const UNCOVERED: Readonly<Record<string, RegExp>> = {
  'tcp/reset/full-send-buffer': /buffers/,
  'tcp/reset/blocked-recv': /waits while/,
  'tcp/args/null-buffer': /no buffer/,
  'tcp/args/oob-none': /urgent/,
};

test('every scenario on a socket that steps can say is among them', () => {
  const ofSteps = scenarios.map(({ id }) => id).filter((id) => !/^tls|^tcp\/(overlapped|iocp|events|acceptex|connectex)|connreset/.test(id));
  expect(Object.keys(STEPS).sort()).toEqual(ofSteps.sort());
});

describe.each(Object.entries(VERSIONS))('%s', (name, versions) => {
  const model = modelOf(name);
  if (model === undefined) throw new Error(name);

  test.each(Object.entries(STEPS))('%s: the model and the expectation agree', (id, steps) => {
    const { traces, uncovered } = predict(model, parseSteps(steps));
    if (UNCOVERED[id] !== undefined) expect(uncovered?.why).toMatch(UNCOVERED[id]);
    if (uncovered !== undefined) return;
    const found = expectationFor(versions, id);
    const patterns = found === undefined ? [] : patternsOf(found.expectation);
    if (patterns.length === 0) return;
    const predicted = traces.map(({ trace }) => trace);
    // Each allows what the other does.
    expect(predicted.filter((trace) => !patterns.some((pattern) => matchesPattern(pattern, trace)))).toEqual([]);
    expect(patterns.filter((pattern) => !predicted.some((trace) => matchesPattern(pattern, trace)))).toEqual([]);
  });

  test('each rule has a name of its own, and each answer a source', () => {
    const names = rulesIn(model).flatMap((rule) => [rule.name, ...('either' in rule ? rule.either.map((one) => one.name) : [])]);
    expect(names.filter((one, i) => names.indexOf(one) !== i)).toEqual([]);
    for (const rule of rulesIn(model)) {
      for (const known of 'unknown' in rule ? [] : 'either' in rule ? rule.either : [rule]) expect(known.source.filter((one) => one !== '')).not.toEqual([]);
    }
  });

  test('its codes are those of the platform', () => {
    for (const steps of Object.values(STEPS)) {
      for (const { trace } of predict(model, parseSteps(steps)).traces) {
        for (const token of trace) {
          const parsed = parseToken(token);
          expect(parsed, token).toBeDefined();
          for (const code of namesIn(parsed as NonNullable<typeof parsed>)) expect(codeNamed(versions.id, code), code).toBeDefined();
        }
      }
    }
  });
});

/** What a model says of a sequence, or that it has no rule. */
function saidOf(model: Model, sequence: Sequence): string {
  try {
    const { traces, uncovered }: Prediction = predict(model, sequence);
    return JSON.stringify([traces.map(({ trace }) => trace), uncovered]);
  } catch (error) {
    return String(error);
  }
}

/** What random sequences seldom do. */
const RARE = ['unix: S send 8; P send 5; P close; S recv 10 MSG_WAITALL; S recv', 'S shutdown write; P reset; S select'].map(parseSteps);

describe.each(Object.keys(VERSIONS))('each rule of %s is needed', (name) => {
  const model = modelOf(name) as Model;
  const sequences = [...KINDS.flatMap((kind) => sequencesOf(kind, 1500)), ...RARE].filter(
    ({ transport }) => typeof model.ends[transport as 'tcp' | 'unix' | 'udp'] !== 'string',
  );
  const byRule = new Map<string, Sequence[]>();
  for (const sequence of sequences) {
    for (const rule of rulesOfPrediction(model, sequence)) byRule.set(rule, [...(byRule.get(rule) ?? []).slice(0, 300), sequence]);
  }

  test.each(rulesIn(model).map((rule) => rule))('$name', (rule) => {
    const names = 'either' in rule ? rule.either.map((one) => one.name) : [rule.name];
    const mutant = without(model, rule.name);
    const exercised = names.flatMap((one) => byRule.get(one) ?? []);
    // One that says why it does not answer is used by none.
    const asked = 'unknown' in rule ? sequences : exercised;
    expect(asked.some((sequence) => saidOf(model, sequence) !== saidOf(mutant, sequence))).toBe(true);
  });
});

function rulesOfPrediction(model: Model, sequence: Sequence): ReadonlySet<string> {
  return new Set(predict(model, sequence).traces.flatMap(({ used }) => used.map(({ rule }) => rule.name)));
}

test('models are found by their names; darwin has none', () => {
  expect(MODEL_NAMES).toEqual(Object.keys(VERSIONS));
  expect(modelOf('darwin')).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { rulesIn } from '../../language/model.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { predict } from '../../language/predict.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { matchesPattern } from '../../language/trace.ts';
import { codeNamed } from '../../platforms/codes.ts';
import { expectationFor, NEWEST, patternsOf, type Versions } from '../../platforms/expectation.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import { stories as scenarios } from '../../suites/index.ts';

/** The stories that are their steps. */
const STEPS = scenarios
  .filter(({ id }) => !/^tls|^tcp\/(overlapped|iocp|events|acceptex|connectex)|connreset/.test(id))
  .map(({ id, steps }) => [id, steps] as const);

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

describe.each(Object.entries(VERSIONS))('%s', (name, versions) => {
  const model = modelOf(name);
  if (model === undefined) throw new Error(name);

  test.each(STEPS)('%s: the model and the expectation agree', (id, steps) => {
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
    for (const [, steps] of STEPS) {
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

test('models are found by their names; darwin has none', () => {
  expect(MODEL_NAMES).toEqual(Object.keys(VERSIONS));
  expect(modelOf('darwin')).toBeUndefined();
});

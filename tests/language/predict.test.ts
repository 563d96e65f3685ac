import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Model, without } from '../../language/model.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { predict } from '../../language/predict.ts';
import { modelOf } from '../../platforms/models.ts';
import { randomSteps } from '../../runner/random-steps.ts';

const linux = modelOf('linux') as Model;
const windows = modelOf('windows') as Model;

function traces(text: string, model: Model = linux, options?: { readonly peer: Model }): string[] {
  return predict(model, parseSteps(text), options).traces.map(({ trace }) => trace.join(' '));
}

describe('a prediction', () => {
  test('has each call with its rule, all rules in order of use, and the weakest evidence', () => {
    const [trace] = predict(windows, parseSteps('P send 5; P reset; S recv; (S shutdown write); S send 1')).traces;
    expect(trace?.calls.map(({ step, token, rule }) => [step, token, rule.name])).toEqual([
      [2, 'WSAECONNRESET', 'recv: reset, every time'],
      [4, 'WSAESHUTDOWN', 'send: own shutdown goes before what ended the connection'],
    ]);
    expect(trace?.used.map(({ end, rule }) => `${end} ${rule.name}`).slice(0, 5)).toEqual([
      'P send: taken',
      'S arrives: data',
      'P close with SO_LINGER {1, 0}: an RST',
      'S arrives: RST, and what is unread is gone',
      'S recv: reset, every time',
    ]);
    expect(trace?.evidence).toBe('inferred');
  });

  test('has every trace that is possible, each once; a rule keeps its alternative', () => {
    expect(traces('P close; S send 8; S send 8 ×2', windows)).toEqual(['sent:8 WSAECONNABORTED WSAECONNABORTED', 'sent:8 WSAECONNRESET WSAECONNRESET']);
    expect(traces('P close; S send 8; S poll', windows)).toHaveLength(1);
  });

  test('is the same each time, and leaves its model as it was', () => {
    for (const sequence of fc.sample(randomSteps(['tcp', 'udp']), { seed: 1, numRuns: 500 })) {
      expect(predict(windows, sequence)).toEqual(predict(windows, sequence));
    }
  });

  test('takes the peer of another platform', () => {
    expect(traces('P kill; S recv', linux)).toEqual(['eof']);
    expect(traces('P kill; S recv', linux, { peer: windows })).toEqual(['ECONNRESET']);
    expect(traces('P shutdown read; S send 5; P recv recorded', linux, { peer: windows })[0]).toBe('sent:5 WSAESHUTDOWN');
  });

  test('ends with a call that never returns, and with an accept that fails', () => {
    expect(traces('(S blocking); S recv; S recv')).toEqual(['blocked']);
    expect(traces('(S listen); S accept; S recv')).toEqual(['EAGAIN']);
  });

  test('tells whether a cycle at the end leaves both ends as they were', () => {
    const repeats = (text: string, cycle?: number) => predict(linux, parseSteps(text), { ...(cycle && { cycle }) }).traces.map((trace) => trace.repeats);
    expect(repeats('P send 10; P reset; S recv ×2', 1)).toEqual([undefined]);
    expect(repeats('P send 10; P reset; S recv ×3', 1)).toEqual([true]);
    expect(repeats('P send 10; P reset; S recv ×3', 2)).toEqual([undefined]);
    expect(repeats('P send 10; P reset; S recv ×4')).toEqual([undefined]);
    expect(repeats('(S blocking); S recv ×2', 1)).toEqual([undefined]);
    expect(repeats('P reset; S recv ×3; S fill', 1)).toEqual([undefined]);
  });

  test('counts each call of a step', () => {
    expect(traces('P send 10; S recv 4 ×4')).toEqual(['data:4 data:4 data:2 EAGAIN']);
  });
});

describe('what is not covered is said, and nothing is guessed', () => {
  test.each<[string, string, RegExp, number]>([
    ['S recv; S recv &', 'linux', /waits while/, 1],
    ['S fill', 'linux', /buffers/, 0],
    ['S recv MSG_OOB', 'linux', /urgent/, 0],
    ['S recv NULL', 'linux', /no buffer/, 0],
    ['P send 65536; S recv; P send 65536; S recv', 'linux', /full/, 2],
    ['S recv; P reset~; S recv', 'windows', /race/, 1],
    ['P reset; (S recv); S recv', 'linux', /in brackets must succeed, and this gives ECONNRESET/, 1],
    ['unix: S recv', 'wine-8.0', /wine-8\.0: Wine has AF_UNIX sockets from 10\.2 on/, 0],
    ['(S socket); S connect refused; S connect; P send 1; S recv', 'linux', /P is not connected/, 3],
  ])('%s on %s', (text, platform, why, step) => {
    const {
      uncovered,
      traces: [trace],
    } = predict(modelOf(platform) as Model, parseSteps(text));
    expect(uncovered?.why).toMatch(why);
    expect(uncovered?.step).toBe(step);
    expect(trace?.uncovered).toEqual(uncovered);
    expect(trace?.calls.every((call) => call.step < step)).toBe(true);
  });

  test('an empty trace has no evidence: nobody has measured what nobody says', () => {
    const evidence = (text: string) => predict(windows, parseSteps(text)).traces.map((trace) => trace.evidence);
    expect([evidence('S fill'), evidence('P send 10; S fill'), evidence('S recv; S fill')]).toEqual([['unknown'], ['unknown'], ['documented']]);
  });

  test('on Linux, ~ changes nothing', () => expect(traces('S recv; P reset~; S recv ×2')).toEqual(['EAGAIN ECONNRESET eof']));
});

test('bounded: a rule of a hundred alternatives is not followed to the end', () => {
  const tcp = linux.ends.tcp as Exclude<Model['ends']['tcp'], string>;
  const either = Array.from({ length: 100 }, (_, i) => ({
    name: `${i}`,
    does: () => ({ type: 'readable' as const, bytes: i }),
    source: ['nobody'],
    evidence: 'unknown' as const,
  }));
  const many: Model = { ...linux, ends: { ...linux.ends, tcp: { ...tcp, tables: { ...tcp.tables, readable: [{ name: 'many', on: ['readable'], either }] } } } };
  const { traces: found, isCut } = predict(many, parseSteps('S readable'));
  expect(found).toHaveLength(64);
  expect(isCut).toBe(true);
});

test('a mutant predicts otherwise', () => {
  const mutant = without(linux, 'recv: SOCK_DONE since the FIN');
  expect(traces('P close; S send 8; S recv ×2')).toEqual(['sent:8 eof eof']);
  expect(traces('P close; S send 8; S recv ×2', mutant)).toEqual(['sent:8 EPIPE eof']);
});

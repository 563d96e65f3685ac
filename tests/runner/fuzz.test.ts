import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentCommand } from '../../cli/agent-command.ts';
import { type Model, type Rule, rulesIn, without } from '../../language/model.ts';
import { parseSteps } from '../../language/parse-steps.ts';
import { predict } from '../../language/predict.ts';
import { printSteps, type Sequence, type Transport } from '../../language/steps.ts';
import { MODEL_NAMES, modelOf } from '../../platforms/models.ts';
import { localContext } from '../../runner/agent.ts';
import { fuzz } from '../../runner/fuzz.ts';
import { performing } from '../../runner/perform-steps.ts';
import { randomSteps } from '../../runner/random-steps.ts';
import { Trial } from '../../runner/trial.ts';

const onLinux = process.platform === 'linux';
const NEVER = { isInterrupted: () => false, onAlive: () => {} };

/** What random sequences do not reach, because the call would never return or the peer alone sees it: sequences that do. */
const DIRECTED = [
  '(S blocking); S recv',
  '(S blocking); P send 5; S recv 10 MSG_WAITALL',
  '(S blocking); (S rcvtimeo 20); P send 5; S recv 10 MSG_WAITALL',
  '(S listen); (S blocking); S accept',
  '(S listen); (S blocking); S recv',
  '(S listen); S connect refused',
  '(S listen); S close; P connect',
  'unix: (S listen); S close; P connect',
  '(S listen); P connect; (S close); P recv recorded',
  '(S listen); P connect; S accept; S recv',
  '(S listen); P connect; P reset; S accept; S recv ×2',
  '(S socket); (S blocking); S connect; S getpeername',
  '(S socket); (S blocking); S connect refused; S so_error; S recv; S connect refused',
  '(S socket); S connect refused; S connect refused; S recv',
  'P kill; S recv',
  'unix: (S blocking); S recv',
  'unix: (S blocking); P send 5; S recv 10 MSG_WAITALL',
  'unix: (S send 1); (S blocking); (S rcvtimeo 20); P send 5; P close; S recv 10 MSG_WAITALL; S recv',
  'unix: (S listen); (S blocking); S accept',
  'unix: (S listen); (S blocking); (S shutdown read); S accept',
  'udp: (S blocking); S recv',
  'udp: P send 5; (S blocking); S recv 10 MSG_WAITALL',
].map(parseSteps);

const FOUND_WITHIN = 20_000;

function transportsOf(model: Model): Transport[] {
  return (['tcp', 'unix', 'udp'] as const).filter((family) => typeof model.ends[family] !== 'string');
}

/** All that a model says, as one text; a mutant may have no rule left. */
function said(model: Model, sequence: Sequence): string {
  let prediction: ReturnType<typeof predict>;
  try {
    prediction = predict(model, sequence);
  } catch (error) {
    return (error as Error).message;
  }
  const { traces, uncovered } = prediction;
  return `${traces
    .map(({ trace }) => trace.join(' '))
    .sort()
    .join(' | ')}${uncovered === undefined ? '' : ` ${uncovered.why}`}`;
}

/** In turn of each transport: most mutants are found by the first few. */
function sequencesOf(model: Model): readonly Sequence[] {
  const random = transportsOf(model).map((transport) => fc.sample(randomSteps([transport]), { seed: 1, numRuns: FOUND_WITHIN }));
  return [...DIRECTED, ...Array.from({ length: FOUND_WITHIN }, (_, i) => random.flatMap((of) => of[i] as Sequence)).flat()];
}

/** The first sequence to which the mutant says something else. */
function finder(model: Model): (rule: Rule) => Sequence | undefined {
  const sequences = sequencesOf(model);
  const answers = new Map<Sequence, string>();
  const answerTo = (sequence: Sequence) => {
    const answer = answers.get(sequence) ?? said(model, sequence);
    answers.set(sequence, answer);
    return answer;
  };
  return ({ name }) => {
    const mutant = without(model, name);
    return sequences.find((sequence) => said(mutant, sequence) !== answerTo(sequence));
  };
}

describe.each(MODEL_NAMES)('the model of %s', (name) => {
  const model = modelOf(name) as Model;
  const find = finder(model);

  test.each(rulesIn(model).map((rule) => ({ rule, name: rule.name })))('needs the rule “$name”', ({ rule }) => {
    expect(find(rule)).toBeDefined();
  });
});

describe.runIf(onLinux)('fuzz [needs Linux]', () => {
  const linux = modelOf('linux') as Model;

  test('finds no difference between the system and its model', async () => {
    const { context } = await localContext(agentCommand('peer'), 5000);
    const found = await fuzz(context, linux, { seed: 1, sequences: 2000, transports: ['tcp', 'tcp6', 'unix', 'udp'] }, NEVER);
    expect(found).toMatchObject({ performed: 2000, differing: {}, differences: [] });
  });

  test('finds what is wrong, shrinks it, and names the rule', async () => {
    const { context } = await localContext(agentCommand('peer'), 5000);
    const rule = 'recv: a shut receiving side';
    const { differences, differing } = await fuzz(context, without(linux, rule), { seed: 1, sequences: 1000, transports: ['tcp'] }, NEVER);
    expect(Object.values(differing).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
    const lengths = differences.map(({ steps }) => steps.split(';').length);
    expect(Math.min(...lengths)).toBeLessThanOrEqual(3);
    for (const { predicted, trace, observations } of differences) {
      expect(predicted).not.toContainEqual(trace);
      expect(observations.map(({ token }) => token)).toEqual(trace);
    }
  });

  test('S may connect once more after its connection is gone: nobody takes that one', async () => {
    const { context } = await localContext(agentCommand('peer'), 5000);
    const sequence = parseSteps('(S socket); (S connect); P shutdown both; S send 1; S recv; S connect; S poll; S connect; S send 8; S shutdown write');
    const trial = new Trial(context);
    await performing(sequence)(trial).finally(() => trial.end());
    expect(trial.observations.map(({ token }) => token).join(' ')).toBe(said(linux, sequence));
  });

  test('the same seed gives the same sequences', () => {
    const sample = (seed: number) => fc.sample(randomSteps(['tcp', 'udp']), { seed, numRuns: 200 }).map(printSteps);
    expect(sample(7)).toEqual(sample(7));
    expect(sample(7)).not.toEqual(sample(8));
  });

  test('each mutant that a call which returns tells is contradicted by the system', async () => {
    const { context } = await localContext(agentCommand('peer'), 5000);
    const find = finder(linux);
    const wrong: string[] = [];
    for (const rule of rulesIn(linux)) {
      const sequence = find(rule);
      const mutant = without(linux, rule.name);
      // A call that never returns, what P alone sees, a connection that nobody takes.
      if (sequence === undefined || said(linux, sequence).includes('blocked') || /P recv recorded|S close; P connect/.test(printSteps(sequence))) continue;
      const trial = new Trial({ ...context, asksFor: ['EADDRINUSE', 'EADDRNOTAVAIL'] });
      await performing(sequence)(trial).finally(() => trial.end());
      const trace = trial.observations.map(({ token }) => token).join(' ');
      if (said(mutant, sequence) === trace) wrong.push(`${rule.name}: ${printSteps(sequence)}: ${trace}`);
    }
    expect(wrong).toEqual([]);
  });
});

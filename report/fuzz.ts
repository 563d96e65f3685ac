import type * as Zod from 'zod';
import { platformSchema } from '../platforms/platform.ts';
import { z } from '../platforms/zod.ts';
import { observationSchema } from '../results/schema.ts';
import type { FuzzReport } from '../runner/fuzz-run.ts';
import type { Layout } from './grid.ts';
import { hanging, paragraph } from './text.ts';

const trace = z.array(z.string());

/** What `fuzz --format json` prints. */
export const fuzzDocumentSchema = z.strictObject({
  platform: platformSchema,
  model: z.string().describe('The platform whose model was compared'),
  seed: z.int(),
  transports: z.array(z.string()),
  sequences: z.int().describe('How many were performed'),
  ms: z.number(),
  interrupted: z.boolean(),
  uncovered: z.int().describe('How many the model did not cover to the end'),
  differences: z
    .array(
      z.strictObject({
        rule: z.string().describe("The model's rule behind the first answer that differs"),
        sequences: z.int().describe('In how many sequences it was wrong'),
        steps: z.string().describe('The shortest sequence that was found'),
        predicted: z.array(trace).describe('Each trace that the model holds possible'),
        trace: trace.describe('What the system gave, every time'),
        observations: z.array(observationSchema.extend({ us: z.number() })),
      }),
    )
    .describe('One for each rule that was wrong'),
  unstable: z.int().describe('How many sequences did not give the same answers every time, at least one of them not predicted'),
  unstables: z.array(z.strictObject({ steps: z.string(), traces: z.array(z.strictObject({ trace, count: z.int() })) })).describe('The first of them'),
  rules: z.record(z.string(), z.int()).describe('How often each rule of the model was used; 0 for one that is not proved'),
  follows: z.record(z.string(), z.array(z.string())).describe('Which rules were used next after each'),
});

export function fuzzDocument(report: FuzzReport): Zod.infer<typeof fuzzDocumentSchema> {
  const { platform, model, seed, transports, performed, ms, interrupted, uncovered, differing, unstable, unstables, rules, follows } = report;
  return {
    platform,
    model,
    seed,
    transports: [...transports],
    sequences: performed,
    ms: Math.round(ms),
    interrupted,
    uncovered,
    differences: report.differences.map(({ rule, steps, predicted, trace, observations }) => ({
      rule,
      sequences: differing.get(rule) ?? 0,
      steps,
      predicted: predicted.map((one) => [...one]),
      trace: [...trace],
      observations: observations.map((observation) => observationSchema.extend({ us: z.number() }).parse(observation)),
    })),
    unstable,
    unstables: unstables.map(({ steps, traces }) => ({ steps, traces: traces.map(({ trace, count }) => ({ trace: [...trace], count })) })),
    rules: Object.fromEntries(rules),
    follows: Object.fromEntries([...follows].map(([rule, next]) => [rule, [...next].sort()])),
  };
}

export function prettyFuzz(report: FuzzReport, { width, paint, verbose }: Layout & { readonly verbose: boolean }): string {
  const { platform, model, seed, performed, ms, transports, uncovered, differing, unstable, rules, follows } = report;
  const differ = [...differing.values()].reduce((sum, count) => sum + count, 0);
  const proved = [...rules.values()].filter((count) => count > 0).length;
  const unproved = [...rules].filter(([, count]) => count === 0).map(([rule]) => rule);
  const pairs = [...follows.values()].reduce((sum, next) => sum + next.size, 0);
  const lines = [
    `${paint('bold', platform.name)} and the model of ${model}: ${count(performed)} sequences over ${transports.join(', ')} in ${(ms / 1000).toFixed(1)} s, seed ${seed}${report.interrupted ? ' (interrupted)' : ''}`,
    '',
    ...report.differences.flatMap(({ rule, steps, predicted, trace, observations }) => [
      `${paint('red', 'The model is wrong')}: ${rule} (in ${count(differing.get(rule) ?? 0)} sequences; the shortest)`,
      `  ${steps}`,
      ...predicted.map((one, i) => `    ${i === 0 ? 'model ' : '   or '} ${one.join(' ')}`),
      `    system ${trace.join(' ')}`,
      ...(verbose
        ? observations.map(({ call, args, ret, code, us }) => `      ${call} ${JSON.stringify(args)} = ${ret}, code ${code}, ${us.toFixed(1)} µs`)
        : []),
      '',
    ]),
    ...report.unstables
      .slice(0, verbose ? undefined : FEW)
      .flatMap(({ steps, traces }) => [
        `${paint('yellow', 'Unstable')}: ${steps}`,
        ...traces.map(({ trace, count: times }) => `    ${times} times ${trace.join(' ')}`),
        '',
      ]),
    `${count(differ)} differ from the model, ${count(unstable)} are unstable${uncovered === 0 ? '' : `, ${count(uncovered)} go beyond what it covers`}.`,
    `${proved} of ${rules.size} rules were used, ${count(pairs)} pairs of one after the other.`,
    ...(unproved.length === 0 ? [] : [`Not used, so not proved: ${unproved.join('; ')}.`]),
    ...(verbose ? ['', ...[...follows].map(([rule, next]) => `${rule}, then: ${[...next].sort().join('; ')}`)] : []),
  ];
  return `${lines.map((line) => (line.startsWith(' ') ? hanging(line, width) : paragraph(line, width, '  '))).join('\n')}\n`;
}

const FEW = 3;

function count(n: number): string {
  return n.toLocaleString('en');
}

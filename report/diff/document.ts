import type * as Zod from 'zod';
import { EVIDENCE } from '../../language/evidence.ts';
import { z } from '../../platforms/zod.ts';
import type { Behaviour } from '../../results/behaviour.ts';
import type { Side } from '../side.ts';
import { CHANGES, type Diff } from './diff.ts';

const sideSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['run', 'expected']).describe('run: taken from a run, where the run has the scenario; expected: taken from the expectations'),
});
const behaviourSchema = z
  .strictObject({
    kind: z.enum(['recorded', 'expected']),
    evidence: z.enum(EVIDENCE),
    traces: z
      .array(z.array(z.string()))
      .describe('Each distinct trace that was recorded. For an expectation: each trace that is possible; ? matches any one token'),
    ended: z.string().optional().describe('The verdict, where the run has no trace of the scenario'),
  })
  .nullable()
  .describe('null if the platform of that side lacks what the scenario needs, or if the scenario was not run');

/** What `diff --format json` prints. */
export const diffDocumentSchema = z.strictObject({
  a: sideSchema,
  b: sideSchema,
  counts: z.record(z.enum(CHANGES), z.int()),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      change: z
        .enum(CHANGES)
        .describe(
          'new: only b has it; gone: only a has it; not-run: one side was not asked for it, or was stopped before; unknown: for one side it is not known',
        ),
      a: behaviourSchema,
      b: behaviourSchema,
    }),
  ),
});

export function diffDocument({ a, b, differences }: Diff): Zod.infer<typeof diffDocumentSchema> {
  const count = (change: string) => differences.filter((difference) => difference.change === change).length;
  return {
    a: sideDocument(a),
    b: sideDocument(b),
    counts: Object.fromEntries(CHANGES.map((change) => [change, count(change)])) as Record<(typeof CHANGES)[number], number>,
    scenarios: differences.map(({ id, change, a: left, b: right }) => ({ id, change, a: behaviourDocument(left), b: behaviourDocument(right) })),
  };
}

function sideDocument({ name, isRun }: Side): Zod.infer<typeof sideSchema> {
  return { name, kind: isRun ? 'run' : 'expected' };
}

function behaviourDocument(behaviour: Behaviour | undefined): Zod.infer<typeof behaviourSchema> {
  if (behaviour === undefined) return null;
  const { traces, isExpected, evidence, ended } = behaviour;
  return { kind: isExpected ? 'expected' : 'recorded', evidence, traces: traces.map((trace) => [...trace]), ...(ended !== undefined && { ended }) };
}

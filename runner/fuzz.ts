import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Model } from '../language/model.ts';
import { type PredictedTrace, predict } from '../language/predict.ts';
import { printSteps, type Sequence, type Transport } from '../language/steps.ts';
import type { TimedObservation } from '../results/measured.ts';
import { performing } from './perform-steps.ts';
import { randomSteps } from './random-steps.ts';
import { EnvironmentFailure } from './setup.ts';
import { Haste, Trial, type TrialContext } from './trial.ts';

/** What is performed and predicted in one go. The same seed gives the same sequences. */
export interface Block {
  readonly seed: number;
  readonly sequences: number;
  readonly transports: readonly Transport[];
}

/** A sequence to which the system gives another answer than the model, every time. */
export interface Difference {
  /** The shortest that was found. */
  readonly steps: string;
  readonly predicted: readonly (readonly string[])[];
  readonly trace: readonly string[];
  readonly observations: readonly TimedObservation[];
  /** Of the first answer that differs: the model's rule. */
  readonly rule: string;
}

/** A sequence to which the system does not give the same answer every time. */
export interface Unstable {
  readonly steps: string;
  readonly traces: readonly { readonly trace: readonly string[]; readonly count: number }[];
}

export interface Fuzzed {
  readonly performed: number;
  /** How many the model did not cover to the end. */
  readonly uncovered: number;
  /** How many differed, by the rule that was wrong; of each rule one is in `differences`. */
  readonly differing: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
  readonly unstable: number;
  /** The first of them. */
  readonly unstables: readonly Unstable[];
  /** How often each rule of the model was used. */
  readonly rules: Readonly<Record<string, number>>;
  /** Which rules were used next after each. */
  readonly follows: Readonly<Record<string, readonly string[]>>;
  /** Why the block ended early: the machine refused what every sequence needs. */
  readonly unmeasured?: string;
}

interface Hooks {
  readonly isInterrupted: () => boolean;
  /** Called now and then: it is still at work. */
  readonly onAlive: () => void;
}

/** How many are performed at a time: some wait, and where nothing tells what has arrived all do. */
const LANES = 100;
const ALIVE_MS = 500;
/** How often a sequence that differs is performed again. */
const AGAIN = 5;
const MAX_SHRINK_MS = 60_000;
const MAX_DIFFERENCES = 20;
const MAX_UNSTABLE = 20;
const REFUSALS = 6;
const REFUSAL_MS = 50;

/** Performs random sequences and compares each answer with the model's. */
export async function fuzz(own: TrialContext, model: Model, { seed, sequences, transports }: Block, hooks: Hooks): Promise<Fuzzed> {
  const haste = new Haste(own.sockets);
  const context: TrialContext = { ...own, haste };
  const arbitrary = randomSteps(transports);
  const chosen = fc.sample(arbitrary, { seed, numRuns: sequences });
  const seen = new Coverage();
  const differing: Record<string, number> = {};
  const differences: Difference[] = [];
  const unstables: Unstable[] = [];
  let performed = 0;
  let uncovered = 0;
  let unstable = 0;
  let unmeasured: string | undefined;
  let next = 0;
  let alive = performance.now();

  const compare = async (index: number) => {
    const sequence = chosen[index] as Sequence;
    const { traces, uncovered: missing } = predict(model, sequence);
    const answered = await answers(context, sequence);
    performed++;
    if (missing !== undefined) return void uncovered++;
    const predicted = traces.find(({ trace }) => isSame(trace, answered.trace));
    if (predicted !== undefined) return seen.add(predicted);
    const again = await repeated(context, sequence, answered, hooks);
    if (again.length > 1) {
      unstable++;
      if (unstables.length < MAX_UNSTABLE) unstables.push({ steps: printSteps(sequence), traces: again });
      return;
    }
    const rule = wrongRule(traces, answered.trace);
    const isNew = differing[rule] === undefined;
    differing[rule] = (differing[rule] ?? 0) + 1;
    if (isNew && differences.length < MAX_DIFFERENCES) {
      const found = difference(sequence, traces, answered);
      differences.push(await shrunk(context, model, { arbitrary, seed, index, found }, hooks));
    }
  };

  const lane = async (indices: readonly number[]) => {
    for (;;) {
      const index = indices[next++];
      if (index === undefined || unmeasured !== undefined || hooks.isInterrupted()) return;
      try {
        await compare(index);
      } catch (error) {
        if (!(error instanceof EnvironmentFailure)) throw error;
        unmeasured = error.message;
      }
      if (performance.now() - alive > ALIVE_MS) {
        alive = performance.now();
        hooks.onAlive();
        // Many synchronous calls must let the channel be heard.
        await setImmediate();
      }
    }
  };
  // Those that need threads by themselves: one that starts may be given the handle that a sequence has closed.
  const isBlocking = (index: number) => (chosen[index] as Sequence).steps.some(({ verb }) => verb === 'blocking');
  const all = chosen.map((_, index) => index);
  try {
    for (const indices of [all.filter((index) => !isBlocking(index)), all.filter(isBlocking)]) {
      next = 0;
      await Promise.all(Array.from({ length: LANES }, () => lane(indices)));
    }
  } finally {
    haste.end();
  }
  return { performed, uncovered, differing, differences, unstable, unstables, ...seen.told(), ...(unmeasured !== undefined && { unmeasured }) };
}

interface Answered {
  readonly trace: readonly string[];
  readonly observations: readonly TimedObservation[];
}

/** What the system answers. A sequence that cannot be performed says so at the end of its trace. @throws EnvironmentFailure where the machine refuses a trial again and again */
async function answers(context: TrialContext, sequence: Sequence): Promise<Answered> {
  const run = performing(sequence);
  for (let refusals = 0; ; refusals++) {
    const trial = new Trial(context);
    let failed: Error | undefined;
    try {
      await run(trial);
      failed = trial.failure;
    } catch (error) {
      failed = trial.failure ?? (error as Error);
    } finally {
      await trial.end();
    }
    const { observations } = trial;
    const trace = observations.map(({ token }) => token);
    if (failed === undefined) return { trace, observations };
    if (!(failed instanceof EnvironmentFailure)) return { trace: [...trace, `${failed.name}: ${failed.message}`], observations };
    if (refusals === REFUSALS) throw failed;
    await setTimeout(refusals * REFUSAL_MS);
  }
}

/** The traces of some more trials, and of the first. */
async function repeated(context: TrialContext, sequence: Sequence, first: Answered, hooks: Hooks) {
  const counts = new Map<string, { readonly trace: readonly string[]; count: number }>();
  const count = ({ trace }: Answered) => {
    const found = counts.get(trace.join(' ')) ?? { trace, count: 0 };
    found.count++;
    counts.set(trace.join(' '), found);
  };
  count(first);
  for (let i = 0; i < AGAIN; i++) {
    // Each may take seconds, where what it waits for does not come.
    hooks.onAlive();
    count(await answers(context, sequence));
  }
  return [...counts.values()];
}

/** The shortest sequence that shows it, by fast-check's shrinking of the one with this index among those of the seed. */
async function shrunk(
  context: TrialContext,
  model: Model,
  { arbitrary, seed, index, found }: { readonly arbitrary: fc.Arbitrary<Sequence>; readonly seed: number; readonly index: number; readonly found: Difference },
  hooks: Hooks,
): Promise<Difference> {
  let shortest = found;
  const holds = fc.asyncProperty(arbitrary, async (sequence) => {
    hooks.onAlive();
    const difference = await differenceOf(context, model, sequence);
    if (difference !== undefined) shortest = difference;
    return difference === undefined;
  });
  await fc.check(holds, { seed, path: String(index), numRuns: index + 1, interruptAfterTimeLimit: MAX_SHRINK_MS });
  return shortest;
}

/** undefined where the answers are those that the model gives, or not the same twice. */
async function differenceOf(context: TrialContext, model: Model, sequence: Sequence): Promise<Difference | undefined> {
  const { traces, uncovered } = predict(model, sequence);
  const answered = await answers(context, sequence);
  if (uncovered !== undefined || traces.some(({ trace }) => isSame(trace, answered.trace))) return undefined;
  return isSame((await answers(context, sequence)).trace, answered.trace) ? difference(sequence, traces, answered) : undefined;
}

function difference(sequence: Sequence, traces: readonly PredictedTrace[], answered: Answered): Difference {
  return { steps: printSteps(sequence), predicted: traces.map(({ trace }) => trace), ...answered, rule: wrongRule(traces, answered.trace) };
}

/** The rule behind the first answer that differs, in the prediction that is right for longest. */
function wrongRule(traces: readonly PredictedTrace[], answered: readonly string[]): string {
  const rightFor = ({ trace }: PredictedTrace) => {
    const wrong = trace.findIndex((token, i) => answered[i] !== token);
    return wrong === -1 ? trace.length : wrong;
  };
  const [nearest] = [...traces].sort((a, b) => rightFor(b) - rightFor(a));
  return nearest?.calls[rightFor(nearest)]?.rule.name ?? 'no rule: the model expects fewer answers';
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}

/** Which rules were used, and which after which. */
class Coverage {
  readonly #rules = new Map<string, number>();
  readonly #follows = new Map<string, Set<string>>();

  add({ used }: PredictedTrace): void {
    let before: string | undefined;
    for (const { rule } of used) {
      const { name } = rule;
      this.#rules.set(name, (this.#rules.get(name) ?? 0) + 1);
      if (before !== undefined) {
        const next = this.#follows.get(before);
        if (next === undefined) this.#follows.set(before, new Set([name]));
        else next.add(name);
      }
      before = name;
    }
  }

  told(): Pick<Fuzzed, 'rules' | 'follows'> {
    return { rules: Object.fromEntries(this.#rules), follows: Object.fromEntries([...this.#follows].map(([name, next]) => [name, [...next]])) };
  }
}

import { parseDescribed, parseSteps } from '../language/parse-steps.ts';
import { type Described as DescribedSteps, printSteps, type Transport } from '../language/steps.ts';
import { performing, sharesAgentIn, waitsIn } from './perform-steps.ts';
import type { Trial } from './trial.ts';

/** What is done and which calls are recorded. */
export interface Scenario {
  /** transport/event/case, parameters as a query. Never changes once a result has been recorded under it. */
  readonly id: string;
  /** What has happened in all scenarios of its event, in a few words. */
  readonly about: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** What is done and recorded (docs/steps.md), as printSteps writes it. That of a function may have verbs that the language does not have. */
  readonly steps: string;
  /** It spends its time waiting, so that its trials run side by side. */
  readonly waits: boolean;
  /** Its trials may be made beside those of other scenarios of an agent: no call of it blocks, and it uses no handle after its close, which others may be given. */
  readonly sharesAgent?: boolean;
  /** Codes that it asks for, and that elsewhere say that the machine has run out of something: EADDRINUSE, EMFILE … */
  readonly asksFor?: readonly string[];
  run(t: Trial): Promise<void>;
}

/** What the starter knows of a scenario: all but how it runs. */
export interface Described extends Omit<Scenario, 'run'> {
  /** No agent knows it: each is told its steps. */
  readonly isAdHoc?: boolean;
}

/** What runs a scenario must know of it. */
export type Runnable = Pick<Described, 'id' | 'waits'> & Partial<Pick<Described, 'steps' | 'isAdHoc' | 'sharesAgent'>>;

/** A scenario as a suite's file writes it down: its steps, and, where they are no straight line, the function that does what they say. */
export interface Case extends Pick<Scenario, 'why' | 'steps' | 'asksFor'>, Partial<Pick<Scenario, 'run' | 'waits'>> {
  /** Families to run it with beside IPv4; each is a scenario of its own (`?family=inet6`). */
  readonly families?: readonly 'inet6'[];
}

/**
 * The scenarios of one event: `suite('tcp/reset', 'the peer has reset the connection', { idle: { why, steps: 'P reset; S recv ×5' } })` holds `tcp/reset/idle`.
 *
 * @throws StepsError
 */
export function suite(event: `${string}/${string}`, about: string, cases: Readonly<Record<string, Case>>): Scenario[] {
  return Object.entries(cases).flatMap(([name, { families = [], ...one }]) => {
    const id = `${event}/${name}`;
    return [{ id, about, ...scenarioFrom(one) }, ...families.map((family) => ({ id: `${id}?family=${family}`, about, ...scenarioFrom(one, family) }))];
  });
}

/** How a case, or a sequence of the user's, runs. @throws StepsError */
export function scenarioFrom({ why, steps, run, waits, ...rest }: Omit<Case, 'families'>, family?: 'inet6'): Omit<Scenario, 'id' | 'about'> {
  if (run !== undefined) {
    const described = inFamily(parseDescribed(steps), family);
    return { why, steps: printSteps(described), waits: waits ?? false, ...rest, run: family === undefined ? run : (t) => run(t.with({ family })) };
  }
  const sequence = inFamily(parseSteps(steps), family);
  return { why, steps: printSteps(sequence), waits: waits ?? waitsIn(sequence), sharesAgent: sharesAgentIn(sequence), ...rest, run: performing(sequence) };
}

function inFamily<S extends DescribedSteps>(steps: S, family: 'inet6' | undefined): S {
  return family === undefined ? steps : { ...steps, transport: `${steps.transport}6` as Transport };
}

/** `call`, `n` times, each after the one before. */
export async function times(n: number, call: () => unknown): Promise<void> {
  for (let i = 0; i < n; i++) {
    const returned = call();
    // A call on a non-blocking socket has returned already: to wait for it would only take time.
    if (returned instanceof Promise) await returned;
  }
}

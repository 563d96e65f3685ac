import type { Model } from '../language/model.ts';
import type { Transport } from '../language/steps.ts';
import type { Command } from '../platforms/command.ts';
import { modelOf } from '../platforms/models.ts';
import type { Platform } from '../platforms/platform.ts';
import { AgentHandle } from './agent-handle.ts';
import type { Difference, Fuzzed, Unstable } from './fuzz.ts';
import { roomInTimeWait } from './time-wait.ts';

export interface FuzzOptions {
  /** How an agent of the platform is started. */
  readonly agent: Command;
  /** The platform whose model is compared. */
  readonly model: string;
  readonly seed: number;
  /** How many in all; without a limit where absent. */
  readonly sequences?: number | undefined;
  /** When no further block is begun. */
  readonly ms?: number | undefined;
  readonly transports: readonly Transport[];
  /** How many agents work side by side. */
  readonly jobs: number;
  /** ms that a call may take. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (performed: number) => void;
}

/** What was found, on one platform. */
export interface FuzzReport {
  readonly platform: Platform;
  readonly model: string;
  readonly seed: number;
  readonly transports: readonly Transport[];
  readonly performed: number;
  readonly uncovered: number;
  /** How many differed, by the rule that was wrong. */
  readonly differing: ReadonlyMap<string, number>;
  /** One of each rule, the shortest. */
  readonly differences: readonly Difference[];
  readonly unstable: number;
  readonly unstables: readonly Unstable[];
  /** How often each rule of the model was used. */
  readonly rules: ReadonlyMap<string, number>;
  readonly follows: ReadonlyMap<string, ReadonlySet<string>>;
  readonly ms: number;
  readonly interrupted: boolean;
  readonly unmeasured?: string | undefined;
}

/** Of sequences that are performed at once: a block on a platform where nothing tells what has arrived waits for its slowest. */
const BLOCK = { told: 5000, waited: 1000 };
const MAX_UNSTABLE = 20;

/**
 * Compares a platform's model with the platform. The same seed and number give the same sequences, whatever the number of agents.
 *
 * @throws StartFailed where no agent can be started, or one ends
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { model, seed, transports, timeout, signal, sequences = Number.POSITIVE_INFINITY, ms = Number.POSITIVE_INFINITY } = options;
  const begun = performance.now();
  const agents: AgentHandle[] = [];
  const sum = new Sum(ruleNames(modelOf(model) as Model, transports));
  let platform: Platform | undefined;
  let block = 0;
  let left = sequences;
  const onAbort = () => {
    for (const agent of agents) agent.interrupt();
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  const work = async () => {
    const agent = await AgentHandle.start(options.agent);
    agents.push(agent);
    platform ??= agent.platform;
    const size = agent.platform.id === 'linux' ? BLOCK.told : BLOCK.waited;
    while (left > 0 && performance.now() - begun < ms && signal?.aborted !== true && sum.unmeasured === undefined) {
      await roomInTimeWait(signal);
      const count = Math.min(size, left);
      left -= count;
      // Neighbouring seeds give unlike sequences: fast-check's generator mixes them.
      const found = await agent.fuzz({ model, timeout, block: { seed: seed + block++, sequences: count, transports } });
      if (found === undefined) return;
      sum.add(found);
      options.onProgress?.(sum.performed);
    }
  };

  try {
    await Promise.all(Array.from({ length: options.jobs }, work));
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(agents.map((agent) => agent.stop()));
  }
  return { ...sum.told(), platform: platform as Platform, model, seed, transports, ms: performance.now() - begun, interrupted: signal?.aborted === true };
}

class Sum {
  performed = 0;
  unmeasured: string | undefined;
  #uncovered = 0;
  #unstable = 0;
  readonly #unstables: Unstable[] = [];
  readonly #differing = new Map<string, number>();
  readonly #differences = new Map<string, Difference>();
  readonly #rules: Map<string, number>;
  readonly #follows = new Map<string, Set<string>>();

  constructor(rules: readonly string[]) {
    this.#rules = new Map(rules.map((name) => [name, 0]));
  }

  add(found: Fuzzed): void {
    this.performed += found.performed;
    this.#uncovered += found.uncovered;
    this.#unstable += found.unstable;
    this.#unstables.push(...found.unstables.slice(0, MAX_UNSTABLE - this.#unstables.length));
    this.unmeasured ??= found.unmeasured;
    addCounts(this.#differing, found.differing);
    addCounts(this.#rules, found.rules);
    for (const difference of found.differences) {
      const known = this.#differences.get(difference.rule);
      if (known === undefined || isShorter(difference.steps, known.steps)) this.#differences.set(difference.rule, difference);
    }
    for (const [rule, next] of Object.entries(found.follows)) {
      const known = this.#follows.get(rule) ?? new Set();
      for (const name of next) known.add(name);
      this.#follows.set(rule, known);
    }
  }

  told(): Omit<FuzzReport, 'platform' | 'model' | 'seed' | 'transports' | 'ms' | 'interrupted'> {
    return {
      performed: this.performed,
      uncovered: this.#uncovered,
      differing: this.#differing,
      // Whichever agent found them first.
      differences: [...this.#differences.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1)),
      unstable: this.#unstable,
      unstables: this.#unstables,
      rules: this.#rules,
      follows: this.#follows,
      unmeasured: this.unmeasured,
    };
  }
}

function isShorter(a: string, b: string): boolean {
  return a.length < b.length || (a.length === b.length && a < b);
}

/** The rules that these transports may use. */
function ruleNames(model: Model, transports: readonly Transport[]): readonly string[] {
  const families = new Set(transports.map((transport) => transport.replace('6', '') as keyof Model['ends']));
  return [...families].flatMap((family) => {
    const end = model.ends[family];
    return typeof end === 'string'
      ? []
      : end.rules.flatMap((rule) => ('either' in rule ? rule.either.map(({ name }) => name) : 'unknown' in rule ? [] : [rule.name]));
  });
}

function addCounts(sum: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sum.set(name, (sum.get(name) ?? 0) + count);
}

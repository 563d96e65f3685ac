import type { InetFamily } from '../language/address.ts';
import type { Trial } from './trial.ts';

/** What is done and which calls are recorded. */
export interface Scenario {
  /** transport/event/case, parameters as a query. Never changes once a result has been recorded under it. */
  readonly id: string;
  /** What has happened in all scenarios of its event, in a few words. */
  readonly about: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** The steps in the words of docs/scenarios.md: what happens before, and the calls that go into the trace. */
  readonly before: string;
  readonly recorded: string;
  /** It spends its time waiting, so that its trials run side by side. */
  readonly waits: boolean;
  /** Codes that it asks for, and that elsewhere say that the machine has run out of something: EADDRINUSE, EMFILE … */
  readonly asksFor?: readonly string[];
  run(t: Trial): Promise<void>;
}

/** What the starter knows of a scenario: all but how it runs. */
export type Described = Omit<Scenario, 'run'>;

/** A scenario as a suite's file writes it down. */
export interface Case extends Pick<Scenario, 'why' | 'before' | 'recorded' | 'asksFor' | 'run'>, Partial<Pick<Scenario, 'waits'>> {
  /** Families to run it with beside IPv4; each is a scenario of its own (`?family=inet6`). */
  readonly families?: readonly Exclude<InetFamily, 'inet'>[];
}

/** The scenarios of one event: `suite('tcp/reset', 'the peer has reset the connection', { idle: … })` holds `tcp/reset/idle`. */
export function suite(event: `${string}/${string}`, about: string, cases: Readonly<Record<string, Case>>): Scenario[] {
  return Object.entries(cases).flatMap(([name, { families = [], waits = false, ...rest }]) => {
    const scenario = { id: `${event}/${name}`, about, waits, ...rest };
    return [
      scenario,
      ...families.map((family) => ({ ...scenario, id: `${scenario.id}?family=${family}`, run: (t: Trial) => scenario.run(t.with({ family })) })),
    ];
  });
}

/** `call`, `n` times, each after the one before. */
export async function times(n: number, call: () => unknown): Promise<void> {
  for (let i = 0; i < n; i++) {
    const returned = call();
    // A call on a non-blocking socket has returned already: to wait for it would only take time.
    if (returned instanceof Promise) await returned;
  }
}

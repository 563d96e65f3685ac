import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** Which tests were skipped, by the reason. */
export type Skipped = Readonly<Record<string, readonly string[]>>;

/**
 * Says at the end how many tests were skipped, and why: the note of `skip(note)`, or `[needs …]` in the name of the test or of a `describe` around it. One that gives
 * no reason fails the run: a check that does not run must not look as if it had passed.
 */
export default class SkippedReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!tellSkipped(modules.map((module) => skippedIn(module, this.#vitest as Vitest)))) process.exitCode = 1;
  }
}

const NONE = 'no reason is given';

export function skippedIn(module: TestModule, { config }: Vitest): Skipped {
  // With -t, all other tests are skipped.
  if (config.testNamePattern !== undefined) return {};
  const skipped: Record<string, string[]> = {};
  for (const test of module.children.allTests('skipped')) {
    const reason = reasonOf(test);
    skipped[reason] = [...(skipped[reason] ?? []), `${module.relativeModuleId}: ${test.fullName}`];
  }
  return skipped;
}

/** Prints them. Returns whether each has a reason. */
export function tellSkipped(ofModules: readonly Skipped[]): boolean {
  const reasons = new Map<string, string[]>();
  for (const skipped of ofModules) {
    for (const [reason, tests] of Object.entries(skipped)) reasons.set(reason, [...(reasons.get(reason) ?? []), ...tests]);
  }
  for (const [reason, tests] of reasons) console.log(`${tests.length} skipped: ${reason}${reason === NONE ? tests.map((test) => `\n  ${test}`).join('') : ''}`);
  return !reasons.has(NONE);
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const named = [...test.fullName.matchAll(/\[(needs [^\]]+)\]/g)].at(-1)?.[1];
  return (result.state === 'skipped' ? result.note : undefined) ?? named ?? NONE;
}

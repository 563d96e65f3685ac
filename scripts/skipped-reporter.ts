import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Says at the end how many tests were skipped, and why: the note of `skip(note)`, or `[needs …]` in the name of the test or of a `describe` around it. One that gives
 * no reason fails the run: a check that does not run must not look as if it had passed.
 */
export default class SkippedReporter implements Reporter {
  #byName = false;

  onInit({ config }: Vitest): void {
    this.#byName = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With -t, all other tests are skipped.
    if (this.#byName) return;
    const reasons = new Map<string, string[]>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const reason = reasonOf(test);
        reasons.set(reason, [...(reasons.get(reason) ?? []), `${module.relativeModuleId}: ${test.fullName}`]);
      }
    }
    for (const [reason, tests] of reasons)
      console.log(`${tests.length} skipped: ${reason}${reason === NONE ? tests.map((test) => `\n  ${test}`).join('') : ''}`);
    if (reasons.has(NONE)) process.exitCode = 1;
  }
}

const NONE = 'no reason is given';

function reasonOf(test: TestCase): string {
  const result = test.result();
  const named = [...test.fullName.matchAll(/\[(needs [^\]]+)\]/g)].at(-1)?.[1];
  return (result.state === 'skipped' ? result.note : undefined) ?? named ?? NONE;
}

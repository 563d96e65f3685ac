import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { type Skipped, skippedIn } from './skipped-reporter.ts';

/** What becomes of a run, a line of JSON each, in the file that SOCKATLAS_ENDED names: it is known of a run that hangs, too. */
export type Ended = { readonly begun: readonly string[] } | { readonly test: string } | EndedFile;

export interface EndedFile {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: Skipped;
}

export default class EndedReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    say({ begun: specifications.map(({ moduleId }) => fileOf(moduleId)) });
  }

  onTestCaseResult(test: TestCase): void {
    say({ test: test.fullName });
  }

  onTestModuleEnd(module: TestModule): void {
    const count = (state: 'passed' | 'failed') => [...module.children.allTests(state)].length;
    const failed = count('failed');
    say({
      file: fileOf(module.moduleId),
      passed: count('passed'),
      // A module that fails as it is loaded has no test that failed.
      failed: failed === 0 && module.state() === 'failed' ? 1 : failed,
      skipped: skippedIn(module, this.#vitest as Vitest),
    });
  }
}

function fileOf(moduleId: string): string {
  return relative(process.cwd(), moduleId).replaceAll('\\', '/');
}

function say(ended: Ended): void {
  appendFileSync(process.env.SOCKATLAS_ENDED as string, `${JSON.stringify(ended)}\n`);
}

import { isAbsolute, relative } from 'node:path';
import { codes } from '../../platforms/codes.ts';
import { expectationFor, patternsOf } from '../../platforms/expectation.ts';
import { packageRoot } from '../../platforms/package-root.ts';
import type { Recorded } from '../../results/newest.ts';
import type { Known } from './platform-trace.ts';

/** What is known of the platforms: these runs, the newest first, and the expectations that come with sockatlas. */
export function knownFrom(runs: readonly Recorded[]): Known {
  return {
    codes,
    runs: runs.map(({ run, file }) => ({ run, file: fromRoot(file) })),
    expected(versions, scenario) {
      const found = expectationFor(versions, scenario);
      return found && { patterns: patternsOf(found.expectation), evidence: found.expectation.evidence, file: found.file };
    },
  };
}

/** A file of the package as the repository names it. */
function fromRoot(file: string): string {
  const path = relative(packageRoot, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

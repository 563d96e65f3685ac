import { isAbsolute, relative } from 'node:path';
import type { Evidence } from '../../language/evidence.ts';
import { codes } from '../../platforms/codes.ts';
import { type Expectation, expectationFor, patternsOf, type Versions } from '../../platforms/expectation.ts';
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
      return found && { patterns: patternsOf(found.expectation), evidence: evidenceFor(versions, found.expectation), file: found.file };
    },
  };
}

/** What was measured on other versions of Wine only is inferred for this one. */
function evidenceFor({ wine }: Versions, { evidence, sources }: Expectation): Evidence {
  if (evidence !== 'measured' || wine === undefined) return evidence;
  return sources.some((source) => MEASURED_ON.exec(source)?.[1] === wine) ? evidence : 'inferred';
}

const MEASURED_ON = /\bmeasured: Wine ([\d.]+)/;

/** A file of the package as the repository names it. */
function fromRoot(file: string): string {
  const path = relative(packageRoot, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}

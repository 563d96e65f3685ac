import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expectedText } from '../platforms/expected-text.ts';
import { packageRoot } from '../platforms/package-root.ts';
import { prettyExpected } from '../report/expected.ts';
import { layoutOf } from '../report/grid.ts';
import { type ExpectedFile, expectedFrom, isExpected } from '../results/expect.ts';
import { readRun } from '../results/read.ts';
import { WholeFile } from '../results/write.ts';
import { scenarios } from '../suites/index.ts';
import { EXIT, UsageError } from './errors.ts';
import { print, say } from './output.ts';
import { select } from './select.ts';

export interface ExpectArguments {
  readonly from: string;
  readonly dryRun?: boolean;
}

/** `sockatlas expect`: writes what a run measured into the expectations of its platform, for a person to review as a diff. Resolves to the exit code. */
export async function expect(patterns: readonly string[], { from, dryRun = false }: ExpectArguments): Promise<number> {
  if (!dryRun && packageRoot.split(sep).includes('node_modules'))
    throw new UsageError('expect: the expectations are files of the repository: run it in a clone, or with --dry-run');
  const run = readRun(from);
  const { platform, peer } = run.header;
  if (!isExpected(platform)) throw new UsageError(`expect: ${from} is a run of ${platform.name}, and there are no expectations of ${platform.id}`);
  if (peer !== undefined)
    throw new UsageError(`expect: ${from} has its peers on ${peer.name}; expectations are of a platform whose peers are beside the subjects`);

  const ids = scenarios.map(({ id }) => id);
  const chosen = new Set(patterns.length === 0 ? run.scenarios.map(({ id }) => id) : select(ids, patterns, []));
  const expected = expectedFrom({ ...run, scenarios: run.scenarios.filter(({ id }) => chosen.has(id)) }, new Set(ids), readExpected);
  await print(prettyExpected(run.header.platform.name, expected, layoutOf(process.stdout)));
  if (dryRun) return EXIT.conforms;
  for (const [path, content] of expected.files) {
    const file = new WholeFile(join(packageRoot, path));
    file.write(expectedText(content));
    file.finish();
    say(`written to ${path}`);
  }
  return EXIT.conforms;
}

function readExpected(path: string): ExpectedFile | undefined {
  const file = join(packageRoot, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

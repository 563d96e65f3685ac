import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { STYLE } from '../report/site/paths.ts';
import { type SiteFile, siteFiles } from '../report/site/site.tsx';
import { mergeRuns } from '../results/merge.ts';
import { shippedRuns } from '../results/recorded.ts';
import { WholeFile } from '../results/write.ts';
import { EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

export interface SiteArguments {
  readonly out?: string;
}

/** `sockatlas site`: the atlas as static pages. Resolves to the exit code. */
export async function site({ out }: SiteArguments): Promise<number> {
  if (out === undefined || out === '') throw new UsageError('site: name the folder to write with --out');
  const atlas = mergeRuns(shippedRuns().map(({ run, file }) => ({ run, source: file })));
  let count = 0;
  for (const file of [...siteFiles(atlas), ...shipped()]) {
    const path = join(out, ...file.path.split('/'));
    mkdirSync(dirname(path), { recursive: true });
    const whole = new WholeFile(path);
    whole.write(file.content);
    whole.finish();
    count++;
  }
  say(`${count} files written to ${out}: open ${join(out, 'index.html')}`);
  return EXIT.conforms;
}

function shipped(): SiteFile[] {
  return [{ path: STYLE, content: readFileSync(join(packageRoot, 'report', 'site', STYLE), 'utf8') }];
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../platforms/package-root.ts';
import { shownPath } from '../platforms/shown-path.ts';
import { gaps } from '../report/atlas.ts';
import { INTERACTIVE_STYLE, SCRIPTS, script } from '../report/site/interactive.ts';
import { STYLE } from '../report/site/paths.ts';
import { siteFiles } from '../report/site/site.tsx';
import type { SiteFile } from '../report/site/site-file.ts';
import type { Atlas } from '../results/atlas.ts';
import { mergeRuns } from '../results/merge.ts';
import { readAtlas } from '../results/read-atlas.ts';
import { shippedRuns } from '../results/recorded.ts';
import { EXIT, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { parseCount, print, say } from './output.ts';
import { runFiles } from './run-files.ts';
import { siteFolder } from './site-folder.ts';
import { serveSite } from './site-server.ts';
import { sourcedRuns } from './sourced-runs.ts';

export interface SiteArguments {
  readonly out?: string;
  /** true where no port is given. */
  readonly serve?: string | true;
}

/** `sockatlas site`: the atlas as static pages, in a folder, or served to this machine. Resolves to the exit code: 2 where a file could not be read. */
export async function site(words: readonly string[], { out, serve }: SiteArguments): Promise<number> {
  if (out === '' || (out === undefined && serve === undefined)) {
    throw new UsageError('site: name the folder to write with --out, or serve the pages with --serve');
  }
  const port = serve === undefined ? undefined : serve === true ? 0 : parseCount('--serve', 0, 65_535)(serve);
  const folder = out === undefined ? undefined : siteFolder(out);
  const { atlas, isWhole } = atlasOf(words);
  for (const gap of gaps(atlas)) say(gap);
  if (folder !== undefined && port === undefined) written(out as string, await folder.write(allFiles(atlas)));
  else {
    const files = [...allFiles(atlas)];
    if (folder !== undefined) written(out as string, await folder.write(files));
    await served(files, port as number);
  }
  return isWhole ? EXIT.conforms : EXIT.usage;
}

function written(out: string, count: number): void {
  say(`${count} files written to ${out}: open ${join(out, 'index.html')}`);
}

async function served(files: readonly SiteFile[], port: number): Promise<void> {
  await interruptible(async (signal) => {
    const server = await serveSite(files, port);
    await print(`${server.address}\n`);
    say('Ctrl-C ends it');
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await server.close();
  });
}

/** `isWhole`: all that was named could be read. @throws UsageError where there is no run in it, JsonFileError for an atlas that is none */
function atlasOf(words: readonly string[]): { readonly atlas: Atlas; readonly isWhole: boolean } {
  if (words.length === 0) return { atlas: mergeRuns(shippedRuns().map(({ run, file }) => ({ run, source: shownPath(file) }))), isWhole: true };
  const files = runFiles(words);
  const [only] = files;
  const atlas = files.length === 1 && only?.endsWith('.json') ? readAtlas(only) : undefined;
  if (atlas !== undefined) return { atlas, isWhole: true };
  const { runs, unreadable } = sourcedRuns(files);
  if (runs.length > 0) return { atlas: mergeRuns(runs, unreadable), isWhole: unreadable.length === 0 };
  for (const { source, reason } of unreadable) say(`left out: ${source}: ${reason}`);
  throw new UsageError('site: there is no run in what was named; one atlas of sockatlas merge is given alone');
}

function* allFiles(atlas: Atlas): Generator<SiteFile> {
  yield* siteFiles(atlas);
  yield* shipped();
}

/** The style sheets and the scripts, which come with sockatlas. */
function shipped(): SiteFile[] {
  const read = (...path: readonly string[]) => readFileSync(join(packageRoot, ...path), 'utf8');
  return [
    ...[STYLE, INTERACTIVE_STYLE].map((path) => ({ path, content: read('report', 'site', path) })),
    ...SCRIPTS.map((name) => ({ path: script(name), content: read('dist', 'report', 'site', 'script', `${name}.js`) })),
  ];
}
